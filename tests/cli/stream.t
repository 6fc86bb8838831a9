#!/bin/sh
# --stream: each line is written before the next one is read.
. "${0%/*}/../lib.sh"
plan 10

run crm-add person name=Anna
mkfifo lines
crm-log --stream -o tsv -f id,text <lines >told 2>err &
pid=$!
exec 3>lines
# wait_for N: until so many events are there
wait_for()
{
	i=0
	while [ "$(crm-find event --count)" -lt "$1" ] && [ $i -lt 200 ]; do
		i=$((i + 1))
		sleep 0.05
	done
	crm-find event --count
}
printf 'who,what,text\nAnna,call,one\n' >&3
is 'a line is written while more is waited for' "$(wait_for 1)" 1
is 'and told' "$(cat told)" "$(printf 'id\ttext\ne1\tone')"
ok 'others write meanwhile' crm-log --wait 1 Anna note between
printf 'Anna,call,two\nNobody,call,x\nAnna,call,three\n' >&3
is 'a bad line is left out' "$(wait_for 4)" 4
kill -KILL $pid
wait $pid 2>/dev/null
exec 3>&-
is 'what was read is kept whatever happens' \
	"$(crm-find event -f text -o tsv | sed 1d | xargs)" \
	'one between two three'
is 'one header, the bad line by its number' "$(cat told err)" \
	"$(printf 'id\ttext\ne1\tone\ne3\ttwo\ne4\tthree')
crm-log: stdin:4: who: no such person or org: 'Nobody'"
is 'each line is a change set' \
	"$(crm-store stat | sed 's/.*"changes":\([0-9]*\).*/\1/')" 5
printf 'who,what\nAnna,call\nBob,call\n' >two
fails_with 65 'and the status says that there was one' crm-log --stream <two
fails_with 64 'not with --key doc' crm-log --stream --key doc <two
printf '{"name":"Ewa","email":"e@x.example"}\n{"name":"Eva","email":"e@x.example"}\n' |
	crm-add person --stream --key email
is 'with a key, in crm-add' "$(crm-find e@x.example -f name)" '{"name":"Eva"}'
