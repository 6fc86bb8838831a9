#!/bin/sh
# Lines of invoices: quantities below zero, no customer, quotes, CRLF.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need retail/online-retail-lines-subset.csv
f=$CRM_DATA/retail/online-retail-lines-subset.csv
plan 11

lines()
{
	crm-log --key doc --set what=purchase --set 'who=Counter sales' \
		--add-missing person --map InvoiceNo=doc:shop \
		--map StockCode=x-code,Description=text,Quantity=qty \
		--map InvoiceDate=at,UnitPrice=price,CustomerID=who:shop,Country= \
		"$@" <"$f"
}
ok 'lines' lines
is 'each an event' "$(crm-find event what:purchase --count)" 1776
is 'in all' "$(crm-find event -f amount -o tsv | awk '{ s += $1 } END { printf "%.2f", s }')" 43491.88
is 'as the report says' \
	"$(crm-report revenue --by what -f revenue -o tsv | sed 1d)" 43491.88
is 'by month' "$(crm-report revenue -f month,revenue -o tsv | sed 1d)" \
	"$(sql "$f" "select substr(InvoiceDate, 1, 7) || char(9) ||
	printf('%.2f', sum(cast(round(Quantity * UnitPrice * 100) as integer)) / 100.0)
	from t group by substr(InvoiceDate, 1, 7) order by 1")"
is 'orders are invoices' \
	"$(crm-find person ref:shop:16210 -f orders -o tsv | sed 1d)" \
	"$(sql "$f" "select count(distinct InvoiceNo) from t where CustomerID = '16210'")"
is 'keys are the lines' \
	"$(crm-find event key:=shop:536544/3 -f text -o tsv | sed 1d)" \
	"$(sql "$f" "select Description from t where InvoiceNo = '536544' limit 1 offset 2")"
is 'quotes are kept' "$(crm-find event 'text:"EXTREMELY BUSY"' --count)" \
	"$(sql "$f" "select count(*) from t where Description like '%EXTREMELY BUSY%'")"
before=$(crm-history -l 1 | cut -d, -f1)
ok 'once more' lines
is 'wrote nothing' "$(crm-history -l 1 | cut -d, -f1)" "$before"
is 'and left out nobody' "$(crm-find person --count)" \
	"$(sql "$f" "select 1 + count(distinct CustomerID) from t where CustomerID <> ''")"
