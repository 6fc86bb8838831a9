#!/bin/sh
# Two versions of the programs at once on one store; and a later format.
. "${0%/*}/../lib.sh"
for later in minor major; do
	[ -x "$CRM_BUILD/later/$later/crm-store" ] ||
		skip_all 'not built: make crash-tools'
done
plan 21
minor=$CRM_BUILD/later/minor
major=$CRM_BUILD/later/major
CRM_STORE=$tmp/s
export CRM_STORE

unlike 'it is another version' "$("$minor/crm-add" --version)" \
    "^$(crm-add --version)\$"
# both FIRST LATER N: both write at the same time, N times, the one a store that
# the other made; LATER: where the programs of the later one are
both()
{
	rm -rf s
	run "$1/crm-store" init
	run crm-add person name=Anna
	(i=0; while [ $i -lt "$3" ]; do
		i=$((i + 1))
		"$2/crm-log" p1 note "later $i" || echo bad
	done >a.out 2>&1) &
	a=$!
	(i=0; while [ $i -lt "$3" ]; do
		i=$((i + 1))
		crm-log p1 note "now $i" || echo bad
		[ $((i % 20)) -ne 0 ] || crm-set p1 city="Town $i" || echo bad
	done >b.out 2>&1) &
	b=$!
	i=0
	while [ $i -lt $(($3 / 4)) ]; do
		i=$((i + 1))
		"$2/crm-store" check && crm-store check || echo bad
		"$2/crm-find" event --count >/dev/null || echo bad
	done >c.out 2>&1
	wait $a $b
	empty 'the later one writes' a.out
	empty 'this one too' b.out
	empty 'both read and check beside them' c.out
	is 'nothing is lost' "$("$2/crm-find" event --count)" $((2 * $3))
	is 'both have one history' "$(crm-history -o jsonl | cksum)" \
	    "$("$2/crm-history" -o jsonl | cksum)"
	is 'who knows a later format has given it that' "$(crm-store stat |
		sed 's/.*"format":\([0-9]*\).*/\1/')" 4
}
both "$minor" "$minor" 60
both "$CRM_BUILD/bin" "$minor" 60
# it can fail: a version that says done, and one that has another history
mkdir liar
for c in "$minor"/*; do
	ln -s "$c" "liar/${c##*/}"
done
rm liar/crm-log liar/crm-history
cat >liar/crm-log <<END
#!/bin/sh
[ "\$3" = 'later 3' ] || exec "$minor/crm-log" "\$@"
END
cat >liar/crm-history <<END
#!/bin/sh
"$minor/crm-history" "\$@" | sed '\$d'
END
chmod +x liar/*
finds 'a version that loses an event is found' 'nothing is lost' \
    both "$minor" "$tmp/liar" 8
finds 'one that reads another history, too' 'both have one history' \
    both "$CRM_BUILD/bin" "$tmp/liar" 8

# a format that this version cannot read
rm -rf s
run "$major/crm-store" init
run "$major/crm-add" person name=Anna
cksum s/data.mdb >sum
# refusals: each program has to refuse it, and to say why
refusals()
{
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
}
refusals
# it can fail
mkdir ignorant
printf '#!/bin/sh\n' >ignorant/crm-find
chmod +x ignorant/crm-find
ignorant() { (PATH=$tmp/ignorant:$PATH; refusals); }
finds 'a program that reads it all the same is found' 'a store from' ignorant
cksum s/data.mdb | cmp -s - sum
result $? 'the file is as it was'
ok 'the later version goes on' "$major/crm-store" check
run crm-store -s now init
run crm-add -s now person name=Anna
ok 'and reads a store of now' "$major/crm-find" -s now Anna --count
