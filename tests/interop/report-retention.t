#!/bin/sh
# Who renewed after so many quarters, and how unusual the silence of each
# customer is, compared with awk's.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need retail/rfm-orders.csv
f=$CRM_DATA/retail/rfm-orders.csv
export CRM_NOW=2007-01-01T12:00:00Z
plan 3

ok 'orders' crm-log --set what=purchase --add-missing person \
	--map customer_id=who,order_date=at,revenue=amount \
	--map first_name=,last_name=,email= <"$f"
sql "$f" "select customer_id, cast(julianday(min(order_date)) as integer),
	cast(julianday(max(order_date)) as integer),
	count(distinct order_date),
	cast(julianday('2007-01-01') as integer) from t group by 1" >customers
crm-report retention --unit day --horizon 1d -f period,members,renewed -o tsv |
	sed 1d | grep -v '		$' >got
awk -F '|' '{ age = $5 + 1 - $2; last = $3 - $2
	# periods 1 to age - 1 were decided on, as long as the one before was
	# renewed
	for (p = 1; p < age && p <= last + 1; p++) {
		members[p]++; renewed[p] += last >= p
		most = p > most ? p : most } }
	END { for (p = 1; p <= most; p++)
		print p "\t" members[p] + 0 "\t" renewed[p] + 0 }' customers >want
head -n 1200 want >want.1200
same_file 'day after day' got want.1200
crm-report churn --model silence -f name,risk,since,gap --sort name -o tsv \
	2>/dev/null | sed 1d | LC_ALL=C sort >got
awk -F '|' '{ since = $5 - $3
	gap = $4 > 1 ? sprintf("%.1f", ($3 - $2) / ($4 - 1) + 1e-9) : ""
	risk = $4 < 3 ? "" : sprintf("%.1f",
		100 * (1 - (($3 - $2) / ($5 - $2)) ^ ($4 - 1)) + 1e-9)
	printf "%s\t%s\t%d\t%s\n", $1, risk, since, gap }' customers | LC_ALL=C sort >want
same_file 'risk by silence' got want
