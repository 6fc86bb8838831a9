#!/bin/sh
# crm-report velocity and stale: how fast deals are, and which stand still.
. "${0%/*}/../lib.sh"
plan 25

# report NAME TITLE WANT ARGS...
report()
{
	report_name=$1
	report_title=$2
	report_want=$3
	shift 3
	crm-report "$report_name" "$@" -o tsv >out 2>err
	is "$report_name: $report_title" "$(sed 1d out | tr '\t' ' ')" "$report_want"
}
# at TIME COMMAND...
at()
{
	CRM_NOW=$1
	shift
	"$@"
	CRM_NOW=2026-03-15T12:00:00Z
}

crm-add person name=Anna city=Gdynia
crm-add person name=Bob city=Sopot
report velocity 'no deals' ''
report stale 'none either' ''
cat >"$XDG_DATA_HOME/crm/crm.yaml" <<'EOF'
pipelines:
  sales: [new: 10, offer: 50, won, lost]
EOF
crm-add deal <<'EOF'
title,who,value,stage,opened,closed,owner
A,Anna,100,won,2026-01-01,2026-01-11,ewa
B,Anna,300,won,2026-01-01,2026-02-10,ewa
C,Bob,700,lost,2026-01-15,2026-02-20,ewa
D,Bob,50,new,2026-01-20,,ewa
E,Bob,4000,new,2026-03-01,,ewa
F,Bob,9,new,2026-03-01,,jan
G,Anna,1000,won,2026-03-01,2026-03-01,jan
EOF
# ewa: 2 open x 2/3 x 200 / 25 days; jan's only won deal took no day at all
report velocity 'of each, greatest won value first' 'jan 1 9.00 1 0 100.0 1000.00 0.0  EUR
ewa 2 4050.00 2 1 66.7 200.00 25.0 10.67 EUR'
report velocity 'a row of all' '3 3 1 75.0 466.67 16.7 63.00' --by '' \
	-f deals,wins,losses,win-rate,average,days,velocity
report velocity 'what was open at the end of each period, and decided in it' '2026-01 3 1 0
2026-02 1 1 1
2026-03 3 1 0' --by month -f month,deals,wins,losses
report velocity 'of several periods the shortest tells' '2026-q1 2026-01 3
2026-q1 2026-02 1
2026-q1 2026-03 3' --by quarter,month -f quarter,month,deals
report velocity 'weeks are those of ISO 8601' '2026-w08 1
2026-w09 3' --by week -f week,deals --in 2026-w08..2026-w09
report velocity 'in a period, and what was open at its end' '1 1 1 300.00 40.0 3.75' \
	--by '' --in 2026-02 -f deals,wins,losses,average,days,velocity
report velocity 'by size' '1000 1 1 0
100 0 2 1
1 1 0 0
10 1 0 0' --by deal-size -f deal-size,deals,wins,losses
report funnel 'the same key' '1 new 1
10 new 1
100 new 3
100 offer 2
100 won 2
1000 new 2
1000 offer 1
1000 won 1' --by deal-size -f deal-size,stage,deals
report velocity 'of some customers' '2' -f deals Bob -l 1 --sort -deals
report velocity 'of some deals' 'jan 1' -f owner,deals deal owner:jan
fails_with 64 'about deals' crm-report velocity event

# stale TITLE WANT ARGS...
stale()
{
	stale_title=$1
	stale_want=$2
	shift 2
	report stale "$stale_title" "$stale_want" --sort id -f id,slow,silent,idle "$@"
}
report stale 'what it tells' 'd4 D p2 ewa new 50.00 EUR 54.5   0 1 1
d5 E p2 ewa new 4000.00 EUR 14.5   0 0 1
d6 F p2 jan new 9.00 EUR 14.5   0 0 1' --sort id
report stale 'most worth first' 'd5
d4
d6' -f id
report stale 'by whom' 'ewa 2 4050.00 0 1 2
jan 1 9.00 0 0 1' --by owner -f owner,deals,value,slow,silent,idle
crm-add deal title=H who=Anna opened=2026-02-01 stage=new
crm-add deal title=I who=Anna opened=2026-02-01 stage=new
at 2026-02-05T00:00:00Z crm-set d8 stage=offer
at 2026-02-07T00:00:00Z crm-set d9 stage=lost
report stale 'longer at the stage than twice the median of others' 'd4 54.5 5.0 1
d5 14.5 5.0 1
d6 14.5 5.0 1
d8 38.5  0' --sort id -f id,days,usual,slow
stale 'or than three times' 'd4 1 1 1
d5 0 0 1
d6 0 0 1' --times 3 Bob
crm-set d5 expected=2026-03-15
stale 'a day that is expected is a step to come' 'd4 0 1 1
d6 0 0 1' --times 99 Bob
crm-log Bob call at=2026-03-01
stale 'a contact breaks the silence' 'd4 0 0 1
d6 0 0 1' --times 99 Bob
stale 'for so long' 'd4 0 1 1
d5 0 1 0
d6 0 1 1' --times 99 Bob --silence 13d
crm-add task title=ring who=Bob due=2026-04-01
stale 'a task is a step' '' --times 99 Bob
crm-set t1 stage=done
crm-add org name=Acme
crm-set p2 org=Acme
crm-set d4 who=Acme
stale 'its people speak for an organisation' 'd4 0 0 1' --times 99 deal id:d4
crm-log Bob meeting at=2026-03-20
stale 'a meeting to come is a step' '' --times 99 deal id:d4,d6
fails_with 64 'silence' crm-report stale --silence soon
