#!/bin/sh
# A sample of the damage that "make check-slow" does to a store.
. "${0%/*}/../lib.sh"
need python3
plan 4

damage() { python3 "$top/tests/crash/damage.py" "$@"; }
run damage --mutations 60
diag <"$tmp/out"
found=$(grep -c '^damage: found by check: [1-9]' "$tmp/out")
# 2: nothing else than wrong answers
[ $status -eq 0 ] || [ $status -eq 2 ]
result $? 'no hang, no signal; check sees what readers do not' ||
	tell_run damage
result $status 'no wrong answer without a word'
is 'it was found' "$found" 1
# the test can fail
ok 'a program that says nothing of damage is found' \
    damage --mutations 10 --plant silent
