#!/bin/sh
# Segments of rfm by rules of crm.yaml: the report, the field, completion,
# what is refused, and what a dump carries.
. "${0%/*}/../lib.sh"
plan 28

# Ten customers: the first bought most, last and oftenest.
{
	echo who,what,amount,at
	for i in 1 2 3 4 5 6 7 8 9 10; do
		for k in $(seq $((11 - i))); do
			echo "C$i,purchase,$(((11 - i) * 10)),2026-02-$((28 - 2 * i))"
		done
	done
} >buys.csv
awk 'BEGIN { print "name"; for (i = 1; i <= 10; i++) print "C" i }' |
	crm-add person
crm-log <buys.csv
yaml=$XDG_DATA_HOME/crm/crm.yaml
before=$(crm-find person rfm:champion -f name -o tsv | sed 1d | tr '\n' ' ')
is 'without rules those that are built in' "$before" 'C1 C2 C3 C4 '

# rules: on stdin
rules()
{
	{ echo 'currency: EUR' && cat; } >"$yaml"
}

rules <<'EOF2'
rfm:
  - star: {r: 5, f: 4.., m: 5}
  - regular: {f: 3..5}
  - star: {r: 2}
  - new
EOF2
is 'the report says them' "$(crm-report rfm -f name,r,segment -o tsv |
	sed 1d | tr '\t\n' ' ;')" 'C1 5 star;C2 5 star;C3 4 regular;C4 4 regular;C5 3 regular;C6 3 regular;C7 2 star;C8 2 star;C9 1 new;C10 1 new;'
is 'one name may stand for several rules' "$(crm-report rfm --by segment -f segment,customers -o tsv |
	sed 1d | tr '\t\n' ' ;')" 'star 4;regular 4;new 2;'
is 'groups come in the order of the rules' "$(crm-report rfm --by segment,kind -f segment,customers -o tsv |
	sed 1d | tr '\t\n' ' ;')" 'star 4;regular 4;new 2;'
is 'so they do when sorted' "$(crm-report rfm --sort -segment -f segment -o tsv |
	sed 1d | uniq | tr '\n' ' ')" 'new regular star '
is 'queries know them' "$(crm-find person rfm:new -f name -o tsv | sed 1d | tr '\n' ' ')" 'C9 C10 '
is 'and several at once' "$(crm-find person rfm:new,star --count)" 6
is 'the field is printed' "$(crm-find person C7 -f name,rfm)" '{"name":"C7","rfm":"star"}'
is 'sorted as the rules are' "$(crm-find person --sort rfm -f rfm -o tsv | sed 1d | uniq | tr '\n' ' ')" 'star regular new '
crm-add segment name=best query='person rfm:star'
is 'segments do' "$(crm-find person @best --count)" 4
fails_with 64 'the words from before are none' crm-find person rfm:champion
fails_with 64 'a slip is pointed at' crm-find person rfm:regulr
grep -q "did you mean 'regular'" err
is 'with the nearest one' $? 0
is 'they complete' "$(crm-find --complete operand rfm: person | cut -f 1 |
	tr '\n' ' ')" 'rfm:star rfm:regular rfm:new '
is 'the explanation says which rule' "$(crm-report rfm --explain C7 -o tsv |
	grep '^segment')" 'segment	star	the first rule that fits, 3 of 4: r: 2'

# what is in force
crm-store config >printed
sed -n '/^rfm:/,/^[^ r]/p' printed | grep '^ \|^rfm' >got
cat >want <<'EOF2'
rfm:
  - star: {r: 5, f: 4..5, m: 5}
  - regular: {f: 3..5}
  - star: {r: 2}
  - new
EOF2
same_file 'crm-store config prints them' got want

# another store has words of its own
crm-store -s other init
crm-add -s other person name=One
crm-log -s other One purchase amount=1
is 'in another store those of it hold' "$(crm-find -s other person One -f rfm)" \
	'{"rfm":"lost"}'

# a dump carries them
crm-store dump | crm-store -s copy load
crm-store -s copy config >got
same_file 'a dump carries the rules' got printed
is 'and the words with them' "$(crm-find -s copy person rfm:star --count)" 4

# refused MESSAGE: rules on stdin
refused()
{
	{ echo rfm: && cat; } >bad.yaml
	crm-store config bad.yaml >out 2>err
	refused_status=$?
	is "refused: $1" "$refused_status $(sed 's/^crm-store: bad.yaml://' err)" \
		"78 $1"
}
refused "1:1: 20 of 125 combinations have no segment, such as r 1, f 1, m 1: end the list with a name alone for what is left" <<'EOF2'
  - a: {r: 3..}
  - b: {f: 3.., m: 1..5}
EOF2
refused "3:5: the segment 'b' never fits: those before it take all that it would" <<'EOF2'
  - a: {r: 3..}
  - b: {r: 4, f: 2}
  - c
EOF2
refused "2:12: expected classes from 1 to 5, such as 4, 4..5 or ..2, not '3..6'" <<'EOF2'
  - a: {r: 3..6}
EOF2
refused "2:12: expected classes from 1 to 5, such as 4, 4..5 or ..2, not '5..4'" <<'EOF2'
  - a: {r: 5..4}
EOF2
refused "2:12: expected classes from 1 to 5, such as 4, 4..5 or ..2, not '..'" <<'EOF2'
  - a: {r: ..}
EOF2
refused "2:9: unknown key 's' (one of: r, f, m)" <<'EOF2'
  - a: {s: 3}
EOF2
refused "3:5: a second segment in one item: begin it with '-', or put the classes in braces" <<'EOF2'
  - a: {r: 3}
    b: {r: 4}
EOF2
refused "2:5: bad name 'Big Spender' (did you mean 'big-spender'?): a name is a small letter, then small letters, digits and '-', at most 40" <<'EOF2'
  - Big Spender
EOF2
refused "2:3: expected a list of segments, such as [best: {r: 4.., m: 5}, other]" <<'EOF2'
  best: {r: 3}
EOF2
