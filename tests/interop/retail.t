#!/bin/sh
# Orders that others kept: 4,906 of 995 customers.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need retail/rfm-orders.csv
f=$CRM_DATA/retail/rfm-orders.csv
export CRM_NOW=2007-01-01T12:00:00Z
plan 16

ok 'orders' crm-log --set what=purchase --add-missing person \
	--map customer_id=who,order_date=at,revenue=amount \
	--map first_name=,last_name=,email= <"$f"
is 'each an event' "$(crm-find event what:purchase --count)" \
	"$(sql "$f" 'select count(*) from t')"
is 'who bought is a customer' "$(crm-find person is:customer --count)" 995
is 'and nobody else is there' "$(crm-find person --count)" \
	"$(sql "$f" 'select count(distinct customer_id) from t')"
is 'revenue by month' \
	"$(crm-report revenue -f month,purchases,revenue -o tsv | sed 1d)" \
	"$(sql "$f" "select substr(order_date, 1, 7) || char(9) || count(*) || char(9)
	|| printf('%.2f', sum(revenue)) from t group by substr(order_date, 1, 7)
	order by 1")"
is 'the same from a scan' \
	"$(crm-report revenue -f month,purchases,revenue -o tsv event what:purchase | sed 1d)" \
	"$(sql "$f" "select substr(order_date, 1, 7) || char(9) || count(*) || char(9)
	|| printf('%.2f', sum(revenue)) from t group by substr(order_date, 1, 7)
	order by 1")"
is 'by year, with orders, customers and average' \
	"$(crm-report revenue --by year -f year,orders,customers,average -o tsv | sed 1d)" \
	"$(sql "$f" "select substr(order_date, 1, 4) || char(9) || count(*) || char(9)
	|| count(distinct customer_id) || char(9) ||
	printf('%.2f', round(1.0 * sum(revenue) / count(*), 2))
	from t group by substr(order_date, 1, 4) order by 1")"
is 'best customers' \
	"$(crm-report customers -f name,orders,spent,first-order,last-order -o tsv |
	sed 1d | LC_ALL=C sort)" \
	"$(sql "$f" "select customer_id || char(9) || count(*) || char(9) ||
	printf('%.2f', sum(revenue)) || char(9) || min(order_date) || char(9) ||
	max(order_date) from t group by customer_id" | LC_ALL=C sort)"
is 'in their order' \
	"$(crm-report customers -f spent -l 100 -o tsv | sed 1d)" \
	"$(sql "$f" "select printf('%.2f', sum(revenue)) from t group by customer_id
	order by sum(revenue) desc limit 100")"
is 'of one quarter' \
	"$(crm-report customers --in 2005-q2 -f name,spent -o tsv | sed 1d | LC_ALL=C sort)" \
	"$(sql "$f" "select customer_id || char(9) || printf('%.2f', sum(revenue))
	from t where order_date between '2005-04-01' and '2005-06-30'
	group by customer_id" | LC_ALL=C sort)"
is 'computed fields in a query' "$(crm-find person spent:1000.. orders:10.. --count)" \
	"$(sql "$f" 'select count(*) from (select 1 from t group by customer_id
	having sum(revenue) >= 1000 and count(*) >= 10)')"
is 'not bought since' "$(crm-find person last-order:..2005-12-31 --count)" \
	"$(sql "$f" "select count(*) from (select 1 from t group by customer_id
	having max(order_date) <= '2005-12-31')")"
is '--get: whose orders were above 120' \
	"$(crm-find event amount:121.. --get who -f name -o tsv | sed 1d | LC_ALL=C sort)" \
	"$(sql "$f" 'select distinct customer_id from t where cast(revenue as integer) > 120' | LC_ALL=C sort)"
crm-segment define good 'spent:1000..'
is 'who:@segment' "$(crm-find event who:@good --count)" \
	"$(sql "$f" 'select count(*) from t where customer_id in (select customer_id
	from t group by customer_id having sum(revenue) >= 1000)')"
is 'names with apostrophes' "$(crm-find person "name:o'kon" --count)" \
	"$(sql "$f" "select count(distinct customer_id) from t
	where customer_id like '%O''Kon%'")"
ok 'everything is proved' crm-store check
