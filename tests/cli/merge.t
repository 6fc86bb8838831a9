#!/bin/sh
# crm-merge: what pointed at those that go points at the one that stays, and
# crm-undo takes it back wholly.
. "${0%/*}/../lib.sh"
plan 68

# state: all records and what is summed, without when they were changed
state()
{
	{
		crm-find any
		crm-find event
		crm-report revenue --by what 2>/dev/null
		crm-find any -f id,spent,orders,last,balance,open-deals
		crm-segment members vip -o ids
	} | sed 's/,"updated":"[^"]*"//'
}

# number: of the newest change set
number()
{
	crm-history -l 1 -o tsv | sed 1d | sed -n '1s/	.*//p'
}

CRM_STORE=$tmp/store
export CRM_STORE
crm-store init
cat >"$CRM_STORE/crm.yaml" <<'END'
kinds:
  house:
    letter: h
    plural: houses
    fields:
      name: text
      owners: {to: [person, org], many: true}
  person:
    fields:
      spouse: {to: person}
END
CRM_NOW=2026-01-10T12:00:00Z
crm-add org name=Acme city=Lund
crm-add org name='ACME Ltd' phone=+4612345678 parent=o1
crm-add person name='Anna Nowak' email=anna@x.example city=Oslo org=o1 ref=shop:1 tag=a
crm-add person name='Ana Nowak' email=ana@y.example phone=+48601234567 city=Lund \
	street='Main 1' org=o2 ref=shop:2 tag=b,a note='likes tea' birthday=1990-05-02
crm-add person name='Bob Ek' spouse=p2
crm-set p1 birthday=--05-02 spouse=p3
crm-log p2 purchase amount=100 doc=A1 at=2026-01-02
crm-log p1 call hello at=2026-01-03
printf '{"who":["p2","p1"],"what":"meeting","at":"2026-01-04T10:00:00Z"}\n' | crm-log
crm-log p2 invoice amount=30 at=2026-01-05
crm-add deal title=Chairs who=p2 value=900
crm-add task title=Ask who=p1
crm-add ticket title=Broken who=p2
crm-add house name=Hut owners=p2,o2
crm-segment add vip p2
crm-rm e3
state >before
n=$(number)

CRM_NOW=2026-03-15T12:00:00Z
crm-merge p1 p2 -n
state >now
same_file '-n writes nothing' now before
ok 'merges' crm-merge p1 p2 -m 'met her' -f id,name,email,phone,tag,ref,birthday,stage,note
is 'many values are united, single ones kept or filled, the rest is told' \
	"$(cat out)" '{"id":"p1","name":"Anna Nowak","email":["anna@x.example","ana@y.example"],"phone":["+48601234567"],"tag":["a","b"],"ref":["shop:1","shop:2"],"birthday":"1990-05-02","stage":"customer","note":"likes tea\nmerged p2: name Ana Nowak; org ACME Ltd (o2); street Main 1; city Lund"}'
ok 'the store is whole' crm-store check
is 'one change set' "$(number)" "$((n + 1))"
is 'events' "$(crm-find event who:p1 what:purchase -f who -o tsv | sed 1d)" p1
is 'sums follow' "$(crm-find p1 -f spent,balance,orders,open-deals,open-tickets,open-tasks)" \
	'{"spent":100.00,"balance":30.00,"currency":"EUR","orders":1,"open-deals":1,"open-tickets":1,"open-tasks":1}'
is 'deals' "$(crm-find d1 -f who -o tsv | sed 1d)" p1
is 'links of crm.yaml, of one and of many' \
	"$(crm-find h1 -f owners -o tsv | sed 1d) $(crm-find p3 -f spouse -o tsv | sed 1d)" 'p1,o2 p1'
is 'members by hand' "$(crm-segment members vip -o ids)" p1
is 'nobody was made a customer by it' \
	"$(crm-find event what:stage --count)" 1
for who in p2 ana@y.example shop:2 +48601234567; do
	is "$who still leads there" "$(crm-show "$who" | head -n 1)" \
		'Anna Nowak  p1  customer'
done
is 'in queries' "$(crm-find p2 -f id -o tsv | sed 1d)" p1
is 'of links' "$(crm-find deal who:p2 -o ids)" d1
is 'in imports' "$(printf 'id\tcity\np2\tRome\n' |
	crm-add person --key id -f id,city)" '{"id":"p1","city":"Rome"}'
crm-undo
is 'in links that are set' "$(crm-add task title=Call who=p2 -f who)" '{"who":["p1"]}'
crm-undo
like 'history tells what it was' "$(crm-history p2)" '"field":"merged","new":"p1"'
crm-merge p1 p2
again=$(number)
crm-merge p1 p2
is 'again, nothing is written' "$(number)" "$again"
is 'as of a day before, both are there' \
	"$(crm-find person --as-of 2026-02-01 -f id,spent -o tsv)" "id	spent
p1	0.00
p2	100.00
p3	0.00"
is 'each with its own story' "$(for p in p1 p2; do
	crm-find event who:$p --as-of 2026-02-01 -o ids | tr '\n' ' '
done)" "$(crm-find event who:p1 --as-of change:"$n" -o ids | tr '\n' ' ')$(
	crm-find event who:p2 --as-of change:"$n" -o ids | tr '\n' ' ')"
fails_with 65 'no one sets it by hand' crm-set p1 merged=p3
like 'and it says so' "$(cat err)" 'only crm-merge'
ok 'orgs too, a parent that is itself goes' crm-merge o2 o1 -f id,parent,city
is 'with what they lacked' "$(cat out)" '{"id":"o2","city":"Lund"}'
is 'their people follow' "$(crm-find p1 -f org -o tsv | sed 1d)" o2
fails_with 65 'a person is no organisation' crm-merge p1 o2
fails_with 64 'one is not enough' crm-merge p1
fails_with 65 'nor is a deal merged' crm-merge d1 d1
crm-undo
crm-undo "$((n + 1))"
state >now
same_file 'undone, all is as before' now before
ok 'the store is whole' crm-store check
crm-undo
is 'and the undo undone: merged again' "$(crm-find p2 -o ids)" p1
ok 'the store is whole' crm-store check
crm-undo

# pairs on stdin: who is never a dup leads
printf '%s\n' '{"id":"p2","dup":["p3"]}' '{"id":"p1","dup":"p2"}' | crm-merge -
is 'pairs that share one are a group' "$(crm-find p3 p2 -o ids; crm-find person --count)" "p1
1"
crm-undo
printf 'id,dup\np1,"p2,p3"\n' | crm-merge -
is 'several in a cell' "$(crm-find person --count)" 1
crm-undo
printf '{"id":"p1"}\n' >half
crm-merge - <half 2>err
is 'a line without dup is bad data' "$?" 65
like 'with its line' "$(cat err)" 'stdin:1: dup: is missing'
crm-merge - </dev/null
is 'no lines, nothing to do' "$?" 0

# an erasure takes those along who were merged
crm-merge p1 p2
fails_with 65 'an old id removes nobody' crm-rm p2
is 'but says who is meant' "$(cat err)" \
	'crm-rm: p2 was merged into p1: name that one'
fails_with 65 'nor in a pipe' sh -c 'printf "p3\np2\n" | crm-rm -'
is 'it has the line' "$(sed 1q err)" \
	'crm-rm: stdin:2: p2 was merged into p1: name that one'
fails_with 65 'nor does it erase' crm-rm --erase p2
like 'it says so' "$(cat err)" 'p2 was merged into p1'
fails_with 65 'nor in a pipe' sh -c 'echo p2 | crm-rm --erase -'
is 'all are there' "$(crm-find p1 or p3 -o ids | tr '\n' ' ')" 'p1 p3 '
ok 'erases' crm-rm --erase p1
unlike 'of neither anything is left' "$(crm-store dump)" 'Nowak|@y.example|@x.example'
ok 'the store is whole' crm-store check
fails_with 65 'the erased are not merged' crm-merge p3 p1

# random merges and undos leave it whole, and as it was
CRM_STORE=$tmp/many
crm-store init
awk 'BEGIN {
	srand(7)
	for (i = 1; i <= 60; i++)
		printf "{\"name\":\"N%d\",\"email\":[\"m%d@x.example\"],\"ref\":[\"r:%d\"],\"tag\":[\"t%d\"]}\n", i, i % 40, i, i % 7
}' | crm-add person
awk 'BEGIN {
	srand(8)
	for (i = 1; i <= 300; i++)
		printf "{\"who\":[\"p%d\",\"p%d\"],\"what\":\"%s\",\"amount\":%d,\"at\":\"2026-01-%02dT10:00:00Z\"}\n", 1 + int(rand() * 60), 1 + int(rand() * 60), rand() < .5 ? "purchase" : "invoice", 1 + int(rand() * 90), 1 + int(rand() * 28)
}' | crm-log
state >before 2>/dev/null
base=$(number)
bad=0
for seed in 1 2 3 4 5 6; do
	awk -v s=$seed 'BEGIN { srand(s); for (i = 0; i < 5; i++)
		printf "{\"id\":\"p%d\",\"dup\":\"p%d\"}\n", 1 + int(rand() * 60), 1 + int(rand() * 60) }' |
		crm-merge - || bad=1
	crm-store check >/dev/null || bad=1
done
is 'random merges leave the store whole' $bad 0
is 'no event was lost' "$(crm-find event what:purchase,invoice --count)" 300
last=$(number)
while [ "$last" -gt "$base" ]; do
	crm-undo "$last" && crm-store check >/dev/null || bad=1
	last=$((last - 1))
done
state >now 2>/dev/null
is 'undos too' $bad 0
same_file 'and all is as before' now before

# crm-add says who may be there already
CRM_STORE=$tmp/adds
crm-store init
crm-add person name='Żaneta Nowak' email=z@x.example
crm-add person given=Zaneta family=Nowak 2>err
is 'crm-add warns of a name, folded' "$(cat err)" \
	'crm-add: name: may be p1 Żaneta Nowak (crm-merge makes them one)'
crm-add person name=Else email=Z@x.example 2>err
like 'of an address' "$(cat err)" 'email: may be p1'
fails_with 65 'refuses when told to' \
	crm-add person name='Zaneta Nowak' --duplicates refuse
crm-add person name='Zaneta Nowak' --duplicates allow 2>err
empty 'is silent when told to' err
printf 'name\nZaneta Nowak\n' >list
crm-add person <list 2>err
empty 'a stream passes' err
crm-add person --duplicates warn <list 2>err
like 'unless asked, with its line' "$(cat err)" '^crm-add: stdin:2: name: may be'

# Notes: that of who stays, then of each that goes, as they were named.
a=$(crm-add org name='Note one' note=first -o ids)
b=$(crm-add org name='Note two' note=second -o ids)
c=$(crm-add org name='Note three' note='third' -o ids)
crm-merge "$a" "$c" "$b"
is 'notes stand in the order that was given' \
	"$(crm-find "$a" -f note -o jsonl | jq -r .note)" "first
third
merged $c: name Note three
second
merged $b: name Note two"

# what is one already, and who is to stay nowhere
crm-add person name=Ring1 ref=ring:1
crm-add person name=Ring2 ref=ring:2
ok 'one with itself: nothing' crm-merge ring:1 ring:1
cat >ring <<'END'
{"id":"ring:1","dup":"ring:2"}
{"id":"ring:2","dup":"ring:1"}
END
fails_with 65 'each is to go' crm-merge - <ring
like 'which is said' "$(cat err)" 'lines say of each of them that it goes'
sed 2d ring >one
ok 'one way' crm-merge - <one
ok 'and again' crm-merge - <one
