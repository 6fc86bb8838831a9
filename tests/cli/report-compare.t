#!/bin/sh
# crm-report --against and --since: two periods, two groups of customers, now
# and then, side by side.
. "${0%/*}/../lib.sh"
plan 35

# report TITLE WANT NAME ARGS...
report()
{
	report_title=$1
	report_want=$2
	shift 2
	crm-report "$@" -o tsv >out 2>err
	is "$report_title" "$(tr '\t' ' ' <out)" "$report_want"
}

crm-add person name=Anna city=Gdynia
crm-add person name=Bob city=Sopot
crm-add person name=Cyd city=Sopot
crm-log Anna purchase amount=100 at=2025-01-10
crm-log Bob purchase amount=50 at=2025-02-10
crm-log Anna purchase amount=150.50 at=2026-01-05
crm-log Cyd purchase amount=20 at=2026-03-01
crm-log Cyd refund amount=30 at=2026-03-02

report 'all columns, and what became of them' \
	'purchases purchases-then purchases-change purchases-percent gross gross-then gross-change gross-percent refunds refunds-then refunds-change refunds-percent revenue revenue-then revenue-change revenue-percent currency
2 2 0 0.0 170.50 150.00 20.50 13.7 30.00 0.00 30.00  140.50 150.00 -9.50 -6.3 EUR' \
	revenue --by '' --in 2026-q1 --against 2025-q1
report 'months are matched by their place in the period' \
	'month revenue revenue-then revenue-change revenue-percent
2026-01 150.50 100.00 50.50 50.5
2026-03 -10.00 0.00 -10.00 
2026-02 0.00 50.00 -50.00 -100.0' revenue --in 2026-q1 --against 2025-q1 \
	-f month,revenue,revenue-then,revenue-change,revenue-percent
report 'weeks of one with those of another' 'week revenue revenue-then
2026-w02 150.50 50.00
2026-w09 20.00 0.00
2026-w10 -30.00 0.00' revenue --by week --in 2026-01-05..2026-03-04 --against 2025-02-10..2025-04-09 \
	-f week,revenue,revenue-then
report 'of each group; sorted by the change' 'city revenue-change
Gdynia 50.50
Sopot -60.00' revenue --by city --in 2026-q1 --against 2025-q1 \
	-f city,revenue-change --sort -revenue-change
report 'of some customers with others' 'customers customers-then spent spent-then spent-percent
2 1 40.00 250.50 -84.0' customers --by '' --against city:gdynia city:sopot \
	-f customers,customers-then,spent,spent-then,spent-percent
crm-segment define gdynia city:gdynia
report 'or with a segment' 'spent spent-then
290.50 250.50' customers --by '' --against @gdynia -f spent,spent-then
report 'days have a change in days, names none' 'name last-order last-order-then last-order-change
Anna 2026-01-05 2025-01-10 360
Cyd 2026-03-01  
Bob  2025-02-10 ' customers --in 2026-q1 --against 2025-q1 \
	-f name,last-order,last-order-then,last-order-change
report 'since a day: the report as it was' 'customers customers-then
3 2' customers --by '' --since 2025-12-31 -f customers,customers-then
report 'who moved between classes' 'name segment segment-then r r-then r-change
Anna cannot-lose lost 2 1 1
Cyd promising  4  
Bob lost sleepy 1 3 -2' rfm --since 2025-12-31 -f name,segment,segment-then,r,r-then,r-change
report 'between deciles too' 'id decile decile-then decile-change
p1 1 1 0
p2 4 6 -2
p3 7  ' concentration --by id --since 2025-12-31 -f id,decile,decile-then,decile-change
report 'how many moved, from class to class' 'segment-then segment customers currency
sleepy lost 1 EUR
lost cannot-lose 1 EUR
 promising 1 EUR' rfm --since 2025-12-31 --by segment-then,segment
report 'in the order of the list; sorted, chosen' 'decile decile-then customers
4 6 1
1 1 1
7  1' concentration --since 2025-12-31 --by decile,decile-then \
	-f decile,decile-then,customers --sort decile-then -l 3 --sort -decile-then
crm-store -s moved init
crm-add -s moved person name=Ada tag=a,b city=Riga
crm-add -s moved deal title=One who=Ada stage=new
crm-add -s moved deal title=Two who=Ada stage=new
crm-set -s moved d2 stage=proposal
crm-set -s moved Ada city=Cork
report 'deals, from stage to stage' 'stage-then stage deals
new new 1
new proposal 1' pipeline -s moved --since change:3 --by stage-then,stage
report 'any field that rows can stand for' 'who.city-then who.city owner deals
Riga Cork  2' pipeline -s moved --since change:3 --by who.city-then,who.city,owner
fails_with 64 'one with several values' \
	crm-report pipeline -s moved --since change:3 --by who.tag-then,who.tag
like 'is told' "$(cat err)" 'one value each'
fails_with 64 'there is no then without one' crm-report rfm --by segment-then
fails_with 64 'a name that is none' crm-report rfm --since 2025 --by nosuch-then
crm-log Anna invoice amount=99 at=2026-01-05
report 'a report without a period has a past' 'open open-then open-change
99.00 0.00 99.00' receivables --since 2026-01-01 --by '' -f open,open-then,open-change
report 'today with the same day' 'open open-change open-percent
99.00 0.00 0.0' receivables --since 2026-02-01 --by '' -f open,open-change,open-percent
is 'JSON Lines: numbers' "$(crm-report revenue --by '' --in 2026-q1 \
	--against 2025-q1 -f revenue,revenue-percent)" \
	'{"revenue":140.50,"currency":"EUR","revenue-percent":-6.3}'
fails_with 64 'no period, no query' crm-report revenue --against soon
fails_with 64 'a period, of a report that has none' crm-report receivables --against 2025
fails_with 64 'a wrong query' crm-report revenue --against nosuch:1
fails_with 64 'a wrong day' crm-report revenue --since soon
fails_with 64 'a column that is none' crm-report revenue --against 2025 -f month-then

# A model that has too little to learn from on one side.
crm-store -s young init
CRM_STORE=young
export CRM_STORE
awk 'BEGIN { print "name,city"; for (i = 1; i <= 80; i++) print "C" i ",T" i % 2 }' |
	crm-add person
awk 'function rnd() { s = (s * 16807) % 2147483647; return s / 2147483647 }
BEGIN {
	s = 7
	print "who,what,amount,at"
	for (i = 1; i <= 80; i++) {
		day = 400 - int(rnd() * 200)
		gap = 10 + rnd() * 60
		end = day + log(rnd()) * (rnd() < 0.5 ? 60 : 900)
		for (; day >= 1 && day >= end; day -= 1 + int(-log(rnd()) * gap))
			printf "C%d,purchase,%d,-%dd\n", i, 10 + rnd() * 9, day
	}
}' | crm-log
for by in id city; do
	crm-report clv --by $by -f $by,customers,clv -o tsv | sed 1d >want
	crm-report clv --by $by --since -390d -f $by,customers,clv,clv-then,clv-change \
		-o tsv 2>err | sed 1d | awk -F'\t' '$4 $5 == ""' | cut -f 1-3 >got
	same_file "clv by $by: the side that can be told is, the other is not 0" got want
	like 'it says which one cannot' "$(cat err)" \
		'^crm-report: then: bg-nbd cannot be fitted to purchases in EUR .[0-9]+ of '
done
crm-report model -f parameter,value -o tsv >want
crm-report model --since -390d -f parameter,value -o tsv >got 2>err
same_file 'model, too' got want
is 'of then there is nothing, nor any change' \
	"$(crm-report model --since -390d -f value-then,value-change -o tsv 2>err | sort -u)" \
	"$(printf '\t\nvalue-then\tvalue-change')"
crm-report clv --in 2025-02 --against 2025 -f id,clv-then >got 2>err
like 'whichever it is' "$(cat err)" '^crm-report: now: bg-nbd'
fails_with 65 'neither is an error' crm-report clv --since -1d --as-of -389d
like 'and told once' "$(cat err)" '^crm-report: neither now nor then: bg-nbd'
