#!/bin/sh
# Some of the states that "make check-slow" cuts the power in.
. "${0%/*}/../lib.sh"
need python3 strace
[ -x "$CRM_BUILD/crash/crm-add" ] || skip_all 'not built: make crash-tools'
plan 2

cuts()
{
	python3 "$top/tests/crash/powercut.py" --small "$CRM_BUILD/crash" "$@"
}
ok '250 states after a power cut' cuts --states 250
diag <"$tmp/out"
# the test can fail
ok 'a disk that does not sync is found' cuts --states 250 --plant nosync
