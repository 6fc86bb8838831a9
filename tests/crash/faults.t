#!/bin/sh
# A sample of the faults that "make check-slow" goes through one by one.
. "${0%/*}/../lib.sh"
need python3 strace
[ -x "$CRM_BUILD/crash/crm-add" ] || skip_all 'not built: make crash-tools'
plan 5

faults() { python3 "$top/tests/crash/faults.py" "$@" --hurt "$CRM_BUILD/crash"; }
ok 'system calls that fail' faults calls --each 8
diag <"$tmp/out"
ok 'killed at system calls' faults kill --each 6
diag <"$tmp/out"
ok 'allocations that fail' faults alloc --each 8
diag <"$tmp/out"
# the test can fail
ok 'a program that always says done is found' \
    faults calls --only add --each 20 --plant status
ok 'that ran out of memory too' \
    faults alloc --only add --each 20 --plant status
