#!/bin/sh
# Tables of events: what those without a text are about.
. "${0%/*}/../lib.sh"
plan 3

crm-add person name=Anna
crm-add deal title='Big chairs' who=p1
crm-add product name=Oak price=20
crm-set d1 stage=won
crm-log <<'END'
who,what,text,product,qty,price,doc,score,scale,purpose
p1,call,"asked for
a quote",,,,,,,
p1,purchase,,Oak,2,20,A7,,,
p1,feedback,,,,,,9,nps,
p1,consent,,,,,,,,news
p1,visit,,,,,,,,
END
is 'events without a text show what they are about' \
	"$(crm-find event -o table | cut -c 39-60 | sed 's/ *$//')" 'text
Big chairs: prospectin
asked for a quote
Oak, no. A7
9 nps
news

lead -> customer'
is 'no row is empty beside other kinds' \
	"$(crm-find any what:stage,call,visit -o table | cut -c 5-)" 'name
stage: Big chairs: prospecting -> won
call: asked for a quote
visit
stage: lead -> customer'
is 'a column that was named has what is stored' \
	"$(crm-find event what:stage -o table -f id,text)" 'id  text
e1
e7'
