#!/bin/sh
# crm-log WHO ... who=OTHER: the operand is the customer, and bears the money.
. "${0%/*}/../lib.sh"
plan 4

run crm-add org name=Acme
run crm-add person name=Anna
ok 'logs a purchase with somebody else there' \
	crm-log Anna purchase amount=10 who=Acme
is 'the operand comes first' \
	"$(crm-find event what:purchase -f who -o tsv)" 'who
p1,o1'
is 'it bears the money, the other one none' \
	"$(crm-find -f id,spent -o tsv)" 'id	spent
o1	0.00
p1	10.00'
printf 'o1\np1\n' | run crm-log - meeting who=Anna
is 'so it is for each line of stdin' \
	"$(crm-find event what:meeting -f who -o tsv)" 'who
o1,p1
p1'
