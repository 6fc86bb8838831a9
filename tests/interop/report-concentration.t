#!/bin/sh
# Deciles of 995 customers and their shares, compared with sqlite3's.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need retail/rfm-orders.csv
f=$CRM_DATA/retail/rfm-orders.csv
export CRM_NOW=2007-01-01T12:00:00Z
plan 4

ok 'orders' crm-log --set what=purchase --add-missing person \
	--map customer_id=who,order_date=at,revenue=amount \
	--map first_name=,last_name=,email= <"$f"
deciles="with c as (select customer_id, sum(revenue) s from t group by 1),
d as (select s, 10 * (rank() over (order by s desc) - 1) / count(*) over () + 1 d
	from c),
g as (select d, count(*) n, sum(s) s from d group by d)"
is 'deciles' "$(crm-report concentration -f decile,customers,revenue,share -o tsv | sed 1d)" \
	"$(sql "$f" "$deciles select d || char(9) || n || char(9) ||
	printf('%.2f', s) || char(9) || printf('%.1f', 100.0 * s / (select sum(s)
	from g)) from g order by d")"
is 'and what they come to' "$(crm-report concentration -f cumulative,of-customers -o tsv | sed 1d)" \
	"$(sql "$f" "$deciles select printf('%.1f', 100.0 * sum(s) over (order by d)
	/ (select sum(s) from g)) || char(9) || printf('%.1f', 100.0 * sum(n)
	over (order by d) / (select sum(n) from g)) from g order by d")"
# where: of orders until a day
where()
{
	echo "with c as (select customer_id, sum(revenue) s from t
	where order_date <= '$1' group by 1)
	select customer_id || char(9) || (10 * (rank() over (order by s desc) - 1)
	/ count(*) over () + 1) from c"
}
sql "$f" "$(where 2005-12-31)" | sort >then
sql "$f" "$(where 2006-12-31)" | sort >now
is 'who moved where in a year' \
	"$(crm-report concentration --since 2005-12-31 --by decile-then,decile \
		-f decile-then,decile,customers -o tsv | sed 1d | sort)" \
	"$(join -t '	' -a 1 -a 2 -e '' -o 1.2,2.2 then now | sort | uniq -c |
		sed 's/^ *\([0-9]*\) \(.*\)/\2	\1/' | sort)"
