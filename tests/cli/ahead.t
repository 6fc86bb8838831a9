#!/bin/sh
# Events that are dated ahead: no contact, and no purchase, before their time.
. "${0%/*}/../lib.sh"
plan 22

# who WANT TITLE [ARGS...]: last, quiet and contacts of all
who()
{
	who_title=$1
	who_want=$2
	shift 2
	crm-find person "$@" -f name,last,quiet,contacts -o tsv >out 2>err
	is "$who_title" "$(sed 1d out | tr '\t' '|')" "$who_want"
}

crm-add org name=Acme every=2w
crm-add person name=Anna org=Acme every=30d
crm-add person name=Bob every=30d
crm-add person name=Cy created=2026-01-01 every=30d
crm-log Anna call 'wants a quote' at=2026-02-01T10:00:00Z
crm-log Anna meeting 'shows the quote' at=2026-03-22T10:00:00Z
crm-log Bob call 'an hour ago' at=2026-03-15T11:00:00Z
crm-log Cy visit 'in an hour' at=2026-03-15T13:00:00Z

all='Anna|2026-02-01|42|1
Bob|2026-03-15|0|1
Cy|||0'
who 'what is planned is no contact yet' "$all"
who 'nor for a query' 'Anna|2026-02-01|42|1
Cy|||0' quiet:1..
who 'who only has something planned was never met' 'Cy|||0' no:last
who 'and has no contacts' 'Cy|||0' contacts:0
who 'days ahead find none' '' last:2026-03-16..
is 'nor an organisation by its people' \
	"$(crm-find org -f last,quiet,contacts -o csv | sed 1d)" 2026-02-01,42,1
is 'the clocks of follow-ups run on' \
	"$(crm-due -f title,due,why,last -o tsv | sed 1d | tr '\t' '|' | sort)" \
	'Acme|2026-02-15|every 2w, last contact 42 days ago|2026-02-01 call: wants a quote
Anna|2026-03-03|every 30d, last contact 42 days ago|2026-02-01 call: wants a quote
Cy|2026-01-31|every 30d, no contact yet, added 73 days ago|'
is 'a card says so too' "$(crm-show Anna | grep -c 'last 2026-02-01')" 1
who 'as of a day before all' 'Cy|||0' --as-of 2026-01-31

CRM_NOW=2026-03-15T13:00:00Z
who 'when its time comes it is one' 'Anna|2026-02-01|42|1
Bob|2026-03-15|0|1
Cy|2026-03-15|0|1'
CRM_NOW=2026-03-25T12:00:00Z
who 'nothing is forgotten on its day' 'Anna|2026-03-22|3|2
Bob|2026-03-15|10|1
Cy|2026-03-15|10|1'
is 'nor by the organisation' \
	"$(crm-find org -f last,quiet,contacts -o csv | sed 1d)" 2026-03-22,3,2
is 'nor by follow-ups' "$(crm-due)" ''
who 'as of the day before it was to come' "$all" --as-of 2026-03-15T12:00:00Z
CRM_NOW=2026-03-15T12:00:00Z

# Somebody of whom nothing is known but what is to come, and it is moved.
crm-set e2 at=2026-03-14T10:00:00Z
who 'brought forward, it is one' 'Anna|2026-03-14|1|2' Anna
crm-rm e2
who 'called off, it never was' 'Anna|2026-02-01|42|1' Anna

# Purchases
for m in 2025-12 2026-01 2026-02; do
	crm-log Bob purchase amount=10 at=$m-01
done
crm-log Bob purchase amount=40 at=2026-05-01
is 'what is ordered for later is no last order' \
	"$(crm-find person Bob -f first-order,last-order,orders,spent -o csv |
		sed 1d)" 2025-12-01,2026-02-01,4,70.00
is 'nor of those only with one' "$(
	crm-log Anna purchase amount=5 at=2026-07-01
	crm-find person has:last-order -f name -o csv | sed 1d
)" Bob
is 'recency goes by what was bought' \
	"$(crm-report rfm -f name,recency,frequency,monetary -o csv | sed 1d)" \
	Bob,42,3,30.00
is 'and so does a rhythm' \
	"$(crm-report overdue --times 1 -f name,days,since,spent -o csv | sed 1d)" \
	Bob,3,42,30.00
is 'in a period that has not ended as well' \
	"$(crm-report rfm --in 2026 -f name,recency,frequency -o csv | sed 1d)" \
	Bob,42,2
ok 'and the sums that are kept are those of all' crm-store check
