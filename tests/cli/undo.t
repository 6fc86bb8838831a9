#!/bin/sh
# crm-undo: any change set is taken back, without losing what came after.
. "${0%/*}/../lib.sh"
plan 61

# state: all records, without when they were changed
state()
{
	{
		crm-find any
		crm-find event
		crm-report revenue --by what 2>/dev/null
		crm-find any -f id,spent,orders,last,balance
	} | sed 's/,"updated":"[^"]*"//'
}
# number: of the newest change set
number()
{
	crm-history -l 1 -o tsv | sed 1d | sed -n '1s/	.*//p'
}

#
# Whatever it was: each of these, one after the other, and all back again.
#
cat >steps <<'END'
crm-add person name=Anna email=anna@x.example tag=old
crm-add person name=Béla phone=+36301234567 stage=prospect
crm-add org name=Acme city=Lund
crm-set p1 org=o1 city=Rome tag+=vip tag-=old
crm-log p1 call 'hello there' at=2026-01-05
crm-log p2 purchase amount=120 doc=A1 at=2026-02-01
crm-log p2 purchase amount=30USD doc=A2
crm-set p1 stage=prospect
crm-set p1 p2 country=Italy tag+=south
crm-add deal title=Chairs who=p1 value=900
crm-set d1 stage=won
crm-set e2 amount=99 at=2026-03-01
crm-set e2 who=p1
crm-log p1 invoice amount=50 doc=I1 due=2026-02-01
crm-rm e1
crm-set p1 email= city=Oslo name='Anna Nowak'
crm-segment define rich 'spent:50..'
crm-segment add rich p2
printf 'email,name,tag\nanna@x.example,Ann,a\nc@x.example,Cleo,b\n' | crm-add person --key email
crm-rm p2
crm-add person name=Again phone=+36301234567
printf '%s\n' '{"who":["p1"],"what":"purchase","amount":7,"key":"k:1"}' '{"who":["o1"],"what":"note","text":"x"}' | crm-log
crm-rm o1 d1
END
n=0
state >state.0
while read -r step; do
	n=$((n + 1))
	eval "$step" </dev/null || diag "failed: $step"
	state >state.$n
done <steps
last=$n
while [ $n -gt 0 ]; do
	crm-undo $n || diag "crm-undo $n: $?"
	state >now
	same_file "undone: $(sed -n ${n}p steps)" now state.$((n - 1))
	n=$((n - 1))
done
ok 'the store is sound' crm-store check
# an undo is a change set like any other
n=0
while [ $n -lt $last ]; do
	n=$((n + 1))
	crm-undo $((2 * last + 1 - n)) || diag "crm-undo of an undo: $?"
done
state >now
same_file 'and all done again' now state.$last
ok 'sound again' crm-store check

#
# What others did since.
#
CRM_STORE=$PWD/two
export CRM_STORE
run crm-store init
run crm-add person name=Anna city=Rome tag=a
run crm-set p1 city=Oslo owner=jan tag+=b
CRM_USER=ewa run crm-set p1 city=Lund tag+=c
crm-undo 2 -o tsv >out 2>err
is 'a field that was changed again is in conflict' "$? $(cat out)" \
	"1 $(printf 'id\tfield\tthen\tnow\tchange\tuser\np1\tcity\tOslo\tLund\t3\tewa')"
is 'which is said' "$(cat err)" \
	'crm-undo: 1 thing was changed since change 2: nothing was taken back (--skip-conflicts, --force)'
is 'nothing was written' "$(number)" 3
crm-undo 2 --skip-conflicts >/dev/null
is 'the rest is taken back, tags one by one' \
	"$(crm-find p1 -f city,owner,tag)" '{"city":"Lund","tag":["a","c"]}'
run crm-undo 4
ok 'or all of it' crm-undo 2 --force
is 'over what others did' "$(crm-find p1 -f city,owner,tag)" \
	'{"city":"Rome","tag":["a","c"]}'
run crm-add person name=Bob
CRM_USER=ewa run crm-log Bob call hi
fails_with 1 'somebody with events since' crm-undo 7
ok 'a dry run says so too' test "$(crm-undo 7 -n 2>/dev/null; echo $?)" = \
	"$(crm-undo 7 2>/dev/null; echo $?)"
fails_with 65 'no such change set' crm-undo 99
fails_with 64 'that is no number' crm-undo yesterday

#
# A value that is taken by now, and an import of any size.
#
run crm-add person name=Cleo ref=shop:1
run crm-rm Cleo
run crm-add person name=Dora ref=shop:1
crm-undo 10 -o tsv >out 2>err
is 'a unique value that another one has now is in conflict' "$? $(sed 1d out)" \
	"1 $(printf "p3\tref\t\t'shop:1' is p4\t11\ttester")"
fails_with 65 'and cannot be had by force' crm-undo 10 --force
like 'which says of whom' "$(cat err)" "p3: ref: 'shop:1' is p4 already"
crm-undo 10 --skip-conflicts >out 2>err
is 'or the record stays where it is' "$? $(cat err)" \
	"0 crm-undo: p3: ref: left as it is: 'shop:1' is p4 (change 11, tester)"
n=$(number)
run crm-add person name=Emil ref=a:1 ref=a:2 city=Rome
run crm-set Emil ref= city=Oslo
run crm-set Dora ref+=a:1
fails_with 1 'one of many values' crm-undo $((n + 2))
ok 'is left out' crm-undo $((n + 2)) --skip-conflicts
is 'and all else is had back' \
	"$(crm-find Emil -f ref,city -o tsv | sed 1d)" "$(printf 'a:2\tRome')"
run crm-set Emil ref=shop:2
run crm-set Emil Dora ref=
run crm-set Dora ref=shop:2
run crm-set Dora ref=
run crm-set Emil ref=shop:2
n=$(number)
run crm-set Emil ref=
run crm-set Dora ref=shop:2
ok 'what others gave up again' crm-undo
ok 'is no conflict' crm-undo $((n + 1))
i=0
while [ $i -lt 20000 ]; do
	i=$((i + 1))
	echo "{\"name\":\"Person $i\",\"ref\":[\"many:$i\"]}"
done | crm-add person
is 'an import' "$(crm-find person --count)" 20004
run crm-undo
is 'is taken back' "$(crm-find person --count) $(crm-find ref:many:7 --count)" '4 0'
ok 'what it was is still sound' crm-store check

# of several people each has their own back
run crm-set p1 city=Kyoto
mine=$(number)
CRM_USER=ewa crm-set p2 city=Nara
ok 'without a number' crm-undo
is 'it is the newest of our own' "$(crm-find city:Kyoto,Nara -f id,city -o csv |
	sed 1d)" 'p2,Nara'
CRM_USER=jan fails_with 65 'who wrote nothing' crm-undo
is 'is told whose the newest is' "$(cat err)" "crm-undo: no change set is of jan; \
the newest is of tester: crm-undo $((mine + 2)) takes it back"
ok 'what was taken back already' crm-undo "$mine"
is 'is told, in a script too' "$(cat err)" \
	"crm-undo: nothing is left of change $mine to take back"
is 'and nothing written' "$(number)" $((mine + 2))
run crm-rm p2
n=$(number)
fails_with 65 'who was removed' crm-show p2
is 'is told with the day and how to have them back' "$(cat err)" \
	"crm-show: p2 was removed by tester on 2026-03-15 (crm-undo $n brings it back)"
ok 'which is so' crm-undo

# the receipt says what was taken back, and whose it was
if command -v script >/dev/null; then
	CRM_USER=ewa crm-set p1 p2 city="O'Brien's $(printf '\033')[31m"
	n=$(number)
	script -qec "crm-undo $n" /dev/null </dev/null 2>&1 | tr -d '\r' >out
	like 'how many, the command, its user and when' "$(cat out)" \
		"^2 changed \\(change $((n + 1))\\): change $n of ewa, 2026-03-15 12:00, is taken back: crm-set p1 p2 'city=O"
	unlike 'which does not drive the terminal' "$(cat out)" "$(printf '\033')"
	script -qec "crm-undo -n $n" /dev/null </dev/null 2>&1 | tr -d '\r' >out
	like 'a dry run too' "$(cat out)" "dry run.*: change $n of ewa"
else
	skip 3 'there is no script'
fi
