#!/bin/sh
# Change sets of which more is told than goes out at once: while a pipe takes
# it the store is let go, and what is told is to be right all the same.
. "${0%/*}/../lib.sh"
plan 4

awk 'BEGIN {
	print "name\tcity" >"people"
	for (i = 1; i <= 6000; i++) print "n" i "\tc" i >"people" }'
ok 'people' crm-add -q -m 'a message' person <people
ok 'changed' sh -c "crm-find -o ids person | crm-set -q -m 'another' - city=there"

# While it is read others write, and pages are used again.
slowly()
{
	crm-history -o tsv "$1" | (
		dd bs=1000 count=1 2>/dev/null
		for i in 1 2 3 4 5 6; do
			crm-find -o ids person | sed 900q |
			    crm-set -q -m "$i" - note="$i"
		done
		cat
	)
}
slowly change:1 | cut -f1,3,4,6-8 | sed 1d >got
awk 'BEGIN { for (i = 1; i <= 6000; i++)
	print "1\ttester\tcrm-add\ta message\tp" i "\tadded" }' >want
is 'all that were added' "$(cmp got want 2>&1)" ''
slowly change:2 | cut -f1,3,4,6-11 | sed 1d >got
awk 'BEGIN { for (i = 1; i <= 6000; i++)
	print "2\ttester\tcrm-set\tanother\tp" i \
	    "\tchanged\tcity\tc" i "\tthere" }' >want
is 'all that were changed' "$(cmp got want 2>&1)" ''
