#!/bin/sh
# Customers who are silent for longer than usual, compared with sqlite3's.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need retail/rfm-orders.csv
f=$CRM_DATA/retail/rfm-orders.csv
export CRM_NOW=2007-01-01T12:00:00Z
plan 4

ok 'orders' crm-log --set what=purchase --add-missing person \
	--map customer_id=who,order_date=at,revenue=amount \
	--map first_name=,last_name=,email= <"$f"
gaps="with d as (select distinct customer_id c,
	cast(julianday(order_date) as integer) d from t),
g as (select c, d - lag(d) over (partition by c order by d) g from d),
r as (select c, g, row_number() over (partition by c order by g) i,
	count(*) over (partition by c) n from g where g is not null),
m as (select c, n + 1 n, avg(g) gap from r
	where i in ((n + 1) / 2, (n + 2) / 2) group by c having n >= 2),
l as (select c, max(d) l from d group by c),
s as (select c, n, gap, cast(julianday('2007-01-01') as integer) - l since
	from m join l using (c))"
for times in 2 0.5; do
	crm-report overdue --times $times -f name,days,gap,since,spent -o tsv |
		sed 1d | sort >got
	sql "$f" "$gaps select c || char(9) || n || char(9) || printf('%.1f', gap)
		|| char(9) || since || char(9) || printf('%.2f', (select sum(revenue)
		from t where customer_id = c)) from s where since > $times * gap" |
		sort >want
	same_file "$times times" got want
done
is 'longest first' \
	"$(crm-report overdue -f times -o tsv | sed 1d)" \
	"$(sql "$f" "$gaps select printf('%.1f', since / gap + 1e-9) from s
	where since > 2 * gap order by since / gap desc")"
