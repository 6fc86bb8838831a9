#!/bin/sh
# A writer that holds the lock and is stopped: Ctrl-Z, a debugger, a laptop
# that sleeps.  Others wait as long as they are told, and say so; readers go on.
. "${0%/*}/../lib.sh"
need strace
plan 39

CRM_STORE=$tmp/s
export CRM_STORE
run crm-store init
run crm-add person name=Anna city=Rome
run crm-store backup b.tar

# stop_one COMMAND...: it is stopped with the lock in its hands; sets
# writer, and tracer, who has to be waited for
stop_one()
{
	strace -qq -o "$tmp/trace" -e trace=fdatasync \
	    -e inject=fdatasync:signal=STOP:when=1 "$@" >stopped.out 2>&1 &
	tracer=$!
	i=0
	while [ $i -lt 200 ]; do
		i=$((i + 1))
		sleep 0.05
		writer=$(cat /proc/$tracer/task/$tracer/children 2>/dev/null)
		writer=${writer%% *}
		[ -n "$writer" ] || continue
		case $(sed 's/.*) //' "/proc/$writer/stat" 2>/dev/null) in
		[Tt]*) grep -q fdatasync "$tmp/trace" && return 0 ;;
		esac
	done
	return 1
}

# seconds COMMAND...: sets status, and took
seconds()
{
	from=$(date +%s%N)
	run "$@"
	took=$((($(date +%s%N) - from) / 1000000))
}

stop_one crm-set Anna city=Stopped
result $? 'a writer is stopped'
seconds crm-log --wait 1 Anna note x
is 'crm-log --wait 1: exit 69' $status 69
like 'it says so' "$(cat "$tmp/err")" \
    '^crm-log: the store is locked by another program \(waited 1\.0 s\)'
[ $took -ge 900 ] && [ $took -lt 8000 ]
result $? "after a second: $took ms"
seconds crm-log --wait 0 Anna note x
[ $status -eq 69 ] && [ $took -lt 5000 ]
result $? "--wait 0 does not wait: $took ms"
for c in 'crm-add person name=x' 'crm-set p1 city=x' 'crm-rm p1' 'crm-undo' \
    'crm-segment define s person' 'crm-store compact' \
    'crm-store restore --replace b.tar'; do
	# shellcheck disable=SC2086 # a list of words
	fails_with 69 "$c" $c --wait 0
done
for c in 'crm-find any' 'crm-show p1' 'crm-history' 'crm-report revenue' \
    'crm-store check' 'crm-store stat' 'crm-store dump' \
    'crm-store backup -'; do
	# shellcheck disable=SC2086 # a list of words
	ok "$c goes on" timeout 20 $c
done
# it can fail: a writer that waits for ever, a reader that waits
finds 'a writer that waits for ever is found' 'waits' fails_with 69 waits \
    timeout 2 crm-log --wait 60 Anna note 'never written'
finds 'a reader that waits, too' 'goes on' ok 'goes on' \
    timeout 2 crm-log --wait 60 Anna note 'never written'
is 'what is not committed is not seen' "$(crm-find Anna -f city)" \
    '{"city":"Rome"}'

# who waits is ended by a signal at once
{ crm-log --wait 60 Anna note 'never written' 2>waits & } 2>/dev/null
waits=$!
sleep 0.5
kill -TERM $waits
wait $waits
is 'who waits can be ended' $? 143
# the default is ten seconds, others wait longer
(seconds crm-log Anna note x; echo $status $took >ten) &
ten=$!
for i in 1 2 3 4; do
	(crm-log --wait 120 Anna note "waited $i"; echo $? >waited.$i) &
done
wait $ten
read -r status took <ten
is 'without --wait' "$status" 69
[ "$took" -ge 9500 ] && [ "$took" -lt 25000 ]
result $? "it is ten seconds: $took ms"
kill -CONT "$writer"
wait
is 'as soon as it goes on, so do those who wait' \
    "$(cat waited.1 waited.2 waited.3 waited.4 | xargs)" '0 0 0 0'
is 'and the stopped one has written' "$(crm-find Anna -f city)" \
    '{"city":"Stopped"}'
is 'all of them once' "$(crm-find event text:waited --count)" 4
ok 'all is well' crm-store check

# who was stopped is killed
stop_one crm-set Anna city=Killed
result $? 'another one is stopped'
kill -KILL "$writer"
wait
ok 'others go on at once' crm-log --wait 5 Anna note after
is 'as if it had not been' "$(crm-find Anna -f city)" '{"city":"Stopped"}'
ok 'all is well' crm-store check
empty 'the one who was ended wrote and said nothing' waits
# it can fail: a writer that takes no lock; what it does to the store is not
# looked at
rm -rf spoilt
cp -r s spoilt
CRM_STORE=$tmp/spoilt
stop_one crm-set Anna city=Spoilt
result $? 'one more is stopped'
finds 'a writer that takes no lock is found' 'no lock' fails_with 69 'no lock' \
    timeout 5 strace -qq -o /dev/null -e trace=fcntl \
    -e inject=fcntl:retval=0 crm-log --wait 0 Anna note x
kill -KILL "$writer"
wait

# the disk fails when all see what was written
fails_with 74 'a disk that fails last' \
	env ASAN_OPTIONS=detect_leaks=0 strace -qq -o "$tmp/trace" \
	-e inject=fdatasync:error=EIO:when=2 crm-add person name=Last
is 'is told of as what it is' "$(cat err; crm-find person Last -f name)" \
	'crm-add: it was written, but may not last: sync: Input/output error
{"name":"Last"}'
