#!/bin/sh
# When a stage changed: now; or, when it is said when the record closed, then.
. "${0%/*}/../lib.sh"
plan 3

run crm-add person name=Anna
for n in 1 2 3; do
	run crm-add deal title=D$n who=Anna
done
run crm-set d1 stage=won
run crm-set d2 stage=won closed=2026-02-01
run crm-set d3 stage=won closed=today
# at DEAL: when its stage changed
at()
{
	crm-find event what:stage deal:"$1" -f at -o tsv | sed 1d
}
is 'without a word it is now' "$(at d1)" 2026-03-15T12:00:00Z
is 'on the day it closed' "$(at d2)" 2026-02-01T00:00:00Z
is 'which may be today' "$(at d3)" 2026-03-15T12:00:00Z
