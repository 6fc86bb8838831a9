#!/bin/sh
# Cohorts of customers, compared with sqlite3's.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need retail/rfm-orders.csv
f=$CRM_DATA/retail/rfm-orders.csv
export CRM_NOW=2007-01-01T12:00:00Z
plan 4

ok 'orders' crm-log --set what=purchase --add-missing person \
	--map customer_id=who,order_date=at,revenue=amount \
	--map first_name=,last_name=,email= <"$f"
months="with o as (select customer_id c, substr(order_date, 1, 7) ym,
	substr(order_date, 1, 4) * 12 + substr(order_date, 6, 2) m, revenue v
	from t),
b as (select c, min(ym) ym, min(m) m from o group by c),
k as (select b.ym, o.m - b.m n, count(distinct o.c) x, sum(v) s
	from o join b using (c) group by 1, 2),
z as (select ym, count(*) a from b group by ym)"
crm-report cohort -f cohort,month,members,customers,share,revenue -o tsv |
	awk -F'\t' 'NR > 1 && $4 > 0' >got
sql "$f" "$months select ym || char(9) || n || char(9) || a || char(9) || x ||
	char(9) || printf('%.1f', 100.0 * x / a + 1e-9) || char(9) ||
	printf('%.2f', s) from k join z using (ym) order by ym, n" >want
same_file 'every cohort and month' got want
is 'there are many' "$(awk 'END { print (NR > 100) }' want)" 1
is 'of all, by months since' \
	"$(crm-report cohort --by '' -f month,customers,revenue -o tsv |
	awk -F'\t' 'NR > 1 && $2 > 0')" \
	"$(sql "$f" "$months select n || char(9) || sum(x) || char(9) ||
	printf('%.2f', sum(s)) from k group by n order by n")"
