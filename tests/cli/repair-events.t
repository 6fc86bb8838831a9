#!/bin/sh
# Blocks of many events are packed: a repair finds what is in them.
. "${0%/*}/../lib.sh"
plan 4

crm-add -q person name=Anna
awk 'BEGIN {
	print "who\twhat\tat\ttext"
	for (i = 1; i <= 2000; i++)
		print "p1\tnote\t2026-01-02T10:00:00Z\tnote " i " of " i * i
}' >events
ok 'events' sh -c 'crm-log -q <events'
crm-find -o tsv event >want
ok 'what can be read is saved' crm-store repair saved
crm-find -s saved -o tsv event >got
is 'all of them' "$(cmp got want 2>&1)" ''
ok 'and it is sound' crm-store -s saved check
