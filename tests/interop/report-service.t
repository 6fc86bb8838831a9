#!/bin/sh
# Tickets and answers to questionnaires, made of the invoices of a music shop:
# how fast they were answered and solved by tier, how satisfied people are, and
# what it cost to find them, compared with sqlite3's.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need chinook/customer.csv
d=$CRM_DATA/chinook
export CRM_NOW=2026-03-15T12:00:00Z
plan 12

# rows QUERY [OPTIONS]: over customers, c, and invoices, n, amounts in cents
rows()
{
	rows_query=$1
	shift
	sqlite3 -batch -separator '	' "$@" :memory: \
		-cmd ".import --csv '$d/customer.csv' c" \
		-cmd ".import --csv '$d/invoice.csv' i" \
		-cmd 'create view n as select cast(InvoiceId as integer) n,
		CustomerId c, date(InvoiceDate) d,
		cast(round(Total * 100) as integer) v from i' "$rows_query"
}
# csv QUERY: the same with a header, for programs to read
csv()
{
	rows "$1" -csv -header
}
ok 'customers' crm-add person \
	--map CustomerId=ref:chinook,FirstName=given,LastName=family \
	--map Company=,Address=street,City=city,State=region \
	--map Country=source,PostalCode=postcode,Phone=,Fax= \
	--map Email=email,SupportRepId=owner <"$d/customer.csv"
crm-find person owner:4 | crm-set -q - tag=gold
crm-segment define gold tag:gold
cat >>"$XDG_DATA_HOME/crm/crm.yaml" <<'YAML'
sla:
  - {segment: gold, respond: 4h, solve: 48h}
  - {respond: 8h}
YAML

# A ticket of every invoice: two of three got a letter after n % 13 hours, one of
# two ended after n % 97 hours; what comes first is the answer.
csv "select 't:' || n ref, 'T' || n title, 'chinook:' || c who,
	d || 'T00:00:00Z' opened, case when n % 2 = 0 then 'closed' else 'open' end
	stage, case when n % 2 = 0 then strftime('%Y-%m-%dT%H:%M:%SZ', d,
	(n % 97) || ' hours') end closed from n" >tickets.csv
ok 'tickets' crm-add ticket <tickets.csv
csv "select 'chinook:' || c who, 'email' what, 'out' direction, 't:' || n ticket,
	strftime('%Y-%m-%dT%H:%M:%SZ', d, (n % 13) || ' hours') at
	from n where n % 3 > 0" >answers.csv
ok 'answers' crm-log <answers.csv
service="with t as (select n.*, SupportRepId = '4' gold,
	n % 3 > 0 or n % 2 = 0 a, min(case when n % 3 > 0 then n % 13 else 99 end,
	case when n % 2 = 0 then n % 97 else 99 end) ah, n % 2 = 0 s, n % 97 sh
	from n join c on c.CustomerId = n.c),
u as (select *, case when gold then 4 else 8 end r from t)"
crm-report service -o tsv -f tier,tickets,answered,respond-hours,respond-met,respond-missed,respond-kept,solved,solve-hours |
	sed 1d | sort >got
rows "$service select case when gold then 'gold' else '' end, count(*), sum(a),
	printf('%.1f', 1.0 * sum(a * ah) / sum(a) + 1e-9), sum(a and ah <= r),
	sum(not a or ah > r),
	printf('%.1f', 100.0 * sum(a and ah <= r) / count(*) + 1e-9), sum(s),
	printf('%.1f', 1.0 * sum(s * sh) / sum(s) + 1e-9) from u group by gold" |
	sort >want
same_file 'service: by tier' got want
is 'service: solved in time, where there is a target' \
	"$(crm-report service -f tier,solve-met,solve-missed -o tsv | sed 1d | sort)" \
	"$(rows "$service select case when gold then 'gold' else '' end,
	sum(gold and s and sh <= 48), sum(gold and (not s or sh > 48))
	from u group by gold" | sort)"
is 'service: month by month' \
	"$(crm-report service --by month -f month,tickets,answered -o tsv | sed 1d)" \
	"$(rows "select substr(d, 1, 7), count(*),
	sum(n % 3 > 0 or n % 2 = 0) from n group by 1")"

# Every invoice is judged, by the scales in turn.
csv "select 'chinook:' || c who, 'feedback' what, d at,
	case n % 3 when 0 then 'nps' when 1 then 'csat' else 'ces' end scale,
	case n % 3 when 0 then (n * 7 + v) % 11 when 1 then 1 + (n * 3 + v) % 5
	else 1 + (n + v) % 7 end score from n" >feedback.csv
ok 'feedback' crm-log <feedback.csv
judged="with f as (select SupportRepId k, n % 3 m, case n % 3 when 0 then
	(n * 7 + v) % 11 when 1 then 1 + (n * 3 + v) % 5 else 1 + (n + v) % 7 end s
	from n join c on c.CustomerId = n.c),
g as (select *, case m when 0 then s >= 9 when 1 then s >= 4 else s >= 5 end good,
	case m when 0 then s <= 6 when 1 then s <= 2 else s <= 3 end bad from f),
w as (select *, case m when 0 then 100.0 * (good - bad) when 1 then 100.0 * good
	else 1.0 * s end x from g),
r as (select k, m, count(*) n, avg(x) a, sum(good) good, sum(bad) bad,
	1.96 * sqrt((sum(x * x) - count(*) * avg(x) * avg(x)) / (count(*) - 1) /
	count(*)) e from w group by k, m)"
crm-report satisfaction --by who.owner,scale \
	-f who.owner,scale,answers,score,good,fair,bad,low,high -o tsv |
	sed 1d | sort >got
# low and high are of numbers that were not rounded: one in the last digit
rows "$judged select k, case m when 0 then 'nps' when 1 then 'csat' else 'ces' end,
	n, printf('%.2f', round(a, 2)), good, n - good - bad, bad, max(a - e, case m when 0 then -100 when 1 then 0 else 1 end),
	min(a + e, case m when 2 then 7 else 100 end) from r" |
	sort >want
is 'satisfaction: by owner and scale' "$(cut -f1-7 got)" "$(cut -f1-7 want)"
is 'satisfaction: intervals' "$(paste got want | awk -F'\t' '
	function off(x, y) { return x - y > 0.0101 || y - x > 0.0101 }
	off($8, $17) || off($9, $18)') $(wc -l <got)" ' 9'

# What was spent in each country: half of every third invoice.
ok 'sales' crm-log --set what=purchase \
	--map InvoiceId=doc:chinook,CustomerId=who:chinook,InvoiceDate=at \
	--map BillingAddress=,BillingCity=,BillingState=,BillingCountry= \
	--map BillingPostalCode=,Total=amount <"$d/invoice.csv"
crm-add org name=Agency
csv "select 'Agency' who, 'cost' what, d at, Country source,
	printf('%d.%02d', v / 2 / 100, v / 2 % 100) amount
	from n join c on c.CustomerId = n.c where n % 3 = 0" >costs.csv
ok 'costs' crm-log <costs.csv
crm-report sources -o tsv \
	-f source,people,customers,revenue,cost,return,lead-cost,customer-cost |
	sed 1d | grep -v '^	' | sort >got
# half away from zero, in whole numbers
rows "with p as (select Country k, count(*) p from c group by 1),
m as (select Country k, count(distinct n.c) b, sum(v) r,
	sum(case when n % 3 = 0 then v / 2 else 0 end) o
	from n join c on c.CustomerId = n.c group by 1),
x as (select *, (o * 2 + p) / (2 * p) l, (o * 2 + b) / (2 * b) u
	from p join m using (k))
select k, p, b, printf('%d.%02d', r / 100, r % 100),
	printf('%d.%02d', o / 100, o % 100),
	case when o > 0 then printf('%.1f', 100.0 * (r - o) / o + 1e-9) else '' end,
	printf('%d.%02d', l / 100, l % 100), printf('%d.%02d', u / 100, u % 100)
	from x" | sort >want
same_file 'sources: cost and return' got want
