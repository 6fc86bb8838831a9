#!/bin/sh
# crm-report cohort: months, long absences, refunds, currencies, groups.
. "${0%/*}/../lib.sh"
plan 15

# cohort TITLE WANT ARGS...
cohort()
{
	cohort_title=$1
	cohort_want=$2
	shift 2
	crm-report cohort "$@" -o tsv >out 2>err
	is "$cohort_title" "$(sed 1d out | tr '\t' ' ')" "$cohort_want"
}

crm-add person name=Nobody city=Sopot
cohort 'nobody bought' ''
echo 'timezone: Europe/Warsaw' >"$XDG_DATA_HOME/crm/crm.yaml"
crm-add person name=Anna city=Gdynia
crm-add person name=Bob city=Sopot
crm-add person name=Carla city=Gdynia
# 31 December 23:30 UTC is January in Warsaw
crm-log <<'EOF'
who,what,at,amount,currency
Anna,purchase,2025-12-31T23:30:00Z,10,
Anna,purchase,2026-01-02,5,
Anna,refund,2026-02-02,3,
Anna,purchase,2026-03-02,4,
Bob,refund,2026-01-01,1,
Bob,purchase,2026-02-20,20,
Carla,purchase,2026-01-31T22:59:00Z,30,
EOF
cohort 'months in which they came back, with those in which nobody did' '2026-01 0 2 2 100.0 45.00 EUR
2026-01 1 2 0 0.0 -3.00 EUR
2026-01 2 2 1 50.0 4.00 EUR
2026-02 0 1 1 100.0 19.00 EUR
2026-02 1 1 0 0.0 0.00 EUR'
cohort 'those who began in a period' '2026-02 0 1
2026-02 1 0' --in 2026-02 -f cohort,month,customers
cohort 'to the minute' '2026-01 0 1' --in 2026-01-01..2026-01-30 -f cohort,month,customers -l 1
cohort 'of some' '2026-01 0 1
2026-01 1 0
2026-01 2 0' -f cohort,month,customers Carla
cohort 'of a town: shares are of those who began so long ago' 'Gdynia 0 2 2 100.0
Gdynia 1 2 0 0.0
Gdynia 2 2 1 50.0
Sopot 0 1 1 100.0
Sopot 1 1 0 0.0' --by city -f city,month,members,customers,share
cohort 'of all' '0 3 3 100.0 64.00
1 3 0 0.0 -3.00
2 2 1 50.0 4.00' --by '' -f month,members,customers,share,revenue

# longer than the bits that are kept of months
crm-log Nobody purchase amount=1 at=2018-05-05
crm-log Nobody purchase amount=2 at=2023-07-05
crm-log Nobody purchase amount=4 at=2023-08-05
crm-log Nobody purchase amount=8 at=2023-09-05
crm-log Nobody purchase amount=16 at=2023-09-06
crm-log Nobody purchase amount=32 at=2026-06-06
crm-report cohort --in 2018 -o tsv >all
is 'very late months are told apart' "$(awk -F'\t' '$4 == 1 { printf "%s ", $2 }' all)" '0 62 63 64 97 '
is 'and their money' "$(awk -F'\t' '$4 == 1 { printf "%s ", $6 }' all)" '1.00 2.00 4.00 24.00 32.00 '
is 'months to come are there only when something happened' "$(tail -n 1 all | cut -f2)" 97
crm-rm "$(crm-find event who:Nobody amount:32 -f id -o tsv | sed 1d)"
is 'else up to this one' "$(crm-report cohort --in 2018 -f month -o tsv | tail -n 1)" 94

crm-log Carla purchase amount=7 currency=USD at=2026-02-03 2>err
cohort 'another currency is another shop' '2026-02 USD 1 7.00' -f cohort,currency,customers,revenue --sort -currency -l 1
echo 'rates: {USD: 0.5}' >>"$XDG_DATA_HOME/crm/crm.yaml"
cohort 'a rate makes it the same one' '2026-01 EUR 1 30.00
2026-01 EUR 1 3.50
2026-01 EUR 0 0.00' -f cohort,currency,customers,revenue Carla
is 'all the money is there' \
	"$(crm-report cohort -f revenue -o tsv | awk '{ s += $1 } END { print s }')" \
	"$(crm-report revenue --by year -f revenue -o tsv | awk '{ s += $1 } END { print s }')"
is 'no money when it is not asked for, and all else the same' \
	"$(crm-report cohort -f cohort,month,members,customers,share -o tsv)" \
	"$(crm-report cohort -o tsv | cut -f1-5)"
