#!/bin/sh
# crm-store when things go wrong around it: full disks, slow and closed
# pipes, signals, small memory, other writers, other users.
. "${0%/*}/../lib.sh"
plan 85

# Some thousand people and events, in several change sets.
crm-store -s a init
awk 'BEGIN { print "name\temail\tcity\ttag\tstage"
	for (i = 1; i <= 8000; i++)
		printf "Person %d Żółć\tp%d@x.example\tC%d\tt%d,u\tcustomer\n",
		    i, i, i % 50, i % 7 }' | crm-add -s a person
awk 'BEGIN { print "who\twhat\tat\tamount\tdoc\ttext"
	for (i = 1; i <= 30000; i++)
		printf "p%d\t%s\t2025-%02d-%02d\t%d.%02d\tR-%d\tsome words %d\n",
		    i % 8000 + 1, i % 2 ? "purchase" : "invoice", i % 12 + 1,
		    i % 28 + 1, i % 900, i % 100, i / 2, i % 1000
	}' | crm-log -s a
crm-find -s a person city:C7 | crm-set -s a - tag+=seven
crm-rm -s a p208 p209
ok 'there is a store' crm-store -s a check
crm-store -s a dump >a.dump
ok 'and a dump' test "$(wc -l <a.dump)" -gt 38000

# where the output goes
fails_with 74 'dump to a full device' sh -c 'crm-store -s a dump >/dev/full'
like 'says so' "$(cat "$tmp/err")" '^crm-store: cannot write the output: '
fails_with 74 'dump to a closed stdout' sh -c 'crm-store -s a dump >&-'
fails_with 74 'stat to a full device' sh -c 'crm-store -s a stat >/dev/full'
fails_with 74 'config to a full device' \
    sh -c 'crm-store -s a config >/dev/full'
fails_with 74 'backup to a full device' \
    sh -c 'crm-store -s a backup - >/dev/full'
# a reader that stops early: the dump ends by SIGPIPE, without a word
(crm-store -s a dump 2>pipe.err; echo $? >pipe.rc) | head -1 >/dev/null
is 'dump into a pipe that is closed early' "$(cat pipe.rc)" 141
empty 'says nothing' pipe.err
# where SIGPIPE is ignored it is an error like any other
(trap '' PIPE; crm-store -s a dump 2>pipe.err; echo $? >pipe.rc) |
	head -1 >/dev/null
is 'unless SIGPIPE is ignored' "$(cat pipe.rc)" 74

# a slow reader gets everything, but does not hold the snapshot
(crm-store -s a dump; echo $? >slow.rc) | (sleep 8; cat >slow.dump) &
sleep 1
readers() { crm-store -s a stat | sed 's/.*"readers":\([0-9]*\).*/\1/'; }
is 'while it waits a snapshot is held' "$(readers)" 1
sleep 6
is 'but not for long' "$(readers)" 0
wait
is 'the slow reader: status' "$(cat slow.rc)" 0
same_file 'the slow reader: bytes' slow.dump a.dump
is 'nothing is left of that' "$(cd a && find . -mindepth 1 | sort | xargs)" \
    './crm.yaml ./data.mdb ./gate ./lock.mdb'

# a signal ends load, backup and the check, and nothing stays
stop_load() # SIGNAL WHEN: status in stop.rc
{
	mkfifo fifo
	# who began the tests in the background has SIGINT ignored
	cat >stop.sh <<-EOF
	(sleep $2; kill -$1 \$\$) &
	exec env --default-signal=INT crm-store -s new load <fifo
	EOF
	(head -c 3000000 a.dump; sleep 3) >fifo &
	sh stop.sh 2>stop.err
	echo $? >stop.rc
	wait
	rm -f fifo
}
for s in INT:130 TERM:143 HUP:129; do
	stop_load "${s%:*}" 1
	is "SIG${s%:*} ends load" "$(cat stop.rc)" "${s#*:}"
	is 'nothing stays' "$(ls -d new* 2>/dev/null)" ''
done
(crm-store -s a backup b.tar & pid=$!; kill -TERM $pid; wait $pid) 2>/dev/null
is 'nothing stays of a backup either, or all of it' \
    "$(find . -maxdepth 1 -name 'b.*' ! -name b.tar)" ''
rm -f b.tar

# memory: dash and bash know ulimit -v
# shellcheck disable=SC3045
(ulimit -v 1000000; crm-store -s small load <a.dump)
is 'load with a million kilobytes of address space' $? 0
ok 'is as good' crm-store -s small check
rm -rf small
# shellcheck disable=SC3045
(ulimit -v 50000; crm-store -s small load <a.dump 2>err)
is 'load with too little' $? 75
is 'leaves nothing behind' "$(ls -d small* 2>/dev/null)" ''
(ulimit -f 2000; crm-store -s small load <a.dump 2>err)
is 'load with a limit on files' $? 74
is 'leaves nothing behind' "$(ls -d small* 2>/dev/null)" ''
like 'and says why' "$(cat err)" 'ulimit -f'
crm-store -s small init
awk 'BEGIN { print "name,note"
	for (i = 0; i < 200000; i++) print "n" i ",a note on number " i }' |
	(ulimit -f 2000; crm-add -s small person 2>err)
like 'an import says where its scratch file is' "$(cat err)" \
	"cannot write a scratch file in '.*/small': File too large"
rm -rf small
(ulimit -f 2000; crm-store -s a dump >f.dump 2>err)
is 'dump with a limit on files' $? 74
ok 'has no last line' sh -c '! tail -1 f.dump | grep -q "\"end\""'

# others write meanwhile
cp -r a w
(i=1; while [ $i -le 150 ]; do
	crm-log -s w p$i note "number $i" || echo bad
	i=$((i + 1))
done >writer.out 2>&1) &
writer=$!
good=0
for i in 1 2 3 4 5 6; do
	rm -f w.tar
	crm-store -s w dump >"w$i.dump" &&
	    crm-store -n -s none load <"w$i.dump" &&
	    crm-store -s w check && crm-store -s w backup w.tar &&
	    good=$((good + 1))
done
wait $writer
is 'dumps, checks and backups beside a writer' $good 6
empty 'who was not disturbed' writer.out
ok 'the dumps differ' sh -c '! cmp -s w1.dump w6.dump'
mkdir -m 700 wb && tar xf w.tar -C wb
ok 'a backup beside a writer is a store' crm-store -s wb check

# what nobody will see: a batch in parts that was killed
awk 'BEGIN { print "who\twhat\tat\ttext"
	for (i = 1; i <= 400000; i++)
		printf "p%d\tnote\t2025-01-01\tmany words to make it long %d\n",
		    i % 7 + 1, i }' >long.tsv
cp -r a k
crm-log -s k <long.tsv &
pid=$!
# until its change set is there
i=0
while [ $i -lt 400 ] && ! crm-store -s k stat | grep -q '"unfinished":1'; do
	sleep 0.05
	i=$((i + 1))
done
{ kill -KILL $pid; wait $pid; } 2>/dev/null
like 'a batch was cut off' "$(crm-store -s k stat)" '"unfinished":1'
ok 'which is no fault' crm-store -s k check
crm-store -s k dump >k.dump
ok 'a dump has its range' grep -q '^{"hidden":"e30001",' k.dump
is 'and not its records' "$(grep -c '^{"id":"e' k.dump)" 30000
ok 'it loads' sh -c 'crm-store -s k2 load <k.dump'
crm-store -s k2 dump >k2.dump
same_file 'the same' k2.dump k.dump
ok 'and is well' crm-store -s k2 check
is 'ids are not used again' \
    "$(crm-log -s k2 p1 note x; crm-find -s k2 event 'x' -o ids | tail -1)" \
    e430001

# one that was cut off when some of its parts were written already
cp -r a q
crm-log -s q <long.tsv &
pid=$!
while kill -0 $pid 2>/dev/null &&
	! grep -aq 'many words to make it long' q/data.mdb; do
	:
done
{ kill -KILL $pid; wait $pid; } 2>/dev/null
if crm-store -s q stat | grep -q '"unfinished":1'; then
	ok 'its words are in the file' grep -aq 'many words' q/data.mdb
	crm-store -s q dump >q.dump
	ok 'compact' crm-store -s q compact
	fails_with 1 'then they are not' grep -aq 'many words' q/data.mdb
	crm-store -s q dump >q2.dump
	same_file 'all else is as it was' q2.dump q.dump
	ok 'and proved' crm-store -s q check
else
	skip 5 'it was done before it was killed'
fi

# a batch in parts that is done after a later one: the chain goes from the one
# to the other against their numbers
cp -r a p
crm-log -s p <long.tsv &
pid=$!
i=0
while [ $i -lt 400 ] && ! crm-store -s p stat | grep -q '"unfinished":1'; do
	sleep 0.05
	i=$((i + 1))
done
ok 'another one comes in between' crm-set -s p p1 city=Gdynia
ok 'while the first is not done' sh -c \
    'crm-store -s p stat | grep -q "\"unfinished\":1"'
ok 'the check does not mind' crm-store -s p check
wait $pid
crm-store -s p dump >p.dump
is 'the chain goes back' "$(sed -n \
    's/^{"change":\([56]\),.*"prior":\([0-9]*\),.*/\1 after \2/p' p.dump |
	xargs)" '5 after 6 6 after 4'
ok 'such a dump loads' sh -c 'crm-store -s p2 load <p.dump'
crm-store -s p2 dump >p2.dump
same_file 'the same' p2.dump p.dump
ok 'and the chain goes on' crm-set -s p2 p1 city=Sopot
ok 'whole' crm-store -s p2 check

# a backup whose reader goes away leaves no copy behind
crm-store -s a backup - | head -c 10 >/dev/null
is 'no copy of the data stays' "$(find a -name '*backup*')" ''

# a small disk
if [ "$(id -u)" -eq 0 ] && mkdir disk &&
    mount -t tmpfs -o size=3m tmpfs disk 2>/dev/null; then
	fails_with 74 'load onto a full disk' \
	    sh -c 'crm-store -s disk/s load <a.dump'
	is 'leaves nothing behind' "$(ls -A disk)" ''
	fails_with 74 'dump onto a full disk' \
	    sh -c 'crm-store -s a dump >disk/d'
	rm -f disk/d
	fails_with 74 'backup onto a full disk' crm-store -s a backup disk/b
	is 'leaves nothing behind' "$(ls -A disk)" ''
	umount disk
else
	skip 5 'a small disk needs root'
fi

# a letter stays with the name of its kind as long as it has records
own()
{
	printf 'kinds:\n  %s:\n    letter: x\n    fields: {title: text, size: %s}\n' \
		"$1" "$2" >own/crm.yaml
}
run crm-store -s own init
own machine number
ok 'a kind is noted' crm-add -s own person name=Anna
own car text
ok 'as long as it has no records it can be another' \
	crm-add -s own car title=Beetle size=small
own machine text
fails_with 78 'then no more' crm-find -s own any
own car text
ok 'a dump knows it' sh -c 'crm-store -s own dump | crm-store -s owned load'
sed 's/car:/bike:/' own/crm.yaml >owned/crm.yaml
fails_with 78 'and the store made of it' crm-find -s owned any
run crm-rm -s own x1
own bike text
fails_with 78 'removed records count' crm-find -s own any

# fields that the input brings are named in the change set that needs them
run crm-store -s x init
i=0
while [ $i -lt 2000 ]; do
	i=$((i + 1))
	echo "{\"name\":\"Person $i\",\"x-field-$i\":\"value $i\"}"
done >x.jsonl
fails_with 65 'a bad line' \
	sh -c '{ cat x.jsonl; echo "{}"; } | timeout 20 crm-add -s x person'
is 'names no fields' "$(crm-store -s x dump | grep -c '"field"')" 0
ok 'good ones' timeout 20 crm-add -s x person <x.jsonl
is 'do' "$(crm-find -s x person x-field-1999:value -f name)" \
	'{"name":"Person 1999"}'
# two who give the same number to different fields
mkfifo lines
crm-add -s x person <lines 2>late &
pid=$!
exec 3>lines
echo '{"name":"Slow","x-slow":"1"}' >&3
sleep 1
run crm-add -s x person name=Fast x-fast=1
exec 3>&-
wait $pid
is 'the later one tries again' "$?" 75
run crm-add -s x person name=Slow x-slow=1
is 'each has its own' "$(crm-find -s x person has:x-slow -f name,x-slow
	crm-find -s x person has:x-fast -f name,x-fast)" \
	'{"name":"Slow","x-slow":"1"}
{"name":"Fast","x-fast":"1"}'
ok 'and all is well' crm-store -s x check

# what killed programs left is swept away, what others work on is not
crm-store -s swept init
crm-add -s swept person name=Ola
sh -c 'echo $$' >gone
mkdir "swept.unfinished-$(cat gone)-0" "swept.unfinished-$(cat gone)-1" \
    "swept/backup.unfinished-$(cat gone)-0" "swept.unfinished-$$-0" "swept.unfinished-x-0" \
    "sweptx.unfinished-$(cat gone)-0" "swept.unfinished-$(cat gone)-11-26"
for d in swept.unfinished-* sweptx.unfinished-* swept/backup.unfinished-*; do
	echo secret >"$d/data.mdb"
done
mkdir "swept.unfinished-$(cat gone)-0/hooks"
echo hook >"swept.unfinished-$(cat gone)-0/hooks/after-change"
mkfifo held go
flock "swept.unfinished-$(cat gone)-1" sh -c 'echo >held; read -r x <go' &
pid=$!
read -r _ <held
ok 'compact' crm-store -s swept compact
is 'removes what is left over' "$(ls -d "swept.unfinished-$(cat gone)-0" \
    "swept/backup.unfinished-$(cat gone)-0" 2>/dev/null)" ''
is 'and gives back what is not data' "$(cat swept/hooks/after-change)" hook
is 'not of a process that lives, or of another name' \
    "$(cat "swept.unfinished-$$-0/data.mdb" swept.unfinished-x-0/data.mdb \
    "sweptx.unfinished-$(cat gone)-0/data.mdb" \
    "swept.unfinished-$(cat gone)-11-26/data.mdb")" 'secret
secret
secret
secret'
is 'nor what somebody works on elsewhere' \
    "$(cat "swept.unfinished-$(cat gone)-1/data.mdb")" secret
echo >go
wait $pid
ok 'a backup' crm-store -s swept backup swept.tar
ok 'restored' crm-store -s swept restore --replace swept.tar
is 'sweeps that too' "$(ls -d "swept.unfinished-$(cat gone)-1" 2>/dev/null)" ''
