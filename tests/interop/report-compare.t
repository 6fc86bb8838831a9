#!/bin/sh
# Two years of orders side by side, and deciles then and now, compared with
# sqlite3's.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need chinook/invoice.csv
need retail/rfm-orders.csv
f=$CRM_DATA/retail/rfm-orders.csv
export CRM_NOW=2007-01-01T12:00:00Z
plan 5

ok 'orders' crm-log --set what=purchase --add-missing person \
	--map customer_id=who,order_date=at,revenue=amount \
	--map first_name=,last_name=,email= <"$f"
is 'month by month, of two years' "$(crm-report revenue --in 2006 --against 2005 \
	-f month,purchases,purchases-then,revenue,revenue-then,revenue-change -o tsv |
	sed 1d | sort)" \
	"$(sql "$f" "with m as (select substr(order_date, 1, 4) y,
	substr(order_date, 6, 2) m, count(*) n, sum(revenue) s from t
	where order_date between '2005-01-01' and '2006-12-31' group by 1, 2)
	select '2006-' || k.m || char(9) || coalesce(a.n, '') || char(9) ||
	coalesce(b.n, '') || char(9) || coalesce(printf('%.2f', a.s), '') || char(9)
	|| coalesce(printf('%.2f', b.s), '') || char(9) ||
	printf('%.2f', coalesce(a.s, 0) - coalesce(b.s, 0))
	from (select distinct m from m) k
	left join m a on a.m = k.m and a.y = '2006'
	left join m b on b.m = k.m and b.y = '2005'" | sort)"
# class DAY: of each customer who bought until then
class="(select customer_id c, 10 * (rank() over (order by sum(revenue) desc) - 1)
	/ count(*) over () + 1 d from t where order_date <="
is 'who is in which decile, then and now' "$(crm-report concentration --by name \
	--since 2005-12-31 -f name,decile,decile-then -o tsv | sed 1d | sort)" \
	"$(sql "$f" "select a.c || char(9) || a.d || char(9) || coalesce(b.d, '')
	from $class '2007-01-01' group by 1) a left join $class '2005-12-31'
	group by 1) b on a.c = b.c" | sort)"
is 'how many bought since then' "$(crm-report customers --by '' \
	--since 2005-12-31 -f customers,customers-then,customers-change -o tsv | sed 1d)" \
	"$(sql "$f" "select count(distinct customer_id) || char(9) ||
	count(distinct case when order_date < '2006-01-01' then customer_id end) ||
	char(9) || (count(distinct customer_id) - count(distinct case when
	order_date < '2006-01-01' then customer_id end)) from t")"

f=$CRM_DATA/chinook/invoice.csv
export CRM_NOW=2026-01-01T12:00:00Z
crm-store -s other init
crm-add -s other person --add-missing org \
	--map CustomerId=ref:shop,FirstName=given,LastName=family \
	--map Company=org,Address=street,City=city,State=region \
	--map Country=country,PostalCode=postcode,Phone=phone,Fax= \
	--map Email=email,SupportRepId=owner <"$CRM_DATA/chinook/customer.csv"
crm-log -s other --set what=purchase \
	--map InvoiceId=doc:shop,CustomerId=who:shop,InvoiceDate=at \
	--map BillingAddress=,BillingCity=,BillingState=,BillingCountry= \
	--map BillingPostalCode=,Total=amount <"$f"
is 'what each bought in one year and in another' \
	"$(crm-report -s other revenue --by who.ref --in 2025 --against 2024 -o tsv \
	-f who.ref,revenue,revenue-then,revenue-change | sed 1d | sort)" \
	"$(sql "$f" "select 'shop:' || c || char(9) || printf('%.2f', x)
	|| char(9) || printf('%.2f', y) || char(9) || printf('%.2f', x - y) from
	(select CustomerId c,
	sum(case when InvoiceDate >= '2025' then Total else 0 end) x,
	sum(case when InvoiceDate < '2025' then Total else 0 end) y from t
	where InvoiceDate >= '2024' and InvoiceDate < '2026'
	group by CustomerId)" | sort)"
