#!/bin/sh
# RFM classes of 995 customers, compared with sqlite3's: a class is one more
# than the fifths of all customers who are worse.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need retail/rfm-orders.csv
f=$CRM_DATA/retail/rfm-orders.csv
export CRM_NOW=2007-01-01T12:00:00Z
plan 8

ok 'orders' crm-log --set what=purchase --add-missing person \
	--map customer_id=who,order_date=at,revenue=amount \
	--map first_name=,last_name=,email= <"$f"

# The classes and their names, from scratch.
all="with c as (select customer_id, count(*) n, sum(revenue) s,
	max(order_date) l, cast(julianday('2007-01-01') - julianday(max(order_date))
	as integer) d from t where 1 group by customer_id),
k as (select *, count(*) over () a,
	5 * (rank() over (order by l) - 1) / count(*) over () + 1 r,
	5 * (rank() over (order by n) - 1) / count(*) over () + 1 f,
	5 * (rank() over (order by s) - 1) / count(*) over () + 1 m from c),
g as (select *, case
	when r >= 4 and f >= 4 and m >= 4 then 'champion'
	when r >= 3 and f >= 4 then 'loyal'
	when r >= 4 and f between 2 and 3 then 'potential'
	when r = 5 and f = 1 then 'new'
	when r = 4 and f = 1 then 'promising'
	when r = 3 and f between 2 and 3 and m >= 3 then 'attention'
	when r = 3 then 'sleepy'
	when f >= 4 and m >= 4 then 'cannot-lose'
	when f >= 3 then 'at-risk'
	when r = 2 then 'hibernating' else 'lost' end seg from k)"

crm-report rfm -f name,recency,frequency,monetary,r,f,m,segment -o tsv |
	sed 1d | sort >got
sql "$f" "$all select customer_id || char(9) || d || char(9) || n || char(9) ||
	printf('%.2f', s) || char(9) || r || char(9) || f || char(9) || m ||
	char(9) || seg from g" | sort >want
same_file 'every customer' got want
is 'of every class there are some' "$(cut -f5 got | sort -u | tr '\n' ' ')" '1 2 3 4 5 '
is 'segments' \
	"$(crm-report rfm --by segment -f segment,customers,recency,frequency,revenue,share -o tsv | sed 1d | sort)" \
	"$(sql "$f" "$all select seg || char(9) || count(*) || char(9) ||
	printf('%.1f', round(avg(d), 1)) || char(9) ||
	printf('%.1f', round(avg(n), 1)) || char(9) || printf('%.2f', sum(s)) ||
	char(9) || printf('%.1f', 100.0 * sum(s) / (select sum(revenue) from t))
	from g group by seg order by seg")"
is 'best first' \
	"$(crm-report rfm -f name -o tsv | sed 1d)" \
	"$(sql "$f" "$all select customer_id from g order by r + f + m desc, s desc,
	n desc, l desc, (select min(rowid) from t where customer_id = g.customer_id)")"
crm-report rfm --in ..2005-12-31 -f name,r,f,m,segment -o tsv |
	sed 1d | sort >got
sql "$f" "$(printf '%s' "$all" | sed "s/where 1/where order_date < '2006'/")
	select customer_id || char(9) || r || char(9) || f || char(9) || m ||
	char(9) || seg from g" | sort >want
same_file 'as it was a year before' got want

# From class to class in half a year: each side from scratch, joined here.
# classes DATE: customer and segment, of orders until then
classes()
{
	sql "$f" "$(echo "$all" | sed "s/from t where 1/from t where order_date <= '$1'/")
	select customer_id || char(9) || seg from g" | sort
}
classes 2006-06-30 >then
classes 2006-12-31 >now
crm-report rfm --since 2006-06-30 --by segment-then,segment -o tsv \
	-f segment-then,segment,customers | sed 1d | sort >got
join -t '	' -a 1 -a 2 -e '' -o 1.2,2.2 then now | sort | uniq -c |
	sed 's/^ *\([0-9]*\) \(.*\)/\2	\1/' | sort >want
same_file 'from class to class' got want
is 'shares of customers, and of revenue' \
	"$(crm-report rfm --summary -f segment,customers,customer-share,share \
		-o tsv | sed 1d | sort)" \
	"$(sql "$f" "$all select seg || char(9) || count(*) || char(9) ||
	printf('%.1f', 100.0 * count(*) / a + 1e-9) || char(9) ||
	printf('%.1f', 100.0 * sum(s) / (select sum(revenue) from t) + 1e-9)
	from g group by seg" | sort)"
