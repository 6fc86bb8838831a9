#!/bin/sh
# Events that were logged a few at a time wait to be brought into stories and
# sums: nobody sees a difference, whatever is done with the store meanwhile.
# The measure is the dump of the store, loaded into a new one, where none wait.
. "${0%/*}/../lib.sh"
plan 172

CRM_STORE=$tmp/store
export CRM_STORE

# waiting [OPTION...]: how many events wait
waiting()
{
	crm-store "$@" stat | sed 's/.*"fresh":\([0-9]*\).*/\1/'
}

# number: of the newest change set
number()
{
	crm-history -l 1 -o tsv | sed 1d | sed -n '1s/	.*//p'
}

cat >questions <<'END'
find any -f id,name,stage,spent,orders,first-order,last-order,last,contacts,balance,overdue -o tsv
find event -f id,who,what,amount,currency,at,day -o tsv
find person bought:g1
find person not bought:g1
find person spent:100.. --sort -spent,name
find person last:2026-02
find org contacts:1..
show p1
show p2
show o1
report activity
report basket
report churn
report clv
report cohort
report concentration
report customers
report customers --in 2026-01..2026-02
report forecast
report model
report overdue
report receivables
report retention
report revenue
report revenue --by who.org
report rfm
report satisfaction
report score
report staff
report stale
END

# ask STORE [OPTION...]: all answers, and what is said on stderr
ask()
{
	asked=$1
	shift
	while read -r program rest; do
		echo "== $program $rest"
		# shellcheck disable=SC2086 # words of their own
		crm-$program -s "$asked" "$@" $rest 2>&1 </dev/null
		echo "status $?"
	done <questions
}

# spent ID: by what crm-find prints of the events
spent()
{
	crm-find event -f who,what,amount,currency -o tsv | awk -F '\t' -v id="$1" '
	BEGIN { rate["EUR"] = 1; rate["USD"] = 0.5 }
	NR > 1 && ($1 == id || index($1, id ",") == 1) {
		if ($2 == "purchase") sum += $3 * rate[$4]
		if ($2 == "refund") sum -= $3 * rate[$4]
	}
	END { printf "%.2f\n", sum }'
}

# of ID FIELD: what crm-find prints of it
of()
{
	crm-find "$1" -f "$2" -o tsv | sed 1d
}

# newest WHAT: the last event of this sort
newest()
{
	crm-find event "what:$1" -o ids | tail -1
}

# to_newest WHAT FIELD=VALUE
to_newest()
{
	crm-set "$(newest "$1")" "$2"
}

# rm_newest WHAT
rm_newest()
{
	crm-rm "$(newest "$1")"
}

# log_some: a few events, one after the other, that all may wait
log_some()
{
	{ crm-log p1 purchase amount=10 product=g1 at=2026-01-31T23:30:00Z &&
	crm-log p1 call 'rang back' at=2026-02-28T23:30:00Z &&
	crm-log p2 purchase amount=7.50USD at=2026-02-01T08:00:00Z who=p3 &&
	crm-log p2 refund amount=2 &&
	crm-log p3 purchase amount=900JPY at=2026-03-14 &&
	crm-log p3 purchase amount=-4 product=g2 &&
	crm-log o1 invoice amount=50 due=2026-03-01 at=2026-02-01 &&
	crm-log o1 payment amount=20 &&
	crm-log p2 feedback score=9 scale=nps &&
	crm-log p4 visit 'saw him' who=p1; } 2>/dev/null
}

# same DESC [STORE]: the store is well, and answers like its dump
same()
{
	one=${2-$CRM_STORE}
	ok "check is silent: $1" crm-store -s "$one" check
	empty "and says nothing: $1" "$tmp/out"
	rm -rf loaded
	crm-store -s "$one" dump | crm-store -s loaded load
	is "none waits in what was loaded: $1" "$(waiting -s loaded)" 0
	ask "$one" >got
	ask loaded >want
	same_file "its dump gives the same answers: $1" got want
}

# step DESC COMMAND...: while events wait; then answers are the same, and kept
step()
{
	step_desc=$1
	shift
	log_some && [ "$(waiting)" -ge 10 ]
	result $? "events wait: $step_desc"
	ok "$step_desc" "$@"
	same "$step_desc"
	cp got "then.$(number)"
}

crm-store init
cat >"$CRM_STORE/crm.yaml" <<'END'
timezone: Europe/Warsaw
currency: EUR
rates:
  USD: 0.5
END
crm-add org name=Acme
crm-add product name=Chair price=10
crm-add product name=Table price=90
crm-add org name=Other
for name in Anna Bela Cora Dora Emil Finn; do
	crm-add person name=$name org=o1
done

#
# They wait, and nobody sees it.
#
ok 'some are logged' log_some
is 'all wait, and three that say who became a customer' "$(waiting)" 13
same 'what was logged'
is 'a sum' "$(of p1 spent)" 10.00
is 'with a refund, and a rate' "$(of p2 spent)" 1.75
is 'and an amount below 0, and none without a rate' "$(of p3 spent)" -4.00
is 'a balance' "$(of o1 balance)" 30.00
is 'who bought is a customer' "$(of p1 stage)" customer
is 'a month is that of the zone' "$(crm-report revenue --in 2026-02 -o tsv |
	awk -F '\t' 'NR > 1 && $6 == "EUR" { print $5 }')" 13.75
# it can fail: a store that lacks one, and one whose months are of another zone
cp -R "$CRM_STORE" less
crm-rm -s less "$(newest call)"
ask less >less.got
ok 'a store that lacks one gives others' sh -c '! cmp -s less.got got'
sed 's/Warsaw/London/' "$CRM_STORE/crm.yaml" >loaded/crm.yaml
ask loaded >zone.got
ok 'and so does one in another zone' sh -c '! cmp -s zone.got got'

#
# What is done with a store.
#
step 'a backup is made' crm-store backup copy
ok 'and restored' crm-store -s restored restore copy
is 'with those that wait' "$(waiting -s restored)" "$(waiting)"
same 'restored' restored
step 'it is compacted' crm-store compact
step 'it is repaired' crm-store repair
is 'which brings them in' "$(waiting)" 0
ok 'more are logged' log_some
ok 'what can be read is saved' crm-store repair saved
same 'saved' saved

#
# What is done with those that wait.
#
step 'a deal begins' crm-add deal title=Big who=p5 value=100
step 'a stage is one' crm-set d1 stage=won
step 'an amount is corrected' to_newest purchase amount=33
step 'another customer is' to_newest payment who=p5
step 'a time is' to_newest call at=2026-01-01
step 'one is removed' rm_newest visit
removed=$(number)
step 'and is there again' crm-undo "$removed"
step 'the last one is taken back' crm-undo
step 'one with a number of an order comes' \
	crm-log p1 purchase amount=5 doc=A1
step 'and another line of it' crm-log p1 purchase amount=5 doc=A1
step 'one that is too large to wait' \
	crm-log p5 purchase amount=20000000000
step 'somebody changes the organisation' crm-set p2 org=o2
step 'two are merged' crm-merge p3 p2
merged=$(number)
crm-log p6 call later
step 'they are two again' crm-undo --force "$merged"
step 'one of them is removed' crm-rm p4
removed=$(number)
crm-undo "$removed"
step 'a dry run is made' crm-log -n p1 purchase amount=1000
for id in p1 p2 p3 p5; do
	is "the sum of $id is that of its events" "$(of $id spent)" \
		"$(spent $id)"
done

#
# What was told is told as of then, when they do not wait any more.
#
crm-store repair
good=0 all=0
for told in then.*; do
	all=$((all + 1))
	ask "$CRM_STORE" --as-of "change:${told#then.}" >got
	cmp -s got "$told" || {
		diag "as of change ${told#then.}"
		diff "$told" got | sed 20q | diag
		continue
	}
	good=$((good + 1))
done
is 'as of each change set' "$good of $all" '19 of 19'

#
# Many of them.
#
step 'one is erased' crm-rm --erase p6
is 'then none waits' "$(waiting)" 0
awk 'BEGIN { for (i = 0; i < 300; i++)
	printf "{\"who\":[\"p%d\"],\"what\":\"%s\",\"amount\":%d," \
	    "\"at\":\"2025-%02d-%02dT23:30:00Z\"}\n", i % 5 + 1,
	    i % 7 == 0 ? "refund" : "purchase", i % 11, i % 12 + 1,
	    i % 28 + 1 }' >rows
ok 'a stream of 300' crm-log --stream <rows
ok 'of which not all wait' test "$(waiting)" -lt 256
same 'a stream'
ok 'more of them are' log_some
ok 'many in one change set' sh -c 'sed 65q rows | crm-log'
is 'after which none waits' "$(waiting)" 0
same 'one change set'
step 'the zone is another' sed -i s/Warsaw/London/ "$CRM_STORE/crm.yaml"
