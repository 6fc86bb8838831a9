#!/bin/sh
# crm-report overdue: rhythm, factor, days, currencies, groups.
. "${0%/*}/../lib.sh"
plan 37

# overdue TITLE WANT ARGS...
overdue()
{
	overdue_title=$1
	overdue_want=$2
	shift 2
	crm-report overdue "$@" -o tsv >out 2>err
	is "$overdue_title" "$(sed 1d out | tr '\t' ' ')" "$overdue_want"
}

# buys WHO DAY...: a purchase of 10 each
buys()
{
	buys_who=$1
	shift
	for buys_day; do
		echo "$buys_who,purchase,$buys_day,10"
	done
}

crm-add person name=Nobody
overdue 'nobody bought' ''
overdue 'nor any group' '' --by city
echo 'timezone: Europe/Warsaw' >"$XDG_DATA_HOME/crm/crm.yaml"
crm-add person <<'EOF'
name,city
Anna,Gdynia
Bob,Sopot
Carla,Gdynia
Dora,
EOF
# Anna every 10 days, once 30; silent for 20.  Bob every 10 or 11; for 32.
{
	echo who,what,at,amount
	buys Anna 2026-01-04 2026-01-14 2026-01-24 2026-02-23
	buys Bob 2026-01-21 2026-01-31 2026-02-11
	buys Carla 2026-01-01 2026-01-02
	buys Dora 2026-03-01 2026-03-11 2026-03-21
} >events
crm-log <events
overdue 'longer than twice the median gap' 'p3 Bob 3 10.5 32 3.0 2026-02-22 30.00 EUR'
overdue 'just twice is not longer' '' Anna
overdue 'another factor' 'Bob 32 3.0
Anna 20 2.0' -f name,since,times --times 1.99
overdue 'one with fewer digits' 'Bob
Anna' -f name --times 1
overdue 'all who have a rhythm and are silent' 'Bob
Anna' -f name --times 0
fails_with 64 'no factor' crm-report overdue --times often
fails_with 64 'none below zero' crm-report overdue --times=-1
fails_with 64 'a factor where none is taken' crm-report rfm --times 2
crm-log Carla purchase at=2026-01-02T08:00:00+01:00 amount=10
crm-log Carla purchase at=2026-01-02T21:00:00Z amount=10
overdue 'purchases of one day are one: two days are no rhythm' '' Carla
crm-log Carla purchase at=2026-01-02T23:30:00Z amount=10
overdue 'midnight is that of the zone' 'Carla 3 1.0 71 71.0 2026-01-04' -f name,days,gap,since,times,expected Carla
overdue 'as it was at the end of a period' 'Carla 28 28.0' -f name,since,times --in ..2026-01-31
overdue 'what was bought before it does not count' '' --in 2026-01-20.. Anna
crm-log Bob refund amount=5 at=2026-03-01
overdue 'a refund is no purchase, but money' 'Bob 32 25.00' -f name,since,spent Bob
overdue 'groups' 'Gdynia 1 71.0 50.00 EUR
Sopot 1 32.0 25.00 EUR' --by city
crm-log Bob purchase amount=7 currency=USD at=2026-02-12 2>err
overdue 'the rhythm is of all currencies, the money of the base currency' 'Bob 4 10.0 31 25.00 EUR' -f name,days,gap,since,spent,currency Bob
for day in 01 02 03; do
	crm-log Nobody purchase at=2026-01-$day amount=1 currency=USD 2>err
done
overdue 'or of what there is' 'Nobody 3 3.00 USD' -f name,days,spent,currency Nobody
crm-add person name=Often
awk 'BEGIN { print "who,what,at,amount"
	for (i = 39; i >= 0; i--)
		printf "Often,purchase,-%dd,1\n", 800 - i * (i + 1) / 2 }' >often
run crm-log <often
overdue 'of many purchases, in any order: 1 to 39 days apart' 'Often 40 20.0 20 1.0' -f name,days,gap,since,times --times 0.9 Often

# what was changed is changed in their days too, and what is changed back
days()
{
	crm-report overdue -f days -o tsv --times 0 "$1" | sed 1d
}
is 'days of a customer' "$(days Anna)" 4
id=$(crm-find event who:p2 at:2026-01-14 -o ids)
run crm-set "$id" at=2026-01-24
is 'another date' "$(days Anna)" 3
run crm-undo
is 'taken back' "$(days Anna)" 4
run crm-rm "$id"
is 'a purchase removed' "$(days Anna)" 3
run crm-undo
is 'and not' "$(days Anna)" 4
run crm-add person name=Annette
run crm-log Annette purchase at=2026-02-01 amount=1
run crm-merge p2 Annette
is 'of two who are one' "$(days p2)" 5
overdue 'a period that begins and ends within a day' 'Anna 3' -f name,days \
    --times 0 --in 2026-01-04T00:01..2026-02-02T10:00 p2
shown=$(crm-report overdue -f id -o tsv | sed 1d | sort)
like 'some are shown' "$shown" '^p3$'
is 'overdue:yes finds who is shown' "$(crm-find overdue:yes -o ids | sort)" \
	"$shown"
is 'at just twice they are not' "$(crm-find person overdue:yes Anna --count)" \
	"$(crm-report overdue Anna -f id -o tsv | sed 1d | grep -c p)"
is 'the others are overdue:no' "$(crm-find person overdue:no --count)" \
	"$(($(crm-find person --count) - $(echo "$shown" | wc -l)))"
is 'and the other way round' "$(crm-find person not overdue:no -o ids | sort)" \
	"$shown"
run crm-segment define waiting person overdue:yes
is 'also of a segment' "$(crm-find @waiting -o ids | sort)" "$shown"
is 'money that is late is something else' "$(crm-find person overdue:1..)" ''
fails_with 64 'there is no other word' crm-find person overdue:maybe
ok 'it is all in the store' crm-store check
crm-report overdue --times 0.5 -o tsv >now
last=$(crm-history -o jsonl | sed -n '1s/.*"change":\([0-9]*\).*/\1/p')
crm-report overdue --times 0.5 --as-of "change:$last" -o tsv >then
same_file 'from the stories it is the same' now then
ok 'and not nothing' [ "$(wc -l <now)" -gt 3 ]
