#!/bin/sh
# crm-report rfm: classes, ties, currencies, days, groups.
. "${0%/*}/../lib.sh"
plan 22

# rfm TITLE WANT ARGS...
rfm()
{
	rfm_title=$1
	rfm_want=$2
	shift 2
	crm-report rfm "$@" -o tsv >out 2>err
	is "$rfm_title" "$(sed 1d out | tr '\t' ' ')" "$rfm_want"
}

crm-add person name=Nobody
rfm 'nobody bought' ''
rfm 'nor any group' '' --by segment
echo 'timezone: Europe/Warsaw' >"$XDG_DATA_HOME/crm/crm.yaml"
crm-add person name=One city=Gdynia
crm-log One purchase amount=10 at=2026-03-01
rfm 'one is better than none' 'p2 One 14 1 10.00 EUR 1 1 1 lost'

crm-add person <<'EOF'
name,city
Two,Gdynia
Three,Sopot
Four,Sopot
Five,
EOF
crm-log <<'EOF'
who,what,at,amount
Two,purchase,2026-03-01,10
Three,purchase,2026-03-01,10
Four,purchase,2026-03-01,10
Five,purchase,2026-03-01,10
EOF
rfm 'all equal: none is better than another' '5 1' --by r -f customers,r
crm-log Five purchase amount=10 at=2026-03-10
rfm 'four of five are worse' 'Five 5 2 20.00 5 5 5 champion
One 14 1 10.00 1 1 1 lost
Two 14 1 10.00 1 1 1 lost
Three 14 1 10.00 1 1 1 lost
Four 14 1 10.00 1 1 1 lost' -f name,recency,frequency,monetary,r,f,m,segment
crm-log Four purchase amount=5 at=2026-03-05
rfm 'ties stay together, whatever the size of classes' 'Five 5 4 5
Four 4 4 4
One 1 1 1' -f name,r,f,m -l 3
rfm 'a query says among whom' 'Four 3 3 3 attention
Three 1 1 1 lost' -f name,r,f,m,segment city:sopot
crm-log Five refund amount=15 at=2026-03-11
rfm 'a refund is less money, no order and no day' 'Five 5 2 5.00 5 4 1 loyal' -f name,recency,frequency,monetary,r,f,m,segment --sort recency -l 1
rfm 'groups have means and shares' '1 3 14.0 1.0 10.00 30.00 EUR 60.0 60.0
4 2 7.5 2.0 10.00 20.00 EUR 40.0 40.0' --by f
rfm 'of classes' '1 1 3
4 4 1
5 4 1' --by r,f -f r,f,customers
rfm 'of fields, and of fields beside classes' 'Gdynia lost 2 20.00
Sopot champion 1 15.00
Sopot lost 1 10.00
 loyal 1 5.00' --by city,segment -f city,segment,customers,revenue --sort city,-revenue
is 'classes alone, or taken from each customer: the same' \
	"$(crm-report rfm --by segment -o tsv)" \
	"$(crm-report rfm --by segment,kind -o tsv | cut -f1,3-)"
rfm 'all in one row' '5 50.00 EUR 100.0' --by '' -f customers,revenue,currency,share
rfm 'days since are counted to the end of a period' 'Five 0 2
One 9 1
Two 9 1
Three 9 1' -f name,recency,frequency --in 2026-03-01..2026-03-10 --sort -frequency,recency not name:Four
rfm 'what lies outside is not there' 'Four 1 5.00
Five 1 -5.00' --in 2026-03-02.. -f name,frequency,monetary

# midnight is that of the store's zone: 23:30 UTC is the next day in Warsaw
crm-log Three purchase amount=1 at=2026-03-14T22:30:00Z
rfm 'yesterday' 'Three 1' -f name,recency -l 1 Three
crm-log Three purchase amount=1 at=2026-03-14T23:30:00Z
rfm 'today' 'Three 0' -f name,recency -l 1 Three
crm-log Three purchase amount=1 at=2026-03-20
rfm 'one that is still to come' 'Three 0 3' -f name,recency,frequency -l 1 \
	Three

crm-log One purchase amount=4 currency=USD at=2026-03-01
crm-log Nobody purchase amount=4 currency=USD at=2026-03-02
rfm 'another currency is another shop' 'p6 EUR 3 3 1
p2 EUR 1 1 3
p1 USD 3 1 1
p2 USD 1 1 1' -f id,currency,r,f,m any id:p6,p1,p2
rfm 'by segment too' 'lost 1 10.00 EUR 100.0
lost 1 4.00 USD 100.0' --by segment -f segment,customers,revenue,currency,share any id:p2
echo 'rates: {USD: 0.5}' >>"$XDG_DATA_HOME/crm/crm.yaml"
rfm 'a rate brings it home' 'p1 1 2.00 EUR
p2 2 12.00 EUR' -f id,frequency,monetary,currency any id:p1,p2 --sort id
fails_with 64 'keys of other reports are none here' crm-report revenue --by decile
