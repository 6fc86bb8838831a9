#!/bin/sh
# One record that names many: while they are printed to a pipe the store is let
# go, and others write.
. "${0%/*}/../lib.sh"
plan 3

crm-store init -q
cat >"$XDG_DATA_HOME/crm/crm.yaml" <<'YAML'
kinds: {org: {fields: {member: {type: person, many: true}}}}
YAML
awk 'BEGIN {
	print "name\tnote" >"people"
	print "name\tmember" >"orgs"
	printf "Big\t" >"orgs"
	for (i = 1; i <= 6000; i++) {
		print "n" i "\tis number " i " of them all" >"people"
		printf "%sp%d", (i == 1 ? "" : ","), i >"orgs"
		print "n" i >"want"
	}
	print "" >"orgs"
}'
ok 'people' crm-add -q person <people
ok 'and what names them all' crm-add -q org <orgs
crm-find -o tsv -f name,note --get member org | (
	dd bs=1000 count=1 2>/dev/null
	for i in 1 2 3 4 5 6; do
		crm-set -q o1 note="$i"
		crm-find -o ids person | sed 900q |
		    crm-set -q -m "$i" - city="$i"
	done
	cat
) | sed 1d | cut -f1 >got
is 'all are found' "$(cmp got want 2>&1)" ''
