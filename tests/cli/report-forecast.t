#!/bin/sh
# crm-report forecast: open deals, months, chances, currencies; against awk.
. "${0%/*}/../lib.sh"
plan 28

# forecast TITLE WANT ARGS...
forecast()
{
	forecast_title=$1
	forecast_want=$2
	shift 2
	crm-report forecast "$@" -o tsv >out 2>err
	is "$forecast_title" "$(sed 1d out | tr '\t' ' ')" "$forecast_want"
}

crm-add person name=Anna city=Gdynia
crm-add person name=Bob city=Sopot
forecast 'no deals' ''
crm-add deal <<'EOF'
title,who,value,stage,expected,owner,probability
A,Anna,100,proposal,2026-03-15,ewa,
B,Bob,200,proposal,2026-03-14,ewa,
C,Bob,33.33,new,2026-03-31,jan,
D,Anna,400,negotiation,2026-05-01,jan,12.5
E,Anna,50,new,,jan,
F,Anna,1000,won,2026-03-20,ewa,
G,Anna,1000,lost,2026-03-20,ewa,
H,,,new,2026-05-02,,
EOF
forecast 'what is open, by month and stage, without a date last' '2026-03 new 1 33.33 3.33 3.33 EUR 0
2026-03 proposal 2 300.00 150.00 150.00 EUR 1
2026-05 new 1 0.00 0.00 0.00 EUR 0
2026-05 negotiation 1 400.00 50.00 300.00 EUR 0
 new 1 50.00 5.00 5.00 EUR 0'
forecast 'a period, without those that have no date' '2026-03 new 33.33
2026-03 proposal 300.00' --in 2026-03 -f month,stage,value
forecast 'to the day' 'proposal 100.00' --in 2026-03-15 -f stage,value
forecast 'today is not late' 'proposal 0' --in 2026-03-15 -f stage,late
forecast 'by stage, in their order' 'new 3 83.33 8.33
proposal 2 300.00 150.00
negotiation 1 400.00 50.00' --by stage -f stage,deals,value,weighted
forecast 'by owner, most first' 'ewa 2 150.00
jan 3 58.33
 1 0.00' --by owner -f owner,deals,weighted
forecast 'by what is of the customer' 'Anna 3
Bob 2
 1' --by who.name -f who.name,deals
forecast 'in all' '6 783.33 208.33 458.33 EUR 1' --by ''
forecast 'of some customers' '2 233.33' --by '' -f deals,value city:sopot
forecast 'of some deals' '3 483.33' --by '' -f deals,value deal owner:jan
crm-add deal title=I who=Bob value=80USD stage=proposal expected=2026-03-02 2>err
forecast 'currencies without a rate apart' 'EUR 150.00
USD 40.00' --by stage -f currency,weighted --in 2026-03 deal stage:proposal
echo 'rates: {USD: 0.5}' >"$XDG_DATA_HOME/crm/crm.yaml"
forecast 'and brought home with one' 'EUR 170.00 2' --by stage -f currency,weighted,late --in 2026-03 deal stage:proposal
crm-add deal <<'EOF'
title,who,value,stage,closed,owner
W,Bob,700,won,2026-03-05,eva
X,Bob,70,won,2026-02-05,eva
EOF
forecast 'who has won all that was to win is a row of the period' 'ewa 2 1000.00
 1 0.00
jan 1 0.00
eva 0 700.00' --by owner --in 2026-03 -f owner,deals,won
forecast 'and a month is, until it is over' '2026-03 700.00' --by month -f month,won deal owner:eva
forecast 'whatever is printed of it' '2026-03' --by month -f month deal owner:eva
forecast 'a month of the past when it is asked for' '2026-02 70.00' --by month --in 2026-02 -f month,won
fails_with 64 'it is not about tickets' crm-report forecast ticket

# 600 deals, from scratch
crm-store -s many init
awk 'BEGIN { print "title,value,stage,expected,currency,probability"
	split("prospecting new qualified engaging proposal negotiation won lost", s, " ")
	for (i = 0; i < 600; i++)
		printf "D%d,%d.%02d,%s,%s,%s,%s\n", i, i * 7919 % 5000, i % 100,
			s[i % 8 + 1], i % 7 ? sprintf("2026-%02d-%02d", i % 5 + 1,
			i % 28 + 1) : "", i % 3 ? "EUR" : "GBP", i % 11 ? "" : i % 101 }' >deals
ok 'many' crm-add -s many deal <deals
is 'count, value, weighted and late, each as awk has it' \
	"$(crm-report -s many forecast -o tsv | sed 1d | sort)" \
	"$(awk -F, 'NR == FNR { won += $3 == "won"
	lost += $3 == "lost"; next }
	FNR == 1 { p["prospecting"] = 5; p["new"] = 10
	p["qualified"] = 25; p["engaging"] = 40; p["proposal"] = 50
	p["negotiation"] = 75 }
	!($3 in p) { next }
	{ k = substr($4, 1, 7) "\t" $3; c = k SUBSEP $5; n[c]++
	v = int($2 * 100 + 0.5); s[c] += v
	w[c] += int((v * ($6 != "" ? $6 : p[$3])) / 100 + 0.5)
	h[c] += int(v * won / (won + lost) + 0.5)
	l[c] += $4 != "" && $4 < "2026-03-15" }
	END { for (c in n) { split(c, at, SUBSEP)
	printf "%s\t%d\t%.2f\t%.2f\t%.2f\t%s\t%d\n", at[1], n[c],
	s[c] / 100, w[c] / 100, h[c] / 100, at[2], l[c] } }' deals deals |
	sort)"

# labels of days are remembered by their last ten bits
crm-store -s far init
{
	echo title,value,currency,stage,expected
	for n in 1 2 3; do
		echo "A$n,1,EUR,new,2026-01-01"
		echo "B$n,1,EUR,new,2028-10-21"
	done
} | crm-add -s far deal
is 'days 1,024 apart are two' "$(crm-report -s far forecast --by day -f day,deals -o tsv |
	sed 1d | tr '\t' ' ')" '2026-01-01 3
2028-10-21 3'

# Enough of them for two threads, some removed, some whose import was undone:
# the same by one thread, that asks a query or the past, and beside rates.
crm-store -s big init
echo 'rates: {USD: 0.9}' >big/crm.yaml
deals()
{
	awk -v from="$1" -v to="$2" 'BEGIN { OFS = ","
	print "title,who,value,stage,expected,currency,owner"
	split("new proposal negotiation won lost qualified", s, " ")
	split("EUR USD PLN", c, " ")
	for (i = from; i < to; i++)
		print "A deal with a title of some length and the number " i,
		i % 3 ? "Anna" : "Bob", i * 7919 % 99991 - 9000 ".25",
		s[i * 5 % 11 % 6 + 1],
		i % 7 ? sprintf("2026-%02d-%02d", i % 9 + 1, i % 28 + 1) : "",
		c[i * 3 % 7 % 3 + 1], "o" i % 5 }' </dev/null
}
printf 'name\nAnna\nBob\n' | crm-add -s big -q person
deals 0 12000 | crm-add -s big -q deal
deals 12000 13000 | crm-add -s big -q deal
crm-undo -s big -q
crm-find -s big deal owner:o4 value:..500 -o ids |
	xargs crm-rm -s big -q
fields=month,stage,deals,value,weighted,currency,late
crm-report -s big forecast -o tsv -f $fields >want
is 'many, by two threads: all that are open' \
	"$(awk -F'\t' 'NR > 1 { n += $3 } END { print n }' want)" \
	"$(crm-find -s big deal stage:new,proposal,negotiation,qualified -o ids |
	wc -l)"
crm-report -s big forecast deal value:-999999.. -o tsv -f $fields >got
same_file 'those that a query finds' want got
crm-report -s big forecast --as-of now -o tsv -f $fields >got
same_file 'as of now' want got
crm-report -s big forecast -o tsv -f $fields,historic | cut -f 1-7 >got
same_file 'beside rates' want got
for by in month,stage deal-size,owner; do
	crm-report -s big forecast person name:bob --by $by -o tsv \
		-f $by,deals,value,weighted,currency,late
	crm-report -s big forecast person name:bob --by $by,who.name -o tsv \
		-f $by,deals,value,weighted,currency,late
done >got 2>&1
is 'of some customers, with and without a look at them' \
	"$(sort got | uniq -c | awk '$1 != 2' | head -3)" ''

# a probability of its own is that of an open deal
export CRM_STORE=$tmp/closed
crm-store init
crm-add person name=W
for stage in proposal won lost; do
	crm-add deal title=$stage who=W value=1000 probability=60 stage=$stage
done
crm-add deal title=plain who=W value=1000 stage=proposal
is 'won and lost deals weigh all and nothing' \
	"$(crm-find deal -f title,weighted -o tsv | sed 1d | sort | tr '\t\n' '= ')" \
	'lost=0.00 plain=500.00 proposal=600.00 won=1000.00 '
is 'in reports, too' "$(crm-report pipeline -f stage,weighted -o tsv | sed 1d |
	sort | tr '\t\n' '= ')" 'lost=0.00 proposal=1100.00 won=1000.00 '
