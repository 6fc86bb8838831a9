#!/bin/sh
# Customers and invoices of a music shop, joined by ref alone.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need chinook/customer.csv
d=$CRM_DATA/chinook
export CRM_NOW=2026-03-15T12:00:00Z
plan 14

ok 'customers' crm-add person --add-missing org \
	--map CustomerId=ref:chinook,FirstName=given,LastName=family \
	--map Company=org,Address=street,City=city,State=region \
	--map Country=country,PostalCode=postcode,Phone=phone,Fax= \
	--map Email=email,SupportRepId=owner <"$d/customer.csv"
is 'all of them' "$(crm-find person --count)" "$(sql "$d/customer.csv" 'select count(*) from t')"
is 'their firms' "$(crm-find org --count)" \
	"$(sql "$d/customer.csv" "select count(distinct Company) from t where Company <> ''")"
ok 'invoices' crm-log --set what=invoice \
	--map InvoiceId=doc:chinook,CustomerId=who:chinook,InvoiceDate=at \
	--map BillingAddress=,BillingCity=,BillingState=,BillingCountry= \
	--map BillingPostalCode=,Total=amount <"$d/invoice.csv"
is 'all of them' "$(crm-find event what:invoice --count)" \
	"$(sql "$d/invoice.csv" 'select count(*) from t')"
crm-find person -f ref,balance -o tsv | sed 1d | sort >balance
sql "$d/invoice.csv" "select 'chinook:' || CustomerId || char(9) ||
	printf('%.2f', sum(Total)) from t group by CustomerId" | sort >want
same_file 'balances' balance want
is 'an invoice is no purchase' "$(crm-find person spent:0.01.. --count)" 0
is 'all is overdue by now' "$(crm-find person -f overdue -o tsv | awk '{ s += $1 } END { printf "%.2f", s }')" \
	"$(sql "$d/invoice.csv" "select printf('%.2f', sum(Total)) from t")"
is 'nothing was when they began' \
	"$(CRM_NOW=2021-01-01T00:00:00Z crm-find person overdue:0.01.. --count)" 0
ok 'a payment of one invoice' crm-log chinook:2 payment amount=1.98 doc=chinook:1
is 'is less to pay' "$(crm-find person ref:chinook:2 -f balance -o tsv | sed 1d)" \
	"$(sql "$d/invoice.csv" "select printf('%.2f', sum(Total) - 1.98) from t where CustomerId = 2")"
is 'names in many languages, typed without their marks' \
	"$(crm-find person helena holy -f name -o tsv | sed 1d)" 'Helena Holý'
is 'a phone number as it is dialled' \
	"$(crm-find person phone:0711-2842222 -f name -o tsv | sed 1d)" 'Leonie Köhler'
is 'the story by ref' "$(crm-find event who:chinook:2 --count)" \
	"$(sql "$d/invoice.csv" 'select 1 + count(*) from t where CustomerId = 2')"
