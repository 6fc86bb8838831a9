#!/bin/sh
# Queries that look right but would have meant something else.
. "${0%/*}/../lib.sh"
plan 75

# ids [ARG...]: what is found, in one line.
ids()
{
	crm-find -o ids "$@" | tr '\n' ' '
}

run crm-add person name=Anna tag=vip
run crm-add person name=Bertil
run crm-add product name=Tea
run crm-log Anna purchase amount=7000 product=Tea
run crm-log Bertil purchase amount=7

run crm-add segment name=odd \
	query='person (spent:1000.. or tag:vip) not (name:bertil)'
is 'brackets in the text of a query need no blanks' "$(ids @odd)" 'p1 '
run crm-add segment name=phrase query='person "name:anna" not "(x)"'
is 'quoted ones are no brackets' "$(ids @phrase)" 'p1 '

fails_with 64 'a bracket that sticks to a field is wrong use' \
	crm-find person '(spent:1000..' or 'tag:vip)'
is 'and pointed at' "$(cat err)" \
"crm-find: '(' has to be an argument of its own
  person (spent:1000.. or tag:vip)
         ^"
ok 'a word may begin with one' crm-find person '(anna)'
is 'and is found' "$(ids person '(anna)')" 'p1 '

fails_with 64 'thousands with commas are wrong use' \
	crm-find person spent:7,000..
like 'with the reason' "$(cat err)" "'7,000..' may be one amount or two"
is 'other commas part amounts' "$(ids person spent:7,7000)" 'p1 p2 '
is 'of numbers a comma parts any' "$(ids event qty:5,100)" ''

run crm-add deal title=D who=Anna
run crm-add task title=T who=Anna
run crm-add ticket title=K who=Anna stage=waiting
run crm-add campaign name=C
run crm-add deal title=W who=Anna stage=won
is 'is:open finds what ends one day, not people' "$(ids is:open)" 'c1 d1 k1 t1 '
is 'is:closed finds what has ended' "$(ids is:closed)" 'd2 '
is 'each looked at, it is the same' \
	"$(crm-find -o ids | crm-find - is:open -o ids | tr '\n' ' ')" \
	'c1 d1 k1 t1 '
is 'stage:open is one stage' "$(ids stage:open)" 't1 '
run crm-set k1 stage=solved
is 'a solved ticket is closed' "$(ids is:closed)" 'd2 k1 '

fails_with 64 'a date in a query cannot be told how to read' \
	crm-find person created:3/4/2024
like 'so the message says how to write it' "$(cat err)" 'write YYYY-MM-DD'

run crm-set Anna city=Oslo ref=shop:4711
for word in OR AND NOT; do
	fails_with 64 "$word is wrong use" crm-find anna $word bertil
done
fails_with 64 'a field in capitals is' crm-find person City:oslo
is 'and pointed at' "$(cat err)" \
"crm-find: 'City' is written 'city'
  person City:oslo
         ^~~~"
fails_with 64 'a ref alone is no field' crm-find shop:4711
like 'but the message knows it' "$(cat err)" 'found by ref:shop:4711$'
fails_with 64 'a range of numbers the wrong way round' \
	crm-find person spent:10..5

is 'the id of an event needs no kind' "$(ids e1)" 'e1 '
is 'beside others' "$(ids p1 or e1)" 'e1 p1 '
is 'but where it is not wanted events stay out' \
	"$(ids not e1 name:anna)" 'p1 '

fails_with 64 'a link that the kind has not is wrong use' \
	crm-find event org.city:oslo
like 'and says of what' "$(cat "$tmp/err")" "unknown field 'org' of events"

fails_with 64 'what links lead to has fields of its own' \
	crm-find person org.role:x
like 'and is named' "$(cat "$tmp/err")" "unknown field 'role' of orgs"

# means TERM WANT [KIND]: it is wrong use, and the message has this instead.
means()
{
	# shellcheck disable=SC2086 # a kind, or nothing
	fails_with 64 "$1 is wrong use" crm-find ${3-} "$1"
	like "and means $2" "$(cat "$tmp/err")" "did you mean '$2'"
}
means name=anna name:anna
means 'spent>10' 'spent:10\.\.' person
means 'spent <= 10' 'spent:\.\.10'
means 'tag!=vip' 'not tag:vip'
means 'org.city=Rome' org.city:Rome person
means 'is=customer' is:customer
is 'what is no field is a word' "$(crm-find colour=red --count)" 0
run crm-log Anna note 'her 2>1 rule'
is 'also beside a number' "$(crm-find event '2>1' --count)" 1

fails_with 64 'no record is two' crm-find p1 p2
like 'either is meant' "$(cat "$tmp/err")" "did you mean 'p1 or p2'"
fails_with 64 'nor with others between them' \
	crm-find name:anna p1 tag:vip and p2
fails_with 64 'nor one kind and another' crm-find p1 g1
is 'one of two' "$(ids p1 or p2 tag:vip)" 'p1 '
is 'one twice is one' "$(ids p1 p1)" 'p1 '
is 'one and not the other' "$(ids p1 not p2)" 'p1 '

run crm-add deal title=Tea who=p1 value=10
run crm-add deal title=Milk who=p1 value=20
for query in d1 'd1 or d2' 'd1 title:tea' '( d1 or d2 ) not d2'; do
	# shellcheck disable=SC2086 # words of a query
	is "$query has the columns of deals" \
		"$(crm-find $query -o csv | sed q)" \
		"$(crm-find deal -o csv | sed q)"
done
fails_with 64 'two kinds have none in common' crm-find d1 or p1 -o csv
is 'in brackets they are left alone' "$(ids '(' p1 name:anna ')' p2)" ''

# no program that only asks has an option for the order of a date
for query in 'crm-find created:3/4/2024' 'crm-find created:31/4/2024' \
	'crm-find created:31/5/2024' 'crm-report revenue --in 3/4/2024' \
	'crm-history --since 3/4/2024' 'crm-set p1 birthday=3/4/2024'; do
	# shellcheck disable=SC2086 # words of a command
	run $query
	unlike "$query: no word of --dates" "$(cat "$tmp/err")" '--dates'
done

# a kind stands before the terms
fails_with 64 'a kind is no term' crm-find person or org
like 'and the one for several is shown' "$(cat "$tmp/err")" 'kind:person,org'
is 'which finds both' "$(crm-find kind:person,org --count)" \
	"$(($(crm-find person --count) + $(crm-find org --count)))"

# a name that is a day of one kind, a number of another, a word of a third
cat >>"$HOME/.local/share/crm/crm.yaml" <<'END'
kinds:
  machine: {letter: x, fields: {name: text, expected: number, level: [low, high]}}
  room: {letter: z, fields: {name: text, level: number}}
END
run crm-set d1 expected=2026-04-01
run crm-set d2 expected=2027-04-01
run crm-add machine name=Press expected=2026 level=high
run crm-add machine name=Saw expected=7 level=low
run crm-add room name=Hall level=3
is 'what can be a day is one, and no number' "$(ids expected:2026)" 'd1 '
is 'of one kind it is what that has' "$(ids machine expected:2026)" 'x1 '
is 'what can be a number alone is one' \
	"$(ids kind:deal,machine expected:5..10)" 'x2 '
is 'also exactly' "$(ids kind:deal,machine expected:=7)" 'x2 '
is 'a word' "$(ids level:low,high)" 'x1 x2 '
is 'or a number' "$(ids level:2..)" 'z1 '
fails_with 64 'what none can be is wrong use' crm-find kind:deal,machine expected:abc
