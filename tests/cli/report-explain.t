#!/bin/sh
# crm-report --explain: the same figures as the report's, and the arithmetic
# that it tells done again elsewhere.
. "${0%/*}/../lib.sh"
plan 33

# Customers who buy at rates of their own and leave at some time.
cat >gen.awk <<'EOF2'
function rnd() { seed = (seed * 16807) % 2147483647; return seed / 2147483647 }
BEGIN {
	seed = 7
	for (c = 1; c <= 200; c++) {
		day = int(rnd() * 300)
		pause = 5 + rnd() * rnd() * 90
		end = day - log(rnd()) * (rnd() < 0.5 ? 40 : 900)
		mean = 5 + int(rnd() * 60)
		while (day < 430 && day <= end) {
			printf "C%d,purchase,%d.%02d,-%dd\n", c, \
			    mean + int(rnd() * 20), int(rnd() * 100), 431 - day
			day += 1 + int(-log(rnd()) * pause)
		}
	}
}
EOF2
awk 'BEGIN { print "name"; for (i = 1; i <= 201; i++) print "C" i }' |
	crm-add person
{ echo who,what,amount,at; awk -f gen.awk; } >buys.csv
crm-log <buys.csv

# same REPORT COLUMNS WHO...: what is explained is what is printed
same()
{
	same_report=$1
	same_columns=$2
	shift 2
	# shellcheck disable=SC2086 # a report and options
	crm-report $same_report -f "id,$same_columns" -o tsv >rows
	for who; do
		# shellcheck disable=SC2086 # the same
		crm-report $same_report --explain "$who" -f figure,value \
			-o tsv >said 2>err || cat err
		awk -F '\t' -v who="$who" 'NR == 1 { split($0, name, FS) }
		$1 == who { for (i = 2; i <= NF; i++) print name[i] "\t" $i }' \
			rows | sort >want
		awk -F '\t' -v columns=",$same_columns," \
			'index(columns, "," $1 ",")' said | sort >got
		[ -s want ] || echo "$who is not in the report" >want
		same_file "$same_report: the figures of $who" got want
	done
}
same rfm recency,frequency,monetary,currency,r,f,m,segment p7 p40 p99
same customers orders,spent,currency,first-order,last-order,average,purchases p7 p40
same clv repeats,since,alive,expected,spend,clv,currency p7 p40 p99
same 'churn --model bg-nbd' risk,since,gap,stake,currency p7 p40 p99
crm-report overdue -f id -l 1 -o tsv | sed 1d >who
same overdue days,gap,since,times,expected,spent,currency "$(cat who)"

# again REPORT WHO...: its arithmetic, done again; what differs
again()
{
	again_report=$1
	shift
	for who; do
		# shellcheck disable=SC2086 # a report and an option
		crm-report $again_report --explain "$who" -o tsv | sed 1d >said
		is "$again_report: the arithmetic of $who" \
			"$(python3 "$top/tests/interop/buying.py" <said 2>&1)" ''
	done
}
again clv p7 p40 p99
again 'churn --model bg-nbd' p7 p40 p99

# rfm: the class from the numbers that are said
crm-report rfm --explain p7 -o tsv >said
is 'rfm: 1 + 5 * below / all is the class' "$(awk -F '\t' '$1 ~ /^[rfm]$/ {
	split($3, w, " ")
	if (int(1 + 5 * w[4] / w[2]) != $2 || w[2] != 200)
		print
}' said)" ''

# where somebody stands
crm-report customers -f id,spent -o tsv | sed 1d >rows
place=$(awk '$1 == "p40" { print NR }' rows)
total=$(awk '{ s += $2 } END { printf "%.2f", s }' rows)
is 'customers: the place' \
	"$(crm-report customers --explain C40 -o tsv | sed -n 2p)" \
	"place	$place	of 200 customers, who spent most first"
crm-report concentration --explain p40 -o tsv | cut -f 1,2 | sed 1d >got
awk -v place="$place" -v total="$total" '
{ sum += $2 }
$1 == "p40" {
	print "revenue\t" $2 "\ncurrency\tEUR\nplace\t" NR
	print "decile\t" int(1 + 10 * (NR - 1) / 200)
	printf "share\t%.3f\ncumulative\t%.1f\n", 100 * $2 / total, \
	    100 * sum / total
}' rows >want
same_file 'concentration: place, decile and shares' got want

# overdue: days and gaps
crm-add person name=Jan
crm-log Jan purchase amount=9.90 at=2026-01-05
crm-log Jan purchase amount=9.90 at=2026-01-15
crm-report overdue --explain Jan -o tsv >got
is 'overdue: too few days for a rhythm' "$(sed 1d got)" \
	'days	2	2026-01-05, 2026-01-15: it takes 3 to have a rhythm'
crm-log Jan purchase amount=9.90 at=2026-01-24
crm-report overdue --times 6 --explain Jan -o tsv >got
cat >want <<'EOF2'
figure	value	how
days	3	2026-01-05, 2026-01-15, 2026-01-24
gap	9.5	median of the days between: 9, 10
since	50	days from 2026-01-24 to 2026-03-15
times	5.3	since / gap = 50 / 9.5: not overdue, not above 6
expected	2026-02-03	2026-01-24 and 9.5 days, half a day as a whole one
spent	29.70	purchases less refunds
currency	EUR	of the amounts
EOF2
same_file 'overdue: days, gaps and their median' got want

# receivables: what settled what
crm-log <<'EOF2'
who,what,at,due,amount,doc
Jan,invoice,2026-01-01,2026-01-31,100,F1
Jan,invoice,2026-02-01,2026-03-01,50,F2
Jan,payment,2026-02-10,,60,F2
Jan,payment,2026-02-11,,30,
Jan,invoice,2026-02-12,,-5,F3
EOF2
crm-report receivables --explain Jan -o tsv | sed -n 2,6p >got
cat >want <<EOF2
invoice F1	100.00	to be paid by 2026-01-31; paid: 10.00 by payment F2 on 2026-02-10, 30.00 by payment of 2026-02-11, 5.00 by credit note F3 on 2026-02-12; open: 55.00, 43 days late
invoice F2	50.00	to be paid by 2026-03-01; paid: 50.00 by payment F2 on 2026-02-10; open: 0.00
payment F2	60.00	of 2026-02-10; settles: 50.00 of invoice F2, 10.00 of invoice F1; left: 0.00
payment of 2026-02-11	30.00	of 2026-02-11; settles: 30.00 of invoice F1; left: 0.00
credit note F3	-5.00	of 2026-02-12; settles: 5.00 of invoice F1; left: 0.00
EOF2
same_file 'receivables: which payment settled which invoice' got want
same receivables invoices,open,not-due,1-30,31-60,61-90,over-90,credit,balance,currency,oldest \
	"$(crm-find person name:=Jan -o ids)"

# one payment for many, and numbers that are long in any script
crm-add person name=Mia
crm-log <<'EOF2'
who,what,at,amount,doc
Mia,invoice,2026-01-03,2,চালান-চালান-চালান-চালান-চালান-চালান-চালান
EOF2
seq -f 'Mia,invoice,2026-01-02,1,M%g' 14 | sed '1i who,what,at,amount,doc' | crm-log
crm-log Mia payment amount=15 at=2026-02-01
crm-report receivables --explain Mia -o tsv >got
is 'receivables: of many that are settled the first are told' \
	"$(sed -n '/^payment/s/.*, \(.* more\);.*/\1/p' got)" '1.00 of invoice M12 and 3 more'
like 'receivables: a long number is whole' "$(cat got)" \
	'^invoice চালান-চালান-চালান-চালান-চালান-চালান-চালান	'
ok 'receivables: what is cut stays text' iconv -f utf-8 -t utf-8 got -o /dev/null

# forms, and what cannot be
is 'as JSON Lines' "$(crm-report rfm --explain p7 -f figure,value -l 1)" \
	"{\"figure\":\"recency\",\"value\":\"$(crm-report rfm -f id,recency -o tsv |
		awk '$1 == "p7" { print $2 }')\"}"
fails_with 64 'a report that cannot' crm-report revenue --explain p7
fails_with 64 'not with --by' crm-report rfm --by segment --explain p7
fails_with 65 'nobody of that name' crm-report rfm --explain Zoe
fails_with 65 'who bought nothing is in no such report' \
	crm-report clv --explain C201
