#!/bin/sh
# Won and lost deals of a sales team, and how far deals get, compared with
# sqlite3's.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need crm-maven/sales_pipeline.csv
p=$CRM_DATA/crm-maven/sales_pipeline.csv
export CRM_NOW=2018-01-01T12:00:00Z
plan 7

ok 'deals' crm-add deal --set currency=USD --add-missing product,org \
	--map opportunity_id=ref:maven,sales_agent=owner \
	--map product=product,product=title,account=who,account=title \
	--map deal_stage=stage,engage_date=opened \
	--map close_date=closed,close_value=value <"$p"
# figures KEY: of each value of an expression
figures()
{
	sql "$p" "select coalesce($1, '') || char(9) || sum(deal_stage = 'Won') ||
	char(9) || sum(deal_stage = 'Lost') || char(9) ||
	printf('%.1f', 100.0 * sum(deal_stage = 'Won') / count(*) + 1e-9) ||
	char(9) || printf('%.2f', sum(close_value)) || char(9) ||
	printf('%.1f', avg(case when deal_stage = 'Won' then
	julianday(close_date) - julianday(engage_date) end) + 1e-9) || char(9) ||
	printf('%.1f', avg(case when deal_stage = 'Lost' then
	julianday(close_date) - julianday(engage_date) end) + 1e-9)
	from t where deal_stage in ('Won', 'Lost') group by $1" | sort
}
# ours FIELD: the same
ours()
{
	crm-report winloss --by "$1" -o tsv \
		-f "$1,wins,losses,win-rate,won-value,won-days,lost-days" | sed 1d | sort
}
is 'month by month' "$(ours month)" "$(figures 'substr(close_date, 1, 7)')"
is 'by agent' "$(ours owner)" "$(figures sales_agent)"
is 'by product' "$(ours product.name)" "$(figures product)"
is 'in a quarter' "$(crm-report winloss --by '' --in 2017-q3 -f wins,losses,won-value -o tsv | sed 1d)" \
	"$(sql "$p" "select sum(deal_stage = 'Won') || char(9) ||
	sum(deal_stage = 'Lost') || char(9) || printf('%.2f', sum(close_value))
	from t where close_date between '2017-07-01' and '2017-09-30'")"
is 'how far deals get: those lost before they came here got nowhere' \
	"$(crm-report funnel -f stage,deals,here,won,lost -o tsv | sed 1d | grep -e prosp -e engag -e won)" \
	"$(sql "$p" "select 'prospecting' || char(9) || count(*) || char(9) ||
	sum(deal_stage = 'Prospecting') || char(9) || sum(deal_stage = 'Won') ||
	char(9) || sum(deal_stage = 'Lost') from t union all
	select 'engaging' || char(9) || sum(deal_stage in ('Engaging', 'Won')) ||
	char(9) || sum(deal_stage = 'Engaging') || char(9) ||
	sum(deal_stage = 'Won') || char(9) || 0 from t union all
	select 'won' || char(9) || sum(deal_stage = 'Won') || char(9) || 0 ||
	char(9) || sum(deal_stage = 'Won') || char(9) || 0 from t")"
is 'what is open and has no date, in a row of its own' \
	"$(crm-report forecast -f month,stage,deals,late -o tsv | sed 1d)" \
	"$(sql "$p" "select '' || char(9) || lower(deal_stage) || char(9) ||
	count(*) || char(9) || 0 from t where deal_stage in ('Prospecting',
	'Engaging') group by deal_stage order by deal_stage desc")"
