#!/bin/sh
# Reports of many rows print them in pieces, by two threads: the same bytes as
# one after the other, which is how rows are printed that are sorted.
. "${0%/*}/../lib.sh"
plan 19

crm-store init
awk 'BEGIN { print "name"
	for (i = 0; i < 2600; i++)
		print (i % 7 ? "C" i : "\"C, \"\"é\"\" " i "\"") }' |
	crm-add -q person
crm-find person -o tsv -f id | tail -n +2 >ids
awk 'function draw(n) { x = (x * 1103515245 + 12345) % 2147483648
		return int(x / 65536) % n }
	BEGIN { x = 7; print "who,what,at,amount,currency" }
	{ pace = 5 + draw(60); left = draw(4) ? 430 : 30 + draw(300)
	for (d = draw(200); d < left; d += 1 + draw(2 * pace))
		printf "%s,purchase,%s,%d,%s\n", $1, strftime("%Y-%m-%d", \
			d * 86400 + 1704067200, 1), 1 + draw(200), \
			(NR % 5 ? "EUR" : "JPY") }' ids >events.csv
ok 'events' crm-log -q <events.csv

# same REPORT OPTION...: all rows are about one customer, so that sorting by how
# many leaves them in order.
same()
{
	crm-report "$@" >shared 2>notes
	crm-report "$@" --sort customers >alone 2>notes
	ok "$*" cmp alone shared
}

export CRM_NOW=2025-06-01T12:00:00Z
for report in overdue rfm clv churn; do
	same $report -o tsv
	same $report -o jsonl
	same $report -o csv -f customers,id,currency
done
crm-report rfm -o tsv >shared
ok 'enough rows for many pieces' test "$(wc -l <shared)" -gt 2000

# What customers bought is gathered by two threads, that of a few by one; some
# of it is dated ahead, and does not count yet.
awk 'BEGIN { print "who,what,at,amount,currency" } NR % 50 == 0 {
	print $1 ",purchase,2025-07-0" NR % 9 + 1 ",1000," \
		(NR % 100 ? "EUR" : "JPY") }' ids >events.csv
ok 'events ahead' crm-log -q <events.csv
awk 'NR % 25 == 0' ids >some
them=$(paste -s -d , some)

# few COLUMNS REPORT: rows of some of the customers, beside others and alone.
few()
{
	crm-report "$2" -f "$1" -o tsv 2>notes |
		awk 'NR == FNR { some[$1]; next } $1 in some' some - |
		sort >among
	crm-report "$2" any "id:$them" -f "$1" -o tsv 2>notes |
		tail -n +2 | sort >alone
	ok "$2 of a few" cmp among alone
	ok 'there are some' test "$(wc -l <alone)" -gt 10
}

few id,currency,frequency,monetary,recency rfm
few id,currency,spent,since overdue
