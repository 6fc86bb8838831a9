#!/bin/sh
# crm-report: every report, what rows stand for, periods, currencies.
. "${0%/*}/../lib.sh"
plan 53

cat >"$tmp/yaml" <<'EOF'
currency: EUR
rates:
  USD: 0.90
timezone: Europe/Warsaw
EOF
crm-add product name=Chair category=seats price=50
store=$XDG_DATA_HOME/crm
cp yaml "$store/crm.yaml"
crm-add org name=Acme city=Berlin
crm-add person <<'EOF'
name,org,city,tag,owner
Anna,Acme,Berlin,"a,b",ewa
Bob,Acme,Kraków,a,jan
Carla,,Kraków,,ewa
EOF
crm-log <<'EOF'
who,what,at,amount,currency,doc,product,by
Anna,purchase,2025-12-31T22:30:00Z,100,,A1,Chair,ewa
Anna,purchase,2025-12-31T23:30:00Z,50,,A1,Chair,ewa
Anna,purchase,2026-02-01,10,USD,A2,,ewa
Bob,purchase,2026-02-03,1000,,,Chair,jan
Bob,refund,2026-02-05,100,,,Chair,jan
Carla,purchase,2026-03-01,5,GBP,,,
Carla,call,2026-03-02,,,,,ewa
Anna,call,2026-03-02,,,,,ewa
Anna,email,2026-01-02,,,,,jan
EOF

# report TITLE WANT ARGS...
report()
{
	report_title=$1
	report_want=$2
	shift 2
	crm-report "$@" -o tsv >out 2>err
	is "$report_title" "$(sed 1d out | tr '\t' ' ')" "$report_want"
}
report 'months are those of the store'\''s zone; a rate brings dollars home' '2025-12 100.00 EUR
2026-01 50.00 EUR
2026-02 909.00 EUR
2026-03 5.00 GBP' revenue -f month,revenue,currency
report 'the same from events' '2025-12 100.00 EUR
2026-01 50.00 EUR
2026-02 909.00 EUR
2026-03 5.00 GBP' revenue -f month,revenue,currency event
report 'by quarter and year' '2025-q4 1 1 100.00 EUR
2026-q1 3 2 959.00 EUR
2026-q1 1 1 5.00 GBP' revenue --by quarter -f quarter,orders,customers,revenue,currency
report 'a period of whole months' '2026-02 2 1009.00 100.00 909.00 EUR' revenue --in 2026-02
report 'a period of days' '2026-02 1 9.00 0.00 9.00 EUR' revenue --in 2026-02-01..2026-02-02
report 'by week' '2026-w05 9.00
2026-w06 900.00' revenue --by week --in 2026-02 -f week,revenue
report 'by a field of who' 'Kraków 900.00 EUR
Berlin 159.00 EUR
Kraków 5.00 GBP' revenue --by city -f city,revenue,currency
report 'by a field of product' 'seats 1050.00 EUR
 9.00 EUR
 5.00 GBP' revenue --by product.category -f product.category,revenue,currency
report 'many values count under each' 'a 1059.00
b 159.00
 5.00' revenue --by tag -f tag,revenue
report 'whom' 'Anna 159.00' revenue --by who.name -f who.name,revenue person tag:b
report 'what' 'Chair 1050.00' revenue --by product.name -f product.name,revenue event product:Chair
report 'customers' 'p2 Bob 1 900.00 EUR 2026-02-03 2026-02-03
p1 Anna 2 159.00 EUR 2025-12-31 2026-02-01
p3 Carla 1 5.00 GBP 2026-03-01 2026-03-01' customers
report 'of a period' 'p2 900.00
p1 59.00' customers --in 2026-01..2026-02 -f id,spent
report 'by organisation, missing ones last' 'Acme 2 1059.00 EUR
 1 5.00 GBP' customers --by org.name -f org.name,customers,spent,currency --sort org.name
is 'the organisation whose people they are' "$(crm-report customers --by who.org -f who.org,customers,spent,average -o tsv -l 1)" 'who.org	customers	spent	average
o1	2	1059.00	353.00'
is 'activity, most first' "$(crm-report activity -f what,events -o tsv | sed 1d | tr '\t\n' '  ')" 'purchase 5 call 2 email 1 refund 1 '
report 'by whom and when' 'ewa 2026-03 2 2
jan 2026-01 1 1' activity event what:call,email --by by,month -f by,month,events,customers

crm-add deal title=A who=Anna value=100 owner=ewa opened=2026-03-05
crm-add deal title=B who=Bob value=200 owner=ewa stage=proposal
crm-add deal title=C who=Bob value=300 owner=jan stage=won closed=2026-02-01
is 'in JSON Lines the currency stands behind amounts, named or not' \
	"$(crm-report revenue --by year --in 2026 -f year,revenue,orders)" \
	'{"year":"2026","revenue":959.00,"currency":"EUR","orders":3}
{"year":"2026","revenue":5.00,"currency":"GBP","orders":1}'
crm-add deal title=D who=Anna value=50USD owner=jan stage=proposal
crm-set d2 stage=lost
crm-set d4 stage=won
report 'stages in their order, with a win rate of who was there' 'prospecting 1 100.00 5.00 10.0 0 0 
proposal 0 0.00 0.00  1 1 50.0
won 2 345.00 345.00 0.0 2 0 100.0
lost 1 200.00 0.00 0.0 0 1 0.0' pipeline -f stage,deals,value,weighted,age,won,lost,win-rate
report 'by owner' 'jan 2 345.00 2 0 100.0
ewa 2 300.00 0 1 0.0' pipeline --by owner -f owner,deals,value,won,lost,win-rate
report 'closed in a period' 'won 1 300.00' pipeline --in 2026-02 -f stage,deals,value
crm-set d1 expected=2026-04-30
crm-add deal title=E who=Anna value=10 owner=ewa
report 'by period: when it was closed, else when it is expected' '2026-q1 3 545.00 2 1
2026-q2 1 100.00 0 0
 1 10.00 0 0' pipeline --by quarter -f quarter,deals,value,won,lost
report 'in the order of time, with others beside it' '2026-02 jan 300.00
2026-03 ewa 200.00
2026-03 jan 45.00
2026-04 ewa 100.00
 ewa 10.00' pipeline --by month,owner -f month,owner,value
report 'by day' '2026-02-01 300.00
2026-03-15 245.00
2026-04-30 100.00
 10.00' pipeline --by day -f day,value
crm-rm d5
crm-set d1 expected=
fails_with 64 'customers have no period' crm-report customers --by month
report 'whose' 'lost 200.00
won 300.00
proposal 0.00' pipeline person name:bob -f stage,value --sort -stage
crm-segment define big spent:500..
crm-segment add hand Carla
report 'segments' 'big 1 1 1 900.00 EUR 85.0
hand 1 1 1 0.00 EUR 0.0' segments
is 'their list is their names' "$(crm-report list -o csv | sed 1d | cut -d, -f1 | tr '\n' ' ')" 'activity basket churn clv cohort concentration customers forecast funnel model overdue pipeline receivables retention revenue rfm satisfaction score segments service sources staff stale velocity winloss '

fails_with 64 'no such report' crm-report revenues
fails_with 64 'a report is missing' crm-report
fails_with 64 'no such column' crm-report revenue -f turnover
like 'names those there are' "$(cat err)" 'there are month, purchases, gross'
fails_with 64 'no such column, nearly' crm-report revenue -f purchase
is 'names that' "$(cat err)" \
	"crm-report: -f: no such column: 'purchase': did you mean 'purchases'?"
crm-report revenue --sort -purchase >out 2>err
like 'to sort by, too' "$(cat err)" "--sort: .*did you mean 'purchases'"
fails_with 64 'a report that takes no query' crm-report segments Anna
fails_with 64 'about people' crm-report revenue deal
fails_with 1 'nothing to report' crm-report revenue --in 1999 -e

crm-log Acme purchase amount=41 at=2026-03-03
crm-add org name=Beta city=Gdynia
crm-log Beta purchase amount=7 at=2026-03-03
report 'an organisation and its people' 'o1 3 1100.00 EUR
o2 1 7.00 EUR
 1 5.00 GBP' customers --by who.org -f who.org,customers,spent,currency
report 'the same without who' 'o1 o1 1100.00
o2 o2 7.00
  5.00' customers --by org,who.org -f org,who.org,spent
report 'and fields of it' 'Berlin Acme 1100.00
Gdynia Beta 7.00' revenue --by who.org.city,org.name -f who.org.city,org.name,revenue --in 2025-12.. any not id:p3
report 'of deals' 'o1 645.00' pipeline --by who.org -f who.org,value

report 'a stage change is no activity, also of events that a query finds' 'purchase 1
refund 1' activity event who:Bob -f what,events
report 'unless it asks for it' 'stage 2' activity event what:stage who:Bob -f what,events
report 'or for what only that has' 'stage 1' activity event to:won -f what,events
# a sum that is too large is an error wherever it is asked for

run crm-store -s large init
echo 'rates: {USD: 1000}' >large/crm.yaml
CRM_STORE=$PWD/large
export CRM_STORE
run crm-add person name=Rich
run crm-log Rich purchase amount=92233720368547758.07 currency=USD
for question in 'crm-report customers' 'crm-report revenue' \
	'crm-report segments' 'crm-find Rich -f spent' 'crm-show Rich'; do
	# shellcheck disable=SC2086 # words
	fails_with 65 "$question" $question
done
unset CRM_STORE
like 'a time among the words is told of' \
	"$(crm-report revenue 2026-01 2>&1 >/dev/null)" \
	"'2026-01' is looked for as a word here: the time is --in 2026-01"
is 'not where it is an option' "$(crm-report revenue --in 2026-01 2>&1 >/dev/null)" ''
like 'a kind that was misspelled, too' "$(crm-report customers persn 2>&1)" \
	"did you mean the kind 'person'"
