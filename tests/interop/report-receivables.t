#!/bin/sh
# What customers of a music shop owe, compared with sqlite3's: payments settle
# the invoice of their number, then the oldest.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need chinook/invoice.csv
f=$CRM_DATA/chinook/invoice.csv
export CRM_NOW=2023-07-01T12:00:00Z
plan 7

ok 'invoices' crm-log --set what=invoice --add-missing person \
	--map InvoiceId=doc:chinook,CustomerId=who:chinook,InvoiceDate=at \
	--map BillingAddress=,BillingCity=,BillingState=,BillingCountry= \
	--map BillingPostalCode=,Total=amount <"$f"
# every third invoice is paid by its number, and each customer pays 10 besides
sql "$f" "select 'who,what,amount,doc,at';
	select 'chinook:' || CustomerId || ',payment,' || Total || ',chinook:' ||
	InvoiceId || ',2023-06-01' from t where InvoiceId % 3 = 0;
	select distinct 'chinook:' || CustomerId || ',payment,10,,2023-06-01'
	from t" >payments
ok 'payments' crm-log <payments
owed="with i as (select CustomerId c, cast(InvoiceId as integer) n,
	date(InvoiceDate) d, cast(round(Total * 100) as integer) v from t
	where InvoiceId % 3 <> 0),
s as (select *, sum(v) over (partition by c order by d, n) s from i),
l as (select c, d, max(0, min(v, s - 1000)) v,
	cast(julianday('2023-07-01') - julianday(d) as integer) a from s)"
columns="printf('%.2f', sum(v) / 100.0) || char(9) ||
	printf('%.2f', sum(v * (a <= 0)) / 100.0) || char(9) ||
	printf('%.2f', sum(v * (a between 1 and 30)) / 100.0) || char(9) ||
	printf('%.2f', sum(v * (a between 31 and 60)) / 100.0) || char(9) ||
	printf('%.2f', sum(v * (a between 61 and 90)) / 100.0) || char(9) ||
	printf('%.2f', sum(v * (a > 90)) / 100.0)"
ages=open,not-due,1-30,31-60,61-90,over-90
crm-report receivables --by ref -f ref,$ages,invoices,oldest -o tsv |
	sed 1d | sort >got
sql "$f" "$owed select 'chinook:' || c || char(9) || $columns || char(9) ||
	sum(v > 0) || char(9) || min(case when v > 0 then d end)
	from l group by c" | sort >want
same_file 'every customer' got want
is 'all ages occur' "$(crm-report receivables --by '' -f $ages -o tsv |
	sed 1d | grep -c '	0.00')" 0
is 'in all' "$(crm-report receivables --by '' -f $ages -o tsv | sed 1d)" \
	"$(sql "$f" "$owed select $columns from l")"
is 'who owes most' "$(crm-report receivables -f open -o tsv | sed 1d)" \
	"$(cut -f2 want | sort -rn)"
# in all: every third one by its number, and those that 10 paid for, oldest
# first; each on 1 June, or at once when it is younger
is 'paid ones, and in how many days' "$(crm-report receivables --by '' -o tsv \
	-f invoices,paid,days-to-pay | sed 1d)" \
	"$(sql "$f" "$owed, p as (select date(InvoiceDate) d from t where
	InvoiceId % 3 = 0 union all select d from l where v = 0)
	select (select sum(v > 0) from l) || char(9) || count(*) || char(9) ||
	printf('%.1f', avg(max(0, julianday('2023-06-01') - julianday(d))) + 1e-9)
	from p")"
