#!/bin/sh
# A short kill -9 storm; "make check-slow" has the long one.
. "${0%/*}/../lib.sh"
need python3
[ -x "$CRM_BUILD/crash/crm-add" ] || skip_all 'not built: make crash-tools'
plan 3

storm()
{
	python3 "$top/tests/crash/kill.py" --small "$CRM_BUILD/crash" "$@"
}
ok '150 kills of 6 writers' storm --kills 150
diag <"$tmp/out"
# the storm can fail
ok 'a record that was lost is found' storm --kills 10 --plant lose
ok 'a page that was torn is found' storm --kills 10 --plant tear
