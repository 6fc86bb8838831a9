#!/bin/sh
# crm-report funnel and winloss: how far deals get, when, and why not.
. "${0%/*}/../lib.sh"
plan 19

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
report funnel 'no deals' ''
report winloss 'none either' ''
cat >"$XDG_DATA_HOME/crm/crm.yaml" <<'EOF'
timezone: Europe/Warsaw
pipelines:
  sales: [new: 10, offer: 50, talks: 80, won, lost]
  short: [ask: 20, won, lost]
EOF
crm-add deal <<'EOF'
title,who,value,stage,pipeline,opened,closed,owner,lost
A,Anna,100,new,sales,2026-01-01,,ewa,
B,Anna,200,new,sales,2026-01-01,,ewa,
C,Bob,300,new,sales,2026-02-01,,jan,
D,Bob,400,won,sales,2026-02-01,2026-02-11,jan,
E,Bob,500,lost,sales,2026-02-01,2026-03-02,jan,price
F,Anna,600,ask,short,2026-02-01,,jan,
G,Anna,700,lost,short,2026-02-01,2026-02-02,ewa,
EOF
# midnight in Warsaw is 23:00 UTC: A is at new for just 10 days, B for 20
at 2026-01-10T23:00:00Z crm-set d1 stage=offer
at 2026-01-12T23:00:00Z crm-set d1 stage=talks
at 2026-01-13T23:00:00Z crm-set d1 stage=offer
at 2026-01-15T23:00:00Z crm-set d1 stage=won
at 2026-01-20T23:00:00Z crm-set d2 stage=offer
at 2026-01-21T11:00:00Z crm-set d2 stage=lost lost=time
report funnel 'each stage, in the order of the pipeline' 'new 5 60.0 1 2 2 50.0 15.0
offer 3 66.7 0 2 1 66.7 1.5
talks 2 100.0 0 2 0 100.0 1.0
won 2  0 2 0 100.0 ' deal pipeline:sales
report funnel 'pipelines apart' 'sales new 5
sales offer 3
sales talks 2
sales won 2
short ask 2' --by pipeline -f pipeline,stage,deals
report funnel 'owners apart' 'ewa new 2 100.0
ewa offer 2 50.0
ewa talks 1 100.0
ewa won 1 ' --by owner -f owner,stage,deals,onward deal pipeline:sales owner:ewa
report funnel 'deals that were opened in a period' 'new 2 100.0' --in 2026-01 -f stage,deals,onward -l 1
report funnel 'of some customers' 'new 2 15.0' -f stage,deals,days -l 1 Anna
at 2026-03-16T23:00:00Z crm-set d3 stage=talks
report funnel 'a stage that was passed over was reached' 'new 5 80.0 0
offer 4 75.0 0
talks 3 66.7 1
won 2  0' -f stage,deals,onward,here deal pipeline:sales
is 'the keys of --by are stages, not where deals are' \
	"$(crm-report funnel --by stage -f stage,deals deal pipeline:short -o tsv | sed 1d)" 'ask	2'

report winloss 'month by month' '2026-01 1 1 50.0 100.00 200.00 EUR 15.0 20.0
2026-02 1 1 50.0 400.00 700.00 EUR 10.0 1.0
2026-03 0 1 0.0 0.00 500.00 EUR  29.0'
report winloss 'why' ' 2 1
price 0 1
time 0 1' --by lost -f lost,wins,losses
is 'winloss: no two columns of one name' "$(crm-report pipeline --by lost -o tsv | head -n 1)" \
	'lost	deals	value	weighted	currency	age	won	win-rate'
report winloss 'by whom' 'jan 1 1 400.00
ewa 1 2 100.00' --by owner -f owner,wins,losses,won-value
report winloss 'in a period' '2 3 40.0' --by '' -f wins,losses,win-rate
report winloss 'of a quarter' 'jan 1' --by owner --in 2026-02 -f owner,wins -l 1
report winloss 'of some customers' '1 1' --by '' -f wins,losses Bob
report winloss 'of some deals' '0 1' --by '' -f wins,losses deal lost:price
fails_with 64 'about deals' crm-report winloss event
crm-add deal title=H value=100USD stage=won closed=2026-01-05 opened=2026-01-05 2>err
echo 'rates: {USD: 0.5}' >>"$XDG_DATA_HOME/crm/crm.yaml"
report winloss 'a rate brings it home' '2 150.00 EUR 7.5' --in 2026-01 -f wins,won-value,currency,won-days
