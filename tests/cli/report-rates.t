#!/bin/sh
# crm-report forecast by own win rates: of stages, of pipelines, of crm.yaml;
# and against quotas.
. "${0%/*}/../lib.sh"
plan 31

# forecast TITLE WANT ARGS...
forecast()
{
	forecast_title=$1
	forecast_want=$2
	shift 2
	crm-report forecast "$@" -o tsv >out 2>err
	is "$forecast_title" "$(sed 1d out | tr '\t' ' ' | sed 's/ *$//')" \
		"$forecast_want"
}

crm-add person name=Anna
cat >"$XDG_DATA_HOME/crm/crm.yaml" <<'EOF'
pipelines:
  sales: [new: 10, offer: 50, won, lost]
  service: [asked: 40, signed: won, declined: lost]
  web: [visit: 1, cart: 30, won, lost]
EOF
# of sales 12 came to the offer, 9 of which were won; 8 more were lost before;
# 5 came from elsewhere as lost
awk 'BEGIN { print "title,stage,who"
	for (i = 0; i < 20; i++) print "S" i ",new,Anna"
	for (i = 0; i < 5; i++) print "I" i ",lost,Anna" }' | crm-add deal
for i in $(seq 20); do
	[ "$i" -gt 12 ] || crm-set "d$i" stage=offer
	if [ "$i" -le 9 ]; then crm-set "d$i" stage=won; else
		crm-set "d$i" stage=lost
	fi
done
# of service 3 were decided; of web 10 that came from elsewhere, 4 of them won
awk 'BEGIN { print "title,pipeline,stage"
	for (i = 0; i < 3; i++) print "V" i ",service,signed"
	for (i = 0; i < 10; i++) print "W" i ",web," (i < 4 ? "won" : "lost") }' |
	crm-add deal
crm-add deal <<'EOF'
title,who,pipeline,stage,value,expected,probability
A,Anna,sales,new,1000,2026-03-31,
B,,sales,offer,200,2026-03-31,90
C,,service,asked,100,2026-04-01,
D,,web,cart,0.01,2026-04-01,
E,,web,visit,333.33,2026-04-01,
EOF
forecast 'of the stage, as it is known; of the pipeline; of crm.yaml' \
	'sales new 100.00 450.00
sales offer 180.00 150.00
service asked 40.00 40.00
web visit 3.33 133.33
web cart 0.00 0.00' --by pipeline,stage -f pipeline,stage,weighted,historic
forecast 'sums are of rounded parts' '2026-03 280.00 600.00
2026-04 43.33 173.33' --by month -f month,weighted,historic
forecast 'whomever the report covers, rates are of all' '450.00' \
	--by '' -f historic Anna
is 'what is explained of a deal' "$(crm-report forecast --explain A -o tsv |
	sed 1d | tr '\t' '|')" "deal|d39|A
value|1000.00|what it is worth
probability|10|percent, of the stage 'new' of the pipeline 'sales'
weighted|100.00|value times probability
rate|45.0|percent: of 20 deals of 'sales' that were decided and are known to have come to 'new', 9 were won
historic|450.00|value times rate"
is 'of a customer, each of theirs' "$(crm-report forecast --explain Anna \
	-f figure,value -o tsv | sed -n 2p)" "deal	d39"
is 'its own probability' "$(crm-report forecast --explain B -f value,how \
	-o tsv | sed -n 4p)" '90	percent, of the deal itself'
is 'the rate of a pipeline' "$(crm-report forecast --explain E -f value,how \
	-o tsv | grep decided)" "40.0	percent: of 10 deals of 'web' that were decided 4 were won; fewer than 10 of them are known to have come to 'visit'"
is 'and of crm.yaml' "$(crm-report forecast --explain C -f value,how -o tsv |
	grep fewer)" "40	percent, of the stage in crm.yaml: fewer than 10 deals of 'service' were won or lost"
fails_with 65 'who has none' crm-report forecast --explain d1
change=$(crm-history -l 1 | sed 's/.*"change":\([0-9]*\).*/\1/')
ok 'one more of web is lost' crm-add deal title=W11 pipeline=web stage=lost
forecast 'before that change it is not yet' '133.33' --by '' -f historic \
	--as-of change:"$change" deal title:E
forecast 'now it is' '121.21' --by '' -f historic deal title:E

# Quotas, in a store of their own.
crm-store -s quota init
CRM_STORE=$PWD/quota
export CRM_STORE
forecast 'no deals, no quotas' '' --by month
cat >quota/crm.yaml <<'EOF'
rates: {USD: 0.5}
quota:
  - {in: 2026-04, amount: 500}
  - {in: 2026-q1, amount: 1000}
  - {in: 2026-01..2026-06, for: {owner: ewa}, amount: 600.03}
  - {in: 2026-02..2026-06, for: {owner: jan}, amount: 250}
  - {in: 2026, for: {team: north}, amount: 1200}
kinds: {deal: {fields: {team: [north, south]}}}
EOF
forecast 'no deals: what is to be reached from now on' \
	'2026-03 0 0.00 333.34 0.0 333.34
2026-04 0 0.00 500.00 0.0 500.00
2026-05 0 0.00 150.00 0.0 150.00
2026-06 0 0.00 150.01 0.0 150.01' \
	--by month -f month,deals,won,quota,attainment,gap
crm-add deal <<'EOF'
title,value,currency,stage,expected,closed,owner,team
A,100,EUR,won,,2026-03-02,ewa,north
B,100,USD,won,,2026-02-10,jan,south
C,200,EUR,proposal,2026-03-20,,ewa,
D,40,EUR,proposal,2026-01-20,,jan,
E,999,EUR,lost,,2026-03-03,ewa,north
F,7,GBP,proposal,2026-04-20,,jan,north
G,80,EUR,proposal,,,jan,
EOF
forecast 'months that are over stand where deals wait for them' \
	'2026-01 40.00 20.00 EUR 0.00 333.33 0.0 313.33
2026-03 200.00 100.00 EUR 100.00 333.34 30.0 133.34
2026-04 0.00 0.00 EUR 0.00 500.00 0.0 500.00
2026-04 7.00 3.50 GBP 0.00
2026-05 0.00 0.00 EUR 0.00 150.00 0.0 150.00
2026-06 0.00 0.00 EUR 0.00 150.01 0.0 150.01
 80.00 40.00 EUR 0.00' \
	--by month -f month,value,weighted,currency,won,quota,attainment,gap
forecast 'or where --in has them' '2026-01 0.00 333.33 0.0
2026-02 50.00 333.33 15.0
2026-03 100.00 333.34 30.0' --by month --in 2026-q1 \
	-f month,won,quota,attainment
forecast 'quarters' '2026-q1 240.00 150.00 1000.00 15.0 730.00
2026-q2 0.00 0.00 800.01 0.0 800.01
2026-q2 7.00 0.00
 80.00 0.00' --by quarter -f quarter,value,won,quota,attainment,gap
forecast 'one month, in rows of quarters' '2026-q1 100.00 333.34' \
	--by quarter --in 2026-03 -f quarter,won,quota
forecast 'owners in a period' 'ewa 200.00 100.00 300.01 33.3 100.01
jan 40.00 50.00 100.00 50.0 30.00' \
	--by owner --in 2026-q1 -f owner,value,won,quota,attainment,gap
forecast 'owners and months' '2026-03 ewa 100.00 100.00
2026-03 jan 0.00 50.00
2026-04 ewa 0.00 100.01
2026-04 jan 0.00 50.00
2026-04 jan 0.00' --by month,owner --in 2026-03..2026-04 \
	-f month,owner,won,quota deal
forecast 'a field of crm.yaml' 'north 100.00 1200.00 8.3' \
	--by team --in 2026 -f team,won,quota,attainment \
	--sort -quota -l 1
forecast 'in all' '240.00 150.00 1000.00 730.00' \
	--by '' --in 2026-q1 -f value,won,quota,gap
forecast 'not where a month is cut' '150.00' --by '' --in 2026-02-02..2026-03-31 \
	-f won,quota
forecast 'nor of some deals' '2026-03 200.00 100.00' \
	--by month --in 2026-03 -f month,value,won,quota deal owner:ewa
is 'columns are there where rows have quotas' "$(for by in month month,stage \
	owner who.city year,team; do
	crm-report forecast --by "$by" -o tsv | head -n 1 | grep -c gap
done | tr '\n' ' ')" '1 0 0 0 1 '
is 'and in a period' "$(for by in owner stage '' team,pipeline; do
	crm-report forecast --by "$by" --in 2026 -o tsv | head -n 1 |
		grep -c gap
done | tr '\n' ' ')" '1 0 1 0 '
is 'in all, without a period, there is none' \
	"$(crm-report forecast --by '' -f quota,won -o tsv | sed -n 2p)" "	"
is 'two quarters side by side' "$(crm-report forecast --by quarter \
	--in 2026-q2 --against 2026-q1 -f quarter,quota,quota-then -o tsv |
	sed -n 2p)" '2026-q2	800.01	1000.00'
cat >dead.yaml <<'EOF'
quota:
  - {in: 2026-04, amount: 500}
  - {in: 2026-q2, amount: 1000}
  - {in: 2026-05, amount: 700}
  - {in: 2026-05, for: {owner: ewa}, amount: 70}
  - {in: 2026-05..2026-07, amount: 60}
  - {in: 2026-q2, amount: 50}
EOF
is 'a quota that others hide is warned of; one month left is enough' \
	"$(crm-store config dead.yaml 2>&1 >out)" \
	'crm-store: crm.yaml:4: quota: it never holds: that of line 3 has its months, and stands before it
crm-store: crm.yaml:7: quota: it never holds: that of line 3 has its months, and stands before it'
is 'but printed all the same' "$(grep -c 'in: "2026-05"' out)" 2
# what crm.yaml no longer has has no chance, and can be explained
unset CRM_STORE
crm-add deal title=Gone pipeline=web stage=cart value=70 expected=2026-05-01
sed -i '/^  web:/d' "$XDG_DATA_HOME/crm/crm.yaml"
is 'of a pipeline that is gone' "$(crm-report forecast --explain Gone -o tsv |
	sed '1,2d' | tr '\t' '|')" 'value|70.00|what it is worth
probability|0|percent: crm.yaml has no such stage
weighted|0.00|value times probability'
