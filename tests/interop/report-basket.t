#!/bin/sh
# What is bought together, on lines of real invoices, compared with sqlite3's.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need retail/online-retail-lines-subset.csv
f=$CRM_DATA/retail/online-retail-lines-subset.csv
plan 5

ok 'lines' crm-log --set what=purchase --set 'who=Counter sales' \
	--add-missing person,product --map InvoiceNo=doc:shop \
	--map StockCode=product,Description=,Quantity=qty \
	--map InvoiceDate=at,UnitPrice=price,CustomerID=who:shop,Country= <"$f"
pairs="with l as (select distinct CustomerID || '/' || InvoiceNo o, StockCode p
	from t),
n as (select count(distinct o) n from l),
c as (select p, count(*) c from l group by p),
k as (select a.p a, b.p b, count(*) k from l a join l b
	on a.o = b.o and a.p <> b.p group by 1, 2)"
crm-report basket -f name,with-name,orders,support,confidence,lift -o tsv |
	sed 1d | LC_ALL=C sort >got
sql "$f" "$pairs select a || char(9) || b || char(9) || k || char(9) ||
	printf('%.1f', 100.0 * k / n + 1e-9) || char(9) ||
	printf('%.1f', 100.0 * k / x.c + 1e-9) || char(9) ||
	printf('%.2f', 1.0 * k * n / x.c / y.c + 1e-9)
	from k, n join c x on x.p = a join c y on y.p = b" | LC_ALL=C sort >want
is 'there are pairs' "$(awk 'END { print (NR > 1000) }' want)" 1
same_file 'every pair' got want
is 'most often first' "$(crm-report basket -f orders -o tsv | sed 1d)" \
	"$(cut -f3 want | sort -rn)"
# the customer with most products: what goes best with any of them
who=$(sql "$f" "select CustomerID from t where CustomerID <> '' group by 1
	order by count(distinct StockCode) desc, 1 limit 1")
is 'what to offer, and how likely it is' "$(crm-report basket --for "shop:$who" \
	-f with-name,confidence -o tsv | sed 1d | LC_ALL=C sort)" \
	"$(sql "$f" "$pairs, h as (select distinct StockCode p from t
	where CustomerID = '$who') select b || char(9) ||
	printf('%.1f', max(100.0 * k / x.c) + 1e-9) from k join c x on x.p = a
	where a in (select p from h) and b not in (select p from h)
	group by b" | LC_ALL=C sort)"
