#!/bin/sh
# crm-report staff: what each of us did, answers, deals, currencies.
. "${0%/*}/../lib.sh"
plan 16

# staff TITLE WANT ARGS...
staff()
{
	staff_title=$1
	staff_want=$2
	shift 2
	crm-report staff "$@" -o tsv >out 2>err
	is "$staff_title" "$(sed 1d out | tr '\t' ' ')" "$staff_want"
}

crm-add person name=Anna city=Gdynia
crm-add person name=Bob city=Sopot
staff 'nobody did anything' ''
crm-log <<'EOF'
who,what,at,direction,by
Anna,email,2026-03-01T08:00:00Z,in,ewa
Anna,email,2026-03-01T09:00:00Z,in,
Bob,call,2026-03-01T09:30:00Z,in,ewa
Anna,call,2026-03-01T10:30:00Z,out,jan
Anna,email,2026-03-01T11:00:00Z,out,jan
Bob,call,2026-03-01T09:30:00Z,out,ewa
Anna,chat,2026-03-02T10:00:00Z,in,
Bob,email,2026-03-02T11:00:00Z,out,jan
Anna,chat,2026-03-02T14:00:00Z,out,jan
Bob,visit,2026-03-03,,ewa
Bob,note,2026-03-03,,ewa
Bob,chat,2026-03-04T10:00:00Z,in,jan
EOF
# jan answered Anna after 2.5 and 4 hours, ewa Bob at once; Bob waits now
staff 'an answer is the first one after the first question' 'ewa 5 4 1 0.0 0 0
jan 5 5 2 3.3 0 0
 2 2 0  0 0' -f staff,events,contacts,answers,answer-hours,wins,losses
staff 'with how many' 'ewa 2
jan 2
 1' -f staff,customers
staff 'of some' 'ewa 1 0
jan 3 2
 2 0' -f staff,events,answers Anna
staff 'in a period' 'jan 2 1 4.0
 1 0 ' --in 2026-03-02 -f staff,events,answers,answer-hours
staff 'for each town' 'Gdynia jan 2
Sopot ewa 1' --by city -f city,staff,answers --sort -answers,staff -l 2
crm-add deal <<'EOF'
title,who,value,stage,closed,owner
A,Anna,100,won,2026-02-01,ewa
B,Bob,200,lost,2026-02-02,ewa
C,,300,won,2026-03-02,kim
D,Anna,400,new,,ewa
EOF
staff 'deals are those of their owners' 'ewa 5 1 1 50.0 100.00 EUR
jan 5 0 0  0.00 EUR
kim 0 1 0 100.0 300.00 EUR
 2 0 0  0.00 EUR' -f staff,events,wins,losses,win-rate,won-value,currency
staff 'that were closed in the period' 'ewa 1 1' --in 2026-02 -f staff,wins,losses
crm-set d4 stage=lost
staff 'that a stage changed is no work' 'ewa 5 2' -f staff,events,losses -l 1
crm-add deal title=E value=50USD stage=won closed=2026-02-03 owner=ewa 2>err
staff 'deals count once, their money by its currency' 'ewa 5 2 100.00 EUR
ewa 0 0 50.00 USD' -f staff,events,wins,won-value,currency -l 2
echo 'rates: {USD: 0.5}' >"$XDG_DATA_HOME/crm/crm.yaml"
staff 'a rate brings it home' 'ewa 2 125.00 EUR' -f staff,wins,won-value,currency -l 1
fails_with 64 'it is not about deals' crm-report staff deal

# all the money is in other currencies than the store's
crm-store -s abroad init
crm-add -s abroad person name=Anna
crm-log -s abroad Anna call by=ewa at=2026-03-01
crm-log -s abroad Anna call by=jan at=2026-03-02
crm-add -s abroad deal 2>err <<'EOF'
title,value,stage,closed,owner
A,100USD,won,2026-02-01,ewa
B,200USD,lost,2026-03-02,jan
EOF
staff 'there is no row of a currency that nothing is in' 'ewa 1 1 100.00 USD
jan 1 0 0.00 USD' -s abroad -f staff,events,wins,won-value,currency --by staff -l 2
staff 'nor in a period without any' 'ewa 1 0.00 USD' -s abroad --in 2026-03-01 \
	-f staff,events,won-value,currency -l 1
staff 'so that periods can be compared' 'ewa 1 0 0 1 0.00 100.00 USD
jan 1 0 0 0 0.00 0.00 USD' -s abroad --in 2026-03 --against 2026-02 -l 2 \
	-f staff,events,events-then,wins,wins-then,won-value,won-value-then,currency
crm-add -s abroad deal title=C value=300EUR stage=won closed=2026-02-03 owner=kim
staff 'one amount in it brings them all back to it' 'ewa 1 0.00 EUR
ewa 0 100.00 USD' -s abroad -f staff,events,won-value,currency -l 2
