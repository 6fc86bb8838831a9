#!/bin/sh
# crm-report concentration: deciles, ties, groups, currencies.
. "${0%/*}/../lib.sh"
plan 11

# shares TITLE WANT ARGS...
shares()
{
	shares_title=$1
	shares_want=$2
	shift 2
	crm-report concentration "$@" -o tsv >out 2>err
	is "$shares_title" "$(sed 1d out | tr '\t' ' ')" "$shares_want"
}

crm-add person name=Nobody
shares 'nobody bought' ''
crm-add person name=P0 city=Gdynia
crm-log P0 purchase amount=10 at=2025-01-01
shares 'one is the best' '1 1 10.00 10.00 EUR 100.0 100.0 100.0'
for i in 1 2 3 4 5 6 7 8 9; do
	crm-add person name=P$i city="$([ $i -lt 5 ] && echo Sopot)"
	crm-log P$i purchase amount=10 at=2026-01-01
done
shares 'equal ones are never parted' '1 10 100.00 10.00 EUR 100.0 100.0 100.0'
crm-log P1 purchase amount=90 at=2026-01-01
crm-log P2 purchase amount=30 at=2026-01-02
crm-log P3 refund amount=8 at=2026-01-02
shares 'best first, and what they come to' '1 1 100.00 47.2 47.2 10.0
2 1 40.00 18.9 66.0 20.0
3 7 70.00 33.0 99.1 90.0
10 1 2.00 0.9 100.0 100.0' -f decile,customers,revenue,share,cumulative,of-customers
shares 'by town' 'Sopot 4 152.00 71.7 71.7
 5 50.00 23.6 95.3
Gdynia 1 10.00 4.7 100.0' --by city -f city,customers,revenue,share,cumulative
shares 'customer by customer' 'P1 47.2 10.0
P2 66.0 20.0' --by name -f name,cumulative,of-customers -l 2
shares 'of a period' '1 1 10.00' --in 2025 -f decile,customers,revenue
crm-log Nobody purchase amount=4 currency=USD at=2026-03-02 2>err
shares 'another currency is another shop' '1 1 EUR 47.2
1 1 USD 100.0' -f decile,customers,currency,share -l 2
is 'all the revenue is there' "$(crm-report concentration -f revenue -o tsv |
	awk '{ s += $1 } END { print s }')" "$(crm-report revenue -f revenue -o tsv |
	awk '{ s += $1 } END { print s }')"
crm-log P9 refund amount=5000 at=2026-01-03
shares 'of less than nothing nothing is a share' '1 100.00  ' \
	-f decile,revenue,share,cumulative -l 1

# 0.10 PLN is 2.331 cents: 7 of these are 16.317, each alone is 2
export CRM_STORE=$tmp/cents
crm-store init
echo 'rates: {PLN: 0.2331}' >"$CRM_STORE/crm.yaml"
for i in 1 2 3 4 5 6 7; do
	crm-add person name=A$i
	crm-log A$i purchase amount=0.10PLN at=2026-02-01
done
for name in revenue customers concentration rfm; do
	crm-report $name --by '' -o tsv | awk -F'\t' -v name=$name '
		NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
		NR == 2 { print name, $at[name == "customers" ? "spent" : \
			"revenue"] }'
done >got
is 'where amounts are rounded, as the page says' "$(cat got)" 'revenue 0.16
customers 0.16
concentration 0.14
rfm 0.14'
