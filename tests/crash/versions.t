#!/bin/sh
# Two versions of the programs at once on one store; and a later format.
. "${0%/*}/../lib.sh"
for later in minor major; do
	[ -x "$CRM_BUILD/later/$later/crm-store" ] ||
		skip_all 'not built: make crash-tools'
done
plan 18
minor=$CRM_BUILD/later/minor
major=$CRM_BUILD/later/major
CRM_STORE=$tmp/s
export CRM_STORE

unlike 'it is another version' "$("$minor/crm-add" --version)" \
    "^$(crm-add --version)\$"
# both write at the same time, the one a store that the other made
for first in "$minor" "$CRM_BUILD/bin"; do
	rm -rf s
	run "$first/crm-store" init
	run crm-add person name=Anna
	(i=0; while [ $i -lt 60 ]; do
		i=$((i + 1))
		"$minor/crm-log" p1 note "later $i" || echo bad
	done >a.out 2>&1) &
	a=$!
	(i=0; while [ $i -lt 60 ]; do
		i=$((i + 1))
		crm-log p1 note "now $i" || echo bad
		[ $((i % 20)) -ne 0 ] || crm-set p1 city="Town $i" || echo bad
	done >b.out 2>&1) &
	b=$!
	i=0
	while [ $i -lt 15 ]; do
		i=$((i + 1))
		"$minor/crm-store" check && crm-store check || echo bad
		"$minor/crm-find" event --count >/dev/null || echo bad
	done >c.out 2>&1
	wait $a $b
	empty 'the later one writes' a.out
	empty 'this one too' b.out
	empty 'both read and check beside them' c.out
	is 'nothing is lost' "$("$minor/crm-find" event --count)" 120
	is 'both have one history' "$(crm-history -o jsonl | cksum)" \
	    "$("$minor/crm-history" -o jsonl | cksum)"
	is 'stat knows whose format it is' "$(crm-store stat |
		sed 's/.*"format":\([0-9]*\).*/\1/')" \
	    "$([ "$first" = "$minor" ] && echo 2 || echo 1)"
done

# a format that this version cannot read
rm -rf s
run "$major/crm-store" init
run "$major/crm-add" person name=Anna
cksum s/data.mdb >sum
refused=0 told=0
for c in 'crm-find any' 'crm-add person name=x' 'crm-log p1 note x' \
    'crm-set p1 city=x' 'crm-rm p1' 'crm-undo' 'crm-show p1' 'crm-history' \
    'crm-report revenue' 'crm-segment list' 'crm-store check' \
    'crm-store dump' 'crm-store stat' 'crm-store backup b.tar' \
    'crm-store compact'; do
	# shellcheck disable=SC2086 # a list of words
	run $c
	[ $status -ne 78 ] || refused=$((refused + 1))
	! grep -q 'was made by a newer crm: .*upgrade crm' "$tmp/err" ||
		told=$((told + 1))
done
is 'a store from the future is refused by every program' $refused 15
is 'and each says so' $told 15
cksum s/data.mdb | cmp -s - sum
result $? 'the file is as it was'
ok 'the later version goes on' "$major/crm-store" check
run crm-store -s now init
run crm-add -s now person name=Anna
ok 'and reads a store of now' "$major/crm-find" -s now Anna --count
