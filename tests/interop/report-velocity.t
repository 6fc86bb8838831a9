#!/bin/sh
# How fast the deals of a sales team are, compared with sqlite3's.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need crm-maven/sales_pipeline.csv
p=$CRM_DATA/crm-maven/sales_pipeline.csv
export CRM_NOW=2018-01-01T12:00:00Z
plan 6

ok 'deals' crm-add deal --set currency=USD --add-missing product,org \
	--map opportunity_id=ref:maven,sales_agent=owner \
	--map product=product,product=title,account=who,account=title \
	--map deal_stage=stage,engage_date=opened \
	--map close_date=closed,close_value=value <"$p"
# figures KEY [WHERE]: of each value of an expression
figures()
{
	sql "$p" "select k || char(9) || o || char(9) || w || char(9) || l ||
	char(9) || printf('%.1f', 100.0 * w / (w + l) + 1e-9) || char(9) ||
	printf('%.2f', v * 1.0 / w + 1e-9) || char(9) ||
	printf('%.1f', d * 1.0 / w + 1e-9) || char(9) ||
	printf('%.2f', o * (w * 1.0 / (w + l)) * (v * 1.0 / w) / (d * 1.0 / w) +
	1e-9) from (select $1 as k,
	sum(deal_stage in ('Prospecting', 'Engaging')) as o,
	sum(deal_stage = 'Won') as w, sum(deal_stage = 'Lost') as l,
	sum(case when deal_stage = 'Won' then close_value else 0 end) as v,
	sum(case when deal_stage = 'Won' then julianday(close_date) -
	julianday(engage_date) else 0 end) as d from t group by 1)" | sort
}
# ours FIELD: the same
ours()
{
	crm-report velocity --by "$1" -o tsv -f \
		"$1,deals,wins,losses,win-rate,average,days,velocity" | sed 1d | sort
}
is 'by agent' "$(ours owner)" "$(figures sales_agent)"
is 'by product' "$(ours product.name)" "$(figures product)"
# open at the end of a month: those that were engaged, and not decided yet;
# of those that were not engaged nothing is known but that they are open now
is 'month by month' "$(crm-report velocity --by month -o tsv \
	-f month,deals,wins,losses | sed 1d)" \
	"$(sql "$p" "with m as (select distinct substr(engage_date, 1, 7) as k
	from t where engage_date <> '' union select '2018-01')
	select k || char(9) || (select sum(case when k = '2018-01' then
	deal_stage in ('Prospecting', 'Engaging') else engage_date <> '' and
	engage_date < k || '-32' and (close_date = '' or close_date > k || '-32')
	end) from t) || char(9) || (select count(*) from t where
	deal_stage = 'Won' and substr(close_date, 1, 7) = k) || char(9) ||
	(select count(*) from t where deal_stage = 'Lost' and
	substr(close_date, 1, 7) = k) from m order by k")"
is 'by size, as far as they have a value' "$(crm-report velocity --by deal-size \
	-f deal-size,wins -o tsv deal stage:won | sed 1d | sort)" \
	"$(sql "$p" "select cast(substr('10000000', 1, length(close_value)) as int)
	|| char(9) || count(*) from t where deal_stage = 'Won' group by
	length(close_value)" | sort)"
# nobody spoke with anybody, and nothing is to come
is 'all that are open wait' "$(crm-report stale --by '' -o tsv \
	-f deals,slow,silent,idle | sed 1d)" \
	"$(sql "$p" "select count(*) || char(9) || 0 || char(9) ||
	sum(engage_date <> '' and julianday(engage_date) + 30 <
	julianday('2018-01-01')) || char(9) || count(*) from t
	where deal_stage in ('Prospecting', 'Engaging')")"
