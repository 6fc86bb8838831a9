#!/bin/sh
# Two who write at once: what one looked up before its turn came is looked up
# again, where the input is still at hand.
. "${0%/*}/../lib.sh"
plan 20

crm-add person name=Nobody

# against COMMAND...: it reads the file one, waits until meanwhile is done, and
# reads the file two; its status is in status
against()
{
	rm -f go
	{ cat one
	while ! [ -e go ]; do sleep 0.05; done
	cat two; } | { "$@" >out 2>err; echo $? >rc; } &
	i=0
	while crm-store stat | grep -q '"readers":0' && [ $i -lt 200 ]; do
		i=$((i + 1))
		sleep 0.05
	done
	sleep 0.3
	meanwhile
	: >go
	wait
	status=$(cat rc)
}

meanwhile()
{
	crm-add person --duplicates allow name=Quick ref=q:1
}
printf 'ref,name\nq:1,Slow\n' >one
printf 'q:2,Two\n' >two
against crm-add person --key ref
is 'a key that another gave meanwhile' "$status $(cat err)" '0 '
is 'finds theirs' "$(crm-find ref:/q: -f name,ref -o tsv)" 'name	ref
Slow	q:1
Two	q:2'

meanwhile()
{
	crm-add person --duplicates allow name=Quick ref=r:1
}
printf 'ref,name\nr:1,Slow\nr:3,\n' >one
printf 'r:2,Two\n' >two
against crm-add person --skip-bad --rejects bad
is 'without a key it is taken' "$status" 65
is 'each is told of once' "$(cat err)" \
	"crm-add: stdin:2: ref: 'r:1' is p4 already
crm-add: stdin:3: name: a value is required"
is 'and kept once' "$(sort bad)" 'r:1,Slow
r:3,
ref,name'
is 'the good line is written once' "$(crm-find ref:r:2 --count)" 1

meanwhile()
{
	crm-add person --duplicates allow name=Quick ref=t:1
}
printf 'ref,name,note\nt:1,Slow,\n' >one
awk 'BEGIN { note = sprintf("%8000s", "x")
	for (i = 2; i < 2502; i++) print "t:" i ",Many," note }' >two
against crm-add person --key ref
is 'more than is held of a pipe is not' "$status $(grep -c 'is p[0-9]* already' err)" '65 1'
is 'and was not written' "$(crm-find ref:/t: -f name -o tsv | sed 1d)" Quick
cat one two >all
ok 'which is done' crm-add person --key ref <all
is 'with all of it' "$(crm-find ref:/t: --count)" 2501

meanwhile()
{
	crm-log p1 call hello key=u:1
}
printf 'who,what,text,key\np1,call,hello,u:1\n' >one
printf 'p1,call,two,u:2\n' >two
against crm-log
is 'the same event, by another' "$status $(cat err)" '0 '
is 'is there once' "$(crm-find event key:/u: --count)" 2

meanwhile()
{
	crm-log p1 call hello key=v:1
}
printf 'p1\n' >one
printf 'p2\n' >two
against crm-log - call other key=v:1
is 'two of one key, by their ids' "$status" 65

# one key each: no wait can be had from without, so many try
seq 1 40 >numbers
xargs -P 8 -I '{}' sh -c 'printf "ref,name\nw:1,Same {}\n" >in.{}
	crm-add person --key ref <in.{} || echo $?' <numbers >failed
is 'files, at once' "$(cat failed)" ''
is 'one person' "$(crm-find ref:w:1 --count)" 1
xargs -P 8 -I '{}' sh -c 'printf "ref,name\ns:1,Same {}\ns:{},Same\n" |
	crm-add person --key ref --stream || echo $?' <numbers >failed
is 'streams, at once' "$(cat failed)" ''
is 'each is written once' "$(crm-find ref:/s: --count)" 40
xargs -P 8 -I '{}' sh -c 'crm-add person --key ref ref=x:1 name=Same 2>&1 ||
	crm-add person ref=x:{} name=Same{} --duplicates allow || echo $?' \
	<numbers >failed
unlike 'operands, at once' "$(cat failed)" 'try again|75'
is 'standard input is left to others' "$(printf 'name\nA\n' | {
	crm-add person -o ids
	cat
} | wc -l)" 1
ok 'sound' crm-store check
