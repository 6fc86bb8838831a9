#!/bin/sh
# bought, got, answered, quiet: against sqlite3, over real orders.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need retail/online-retail-lines-subset.csv
f=$CRM_DATA/retail/online-retail-lines-subset.csv
export CRM_NOW=2012-01-01T12:00:00Z
plan 14

ok 'orders with their products' crm-log --key doc --set what=purchase \
	--add-missing person,product --map InvoiceNo=doc:shop,StockCode=product:code \
	--map Description=text,Quantity=qty,InvoiceDate=at,UnitPrice=price \
	--map CustomerID=who:shop,Country= --set 'who=Counter sales' <"$f"
for code in POST 22139 21773 85071C; do
	is "bought:code:$code" \
		"$(crm-find person "bought:code:$code" -f name -o tsv | sed 1d | sort)" \
		"$(sql "$f" "select distinct iif(CustomerID = '', 'Counter sales',
		'shop:' || CustomerID) from t where StockCode = '$code'" | sort)"
done
is 'not bought' "$(crm-find person not bought:code:POST --count)" \
	"$(sql "$f" "select count(*) from (select distinct CustomerID from t) where
	CustomerID not in (select CustomerID from t where StockCode = 'POST')")"
is 'bought as a column' \
	"$(crm-find person -f name,bought -o tsv | sed 1d | awk -F'\t' '{
	print $1, split($2, a, ",") }' | sort)" \
	"$(sql "$f" "select iif(CustomerID = '', 'Counter sales', 'shop:' || CustomerID)
	|| ' ' || count(distinct StockCode) from t group by CustomerID" | sort)"

# A campaign that went to who bought in 2011; who ordered for over 100 then
# clicked; calls were made with every third customer.
crm-add campaign name=Spring
sql "$f" "select distinct 'shop:' || CustomerID from t where CustomerID <> '' and
	InvoiceDate >= '2011'" >sent-to
sql "$f" "select 'shop:' || CustomerID from t where CustomerID <> '' and
	InvoiceDate >= '2011' group by CustomerID having sum(Quantity * UnitPrice) > 100" >clickers
crm-log - sent campaign=Spring <sent-to
crm-log - clicked campaign=Spring <clickers
is 'got' "$(crm-find person got:Spring -f name -o tsv | sed 1d | sort)" "$(sort sent-to)"
is 'answered' "$(crm-find person answered:Spring -f name -o tsv | sed 1d | sort)" "$(sort clickers)"
sort clickers >clickers.sorted
is 'got, but did not answer' \
	"$(crm-find person got:Spring not answered:Spring -f name -o tsv | sed 1d | sort)" \
	"$(sort sent-to | comm -23 - clickers.sorted)"

sql "$f" "select 'shop:' || CustomerID || ',' || max(InvoiceDate) from t
	where CustomerID <> '' group by CustomerID having CustomerID % 3 = 0" |
	sed '1i who,at' >calls.csv
ok 'calls' crm-log --set what=call <calls.csv
is 'quiet' "$(crm-find person quiet:..9999 -f name,quiet -o tsv | sed 1d | sort)" \
	"$(sql "$f" "select 'shop:' || CustomerID || char(9) || cast(julianday('2012-01-01')
	- julianday(date(max(InvoiceDate))) as integer) from t where CustomerID <> ''
	group by CustomerID having CustomerID % 3 = 0" | sort)"
is 'quiet for ever, or for half a year' "$(crm-find person quiet:180.. --count)" \
	"$(sql "$f" "select count(*) from (select iif(CustomerID <> '' and
	CustomerID % 3 = 0, julianday('2012-01-01') - julianday(date(max(InvoiceDate))),
	99999) as q from t group by CustomerID) where q >= 180")"
is 'last' "$(crm-find person has:last -f name,last -o tsv | sed 1d | sort)" \
	"$(sed 1d calls.csv | sed 's/,\(.\{10\}\).*/	\1/' | sort)"
