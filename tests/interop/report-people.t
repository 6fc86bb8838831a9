#!/bin/sh
# Where the customers of a music shop come from, what was done by whom, and
# what segments are worth, compared with sqlite3's.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need chinook/customer.csv
d=$CRM_DATA/chinook
export CRM_NOW=2026-03-15T12:00:00Z
plan 11

# both QUERY: over customers, c, and invoices, i
both()
{
	sqlite3 -batch :memory: -cmd ".import --csv '$d/customer.csv' c" \
		-cmd ".import --csv '$d/invoice.csv' i" "$1"
}
ok 'customers' crm-add person \
	--map CustomerId=ref:chinook,FirstName=given,LastName=family \
	--map Company=,Address=street,City=city,State=region \
	--map Country=country,PostalCode=postcode,Phone=,Fax= \
	--map Email=email,SupportRepId=owner <"$d/customer.csv"
ok 'sales' crm-log --set what=purchase \
	--map InvoiceId=doc:chinook,CustomerId=who:chinook,InvoiceDate=at \
	--map BillingAddress=,BillingCity=,BillingState=,BillingCountry= \
	--map BillingPostalCode=,Total=amount <"$d/invoice.csv"
sum="printf('%.2f', sum(cast(round(Total * 100) as integer)) / 100.0)"
is 'sources: by country' "$(crm-report sources --by country \
	-f country,people,customers,orders,revenue -o tsv | sed 1d | sort)" \
	"$(both "select Country || char(9) || count(distinct CustomerId) ||
	char(9) || count(distinct i.CustomerId) || char(9) || count(*) ||
	char(9) || $sum from c join i using (CustomerId) group by Country" |
		sort)"
is 'activity: by month and owner' "$(crm-report activity --by month,who.owner \
	-f month,who.owner,events -o tsv | sed 1d)" \
	"$(both "select substr(InvoiceDate, 1, 7) || char(9) || SupportRepId ||
	char(9) || count(*) from c join i using (CustomerId)
	group by substr(InvoiceDate, 1, 7), SupportRepId order by
	substr(InvoiceDate, 1, 7), SupportRepId")"
is 'revenue: by quarter' "$(crm-report revenue --by quarter \
	-f quarter,purchases,revenue -o tsv | sed 1d)" \
	"$(both "select substr(InvoiceDate, 1, 4) || '-q' ||
	((substr(InvoiceDate, 6, 2) + 2) / 3) || char(9) || count(*) || char(9) ||
	$sum from i group by substr(InvoiceDate, 1, 4),
	(substr(InvoiceDate, 6, 2) + 2) / 3")"
crm-add -q segment name=brazil query='person country:brazil'
crm-add -q segment name=rich query='person spent:40..'
is 'segments: members, orders, money' \
	"$(crm-report segments -f segment,members,orders,spent -o tsv | sed 1d)" \
	"$(both "select 'brazil' || char(9) || count(distinct CustomerId) ||
	char(9) || count(*) || char(9) || $sum from c join i using (CustomerId)
	where Country = 'Brazil'
	union all select 'rich' || char(9) || count(distinct CustomerId) ||
	char(9) || count(*) || char(9) || $sum from i where CustomerId in
	(select CustomerId from i group by CustomerId having
	sum(cast(round(Total * 100) as integer)) >= 4000)")"
# each segment a row: in both is who is in both
of_segment()
{
	sqlite3 -batch :memory: -cmd ".import --csv '$d/customer.csv' c" \
		-cmd ".import --csv '$d/invoice.csv' i" "with m as (
	select 'brazil' seg, CustomerId from c where Country = 'Brazil' union all
	select 'rich', CustomerId from i group by 2 having
	sum(cast(round(Total * 100) as integer)) >= 4000), a as (
	select seg, c.CustomerId, Country from c left join m using (CustomerId))
	$1"
}
is 'revenue: by segment and year' \
	"$(crm-report revenue --by segment,year -f segment,year,purchases,revenue \
		-o tsv | sed 1d | sort)" \
	"$(of_segment "select coalesce(seg, '') || char(9) ||
	substr(InvoiceDate, 1, 4) || char(9) || count(*) || char(9) || $sum
	from a join i using (CustomerId) group by seg, substr(InvoiceDate, 1, 4)" |
		sort)"
is 'rfm: by segment, beside its own classes' \
	"$(crm-report rfm --by who.segment -f who.segment,customers,revenue \
		-o tsv | sed 1d | sort)" \
	"$(of_segment "select coalesce(seg, '') || char(9) ||
	count(distinct CustomerId) || char(9) || $sum
	from a join i using (CustomerId) group by seg" | sort)"
is 'sources: by country and segment' \
	"$(crm-report sources --by country,segment -f country,segment,people \
		-o tsv | sed 1d | sort)" \
	"$(of_segment "select Country || char(9) || coalesce(seg, '') || char(9) ||
	count(*) from a group by Country, seg" | sort)"
ok 'calls by those who look after them' sh -c "sqlite3 -batch -csv -header :memory: \
	-cmd \".import --csv '$d/customer.csv' c\" \"select 'chinook:' ||
	CustomerId who, 'call' what, SupportRepId by, '2026-02-' ||
	printf('%02d', CustomerId % 28 + 1) at from c\" | crm-log -q"
is 'staff: what each of them did' "$(crm-report staff --in 2026-02 \
	-f staff,events,contacts,customers -o tsv | sed 1d)" \
	"$(both "select SupportRepId || char(9) || count(*) || char(9) ||
	count(*) || char(9) || count(*) from c group by SupportRepId")"
