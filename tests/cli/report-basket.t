#!/bin/sh
# crm-report basket and sources: what makes an order; who came from where.
. "${0%/*}/../lib.sh"
plan 37

# report NAME TITLE WANT ARGS...
report()
{
	report_name=$1
	report_title=$2
	report_want=$3
	shift 3
	crm-report "$report_name" "$@" -o tsv >out 2>err
	is "$report_name: $report_title" "$(sed 1d out | tr '\t' ' ')" "$report_want"
}

crm-add person <<'EOF'
name,source,city,created
Anna,fair,Gdynia,2026-01-10
Bob,web,Sopot,2026-01-20
Carla,fair,Gdynia,2026-02-10
Dora,,Sopot,2026-02-20
EOF
report basket 'no orders' ''
report sources 'nobody bought' 'fair 2 0 0.0 0 0.00 EUR 0.00 0.00 
web 1 0 0.0 0 0.00 EUR 0.00 0.00 
 1 0 0.0 0 0.00 EUR 0.00 0.00 '
echo 'timezone: Europe/Warsaw' >"$XDG_DATA_HOME/crm/crm.yaml"
for product in Lamp Bulb Cable; do
	crm-add product name=$product
done
crm-log <<'EOF'
who,what,at,amount,doc,product
Anna,purchase,2026-03-01,10,A,Lamp
Anna,purchase,2026-03-02,1,A,Bulb
Anna,purchase,2026-03-02,1,A,Bulb
Bob,purchase,2026-03-01,10,A,Lamp
Bob,purchase,2026-03-01,2,,Cable
Carla,purchase,2026-03-03T22:59:00Z,10,,Lamp
Carla,purchase,2026-03-03T23:01:00Z,2,,Bulb
Carla,purchase,2026-03-04,2,,Cable
Carla,purchase,2026-03-05,7,,
EOF
# orders: Anna A, Bob A, Bob's Cable, Carla's Lamp, Carla's Bulb and Cable
report basket 'by document and customer, else by day in the zone' 'g1 Lamp g2 Bulb 1 20.0 33.3 0.83
g2 Bulb g1 Lamp 1 20.0 50.0 0.83
g2 Bulb g3 Cable 1 20.0 50.0 1.25
g3 Cable g2 Bulb 1 20.0 50.0 1.25'
report basket 'of some customers' 'Lamp Bulb 100.0 1.00
Bulb Lamp 100.0 1.00' -f name,with-name,support,lift Anna
report basket 'of some purchases' '' event product:Lamp
report basket 'in a period' 'Bulb Cable 100.0
Cable Bulb 100.0' --in 2026-03-04.. -f name,with-name,support
report basket 'the strongest' 'Bulb Cable 1.25' --sort -lift -l 1 -f name,with-name,lift
fails_with 64 'rows are pairs' crm-report basket --by city

report sources 'customers and what they brought' 'fair 2 2 100.0 5 33.00 EUR 16.50
web 1 1 100.0 2 12.00 EUR 12.00
 1 0 0.0 0 0.00 EUR 0.00' -f source,people,customers,conversion,orders,revenue,currency,average
report sources 'by town' 'Gdynia 2 100.0
Sopot 2 50.0' --by city -f city,people,conversion
report sources 'who were added in a period' 'fair 1 21.00
 1 0.00' --in 2026-02 -f source,people,revenue
crm-add person name=Eva source=walk-in
report sources 'also who was added today, as nobody said' 'walk-in 1' \
	--in today -f source,people
report sources 'as a query finds them' 'walk-in 1' created:today -f source,people
report sources 'and not another day' '' --in yesterday
crm-undo
report sources 'of some' 'web 1 1' -f source,people,customers Bob
crm-log Bob purchase amount=3 currency=USD 2>err
crm-log Dora purchase amount=3 currency=USD 2>err
report sources 'people count once, money by its currency' 'web 1 1 100.0 12.00 EUR
 1 1 100.0 0.00 EUR
web  1  3.00 USD
  1  3.00 USD' -f source,people,customers,conversion,revenue,currency city:sopot
echo 'rates: {USD: 0.5}' >>"$XDG_DATA_HOME/crm/crm.yaml"
report sources 'a rate brings it home' 'web 1 1 13.50 EUR
 1 1 1.50 EUR' -f source,people,customers,revenue,currency city:sopot
is 'everybody is there' "$(crm-report sources --by '' -f people -o tsv | sed 1d)" "$(crm-find person --count)"
is 'and all the money' "$(crm-report sources --by '' -f revenue -o tsv)" \
	"$(crm-report revenue --by '' -f revenue -o tsv)"

# offers: who has A alone; B is in 2 of the 3 orders with A, C in 1, D in none
crm-store -s offers init
for n in A B C D; do crm-add -s offers product name=$n; done
for n in Anna Bob Cyd; do crm-add -s offers person name=$n; done
crm-log -s offers --set what=purchase <<'EOF'
who,product,amount,doc
Anna,A,1,1
Bob,A,1,2
Bob,B,1,2
Bob,C,1,2
Cyd,A,1,3
Cyd,B,1,3
Cyd,D,1,4
Cyd,B,1,4
EOF
offers()
{
	crm-report -s offers basket --for "$@" -f name,with-name,confidence,lift -o tsv | sed 1d
}
is 'what to offer, the likeliest first' "$(offers Anna)" \
	"$(printf 'A\tB\t66.7\t0.89\nA\tC\t33.3\t1.33')"
is 'each once, for its best reason' "$(offers Bob)" "$(printf 'B\tD\t33.3\t1.33')"
is 'what they have is known whatever the report covers' \
	"$(offers Cyd event doc:2)" "$(printf 'A\tC\t100.0\t1.00')"
fails_with 65 'to nobody' crm-report -s offers basket --for Nobody

# what sources cost: USD 8 are EUR 4; nobody came by print
crm-add org name=Agency
crm-log <<'EOF'
who,what,at,amount,currency,source
Agency,cost,2026-01-31,8,EUR,fair
Agency,cost,2026-02-28,8,USD,fair
Agency,cost,2026-02-28,-2,EUR,fair
Agency,cost,2026-02-28,3,EUR,print
Agency,cost,2026-02-28,4.50,EUR,
EOF
report sources 'what each cost, and what came of it' 'fair 2 2 33.00 10.00 230.0 5.00 5.00
web 1 1 13.50 0.00  0.00 0.00
 2 1 1.50 4.50 -66.7 2.25 4.50
print 0 0 0.00 3.00 -100.0  ' \
	-f source,people,customers,revenue,cost,return,lead-cost,customer-cost
report sources 'spent in a period' 'fair 1 2.00 950.0
 1 4.50 -66.7
print 0 3.00 -100.0' --in 2026-02 -f source,people,cost,return
report sources 'spent on all of them' '17.50 174.3' --by '' -f cost,return
report sources 'of a town it is not known' 'Gdynia ' --by city -f city,cost -l 1
is 'nor printed' "$(crm-report sources --by city -o csv | sed 1q)" \
	city,people,customers,conversion,orders,revenue,currency,average
report sources 'nor of some of them' 'web 13.50  ' -f source,revenue,cost,return Bob
is 'it is no money of whom it was paid to' \
	"$(crm-find org -f spent,balance,contacts,orders,last -o tsv | sed 1d)" \
	"$(printf '0.00\t0.00\t0\t0\t')"
echo 'events: [cost, demo]' >>"$XDG_DATA_HOME/crm/crm.yaml"
is 'a store that had the word already keeps it' \
	"$(crm-find event what:cost --count) $(crm-store config | grep '^events')" \
	'5 events: [demo]'
crm-rm "$(crm-find event source:print -o ids)"
report sources 'what is removed was not spent' '14.50' --by '' -f cost

# ten who paid 1.11 USD at 0.5: 5.55, not ten times 0.56
crm-store -s many init
echo 'rates: {USD: 0.5}' >many/crm.yaml
awk 'BEGIN { print "who,amount"; for (i = 0; i < 10; i++) print "c:" i ",1.11" }' |
	crm-log -q -s many --set what=purchase --set currency=USD --add-missing person
for name in sources revenue; do
	report $name 'many small sums are rounded once' '5.55 EUR' -s many --by '' \
		-f revenue,currency
done

# all the money is in other currencies than the store's
crm-store -s abroad init
crm-add -s abroad person <<'EOF'
name,source
Anna,fair
Bob,web
EOF
crm-log -s abroad 2>err <<'EOF'
who,what,amount,currency
Anna,purchase,100,USD
Bob,purchase,50,USD
Bob,purchase,20,GBP
EOF
report sources 'people stand beside the first one there is' 'web 1 1 100.0 1 20.00 GBP
fair 1 1 100.0 0 0.00 GBP
fair 1   1 100.00 USD
web 1   1 50.00 USD' -s abroad \
	-f source,customers,people,conversion,orders,revenue,currency
crm-log -s abroad Anna cost amount=5 source=fair
report sources 'a cost is money, too' 'fair 1 1 5.00 EUR' -s abroad \
	-f source,people,customers,cost,currency -l 1
report sources 'where it is told' '1 GBP' -s abroad Bob -f people,currency -l 1
