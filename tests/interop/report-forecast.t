#!/bin/sh
# Open deals of a sales team by its own win rates, and what it won against
# quotas, compared with sqlite3's.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need crm-maven/sales_pipeline.csv
p=$CRM_DATA/crm-maven/sales_pipeline.csv
export CRM_NOW=2018-01-01T12:00:00Z
plan 7

ok 'deals' crm-add deal --set currency=EUR --add-missing product,org \
	--map opportunity_id=ref:maven,sales_agent=owner \
	--map product=product,product=title,account=who,account=title \
	--map deal_stage=stage,engage_date=opened \
	--map close_date=closed,close_value=value <"$p"
# open deals have no value there: the number of letters of the account, in tens
ok 'open ones get a value' sh -c 'crm-find deal stage:prospecting,engaging \
	-f id,title -o tsv | awk -F "\t" "NR > 1 {
		print \$1 \"\t\" length(\$2) * 10 + 0.55 }" |
	sed "1i id\tvalue" | crm-add deal --key id'
crm-find deal stage:prospecting,engaging -f stage,value -o csv >open.csv
won=$(sql "$p" "select sum(deal_stage = 'Won') from t")
decided=$(sql "$p" "select sum(deal_stage in ('Won', 'Lost')) from t")
is 'by the rate of all, since nobody knows of stages before' \
	"$(crm-report forecast --by stage -f stage,deals,value,historic -o tsv | sed 1d)" \
	"$(sql open.csv "select stage || char(9) || count(*) || char(9) ||
	printf('%.2f', sum(value)) || char(9) || printf('%.2f',
	sum((2 * cast(round(value * 100) as integer) * $won + $decided) /
	(2 * $decided)) / 100.0) from t group by stage order by stage desc")"

cat >"$HOME/.local/share/crm/crm.yaml" <<'EOF'
quota:
  - {in: 2017-q4, amount: 1800000}
  - {in: 2017-q3, for: {owner: Darcel Schlecht}, amount: 360000}
EOF
is 'months of a quarter against its third' \
	"$(crm-report forecast --by month --in 2017-q4 \
		-f month,won,quota,attainment,gap -o tsv | sed 1d)" \
	"$(sql "$p" "select substr(close_date, 1, 7) || char(9) ||
	printf('%.2f', sum(close_value)) || char(9) || '600000.00' || char(9) ||
	printf('%.1f', sum(close_value) / 6000.0 + 1e-9) || char(9) ||
	printf('%.2f', 600000 - sum(close_value)) from t
	where deal_stage = 'Won' and close_date between '2017-10-01' and
	'2017-12-31' group by substr(close_date, 1, 7)")"
is 'of everybody who won something, the quota of one' \
	"$(crm-report forecast --by owner --in 2017-q3 \
	-f owner,won,quota,attainment -o tsv | sed 1d | sort)" \
	"$(sql "$p" "select sales_agent || char(9) ||
	printf('%.2f', sum(close_value)) || char(9) ||
	case when sales_agent = 'Darcel Schlecht' then '360000.00' || char(9) ||
	printf('%.1f', sum(close_value) / 3600.0 + 1e-9) else char(9) end from t
	where deal_stage = 'Won' and close_date between '2017-07-01' and
	'2017-09-30' group by sales_agent" | sort)"
is 'they make the quota of all, where that has none' \
	"$(crm-report forecast --by '' --in 2017-q3 -f quota,won -o tsv | sed 1d)" \
	"$(sql "$p" "select '360000.00' || char(9) ||
	printf('%.2f', sum(close_value)) from t where deal_stage = 'Won' and
	close_date between '2017-07-01' and '2017-09-30'")"
is 'no deal is expected then' "$(crm-report forecast --by '' --in 2017-q3 \
	-f deals,value,weighted -o tsv | sed 1d)" '0	0.00	0.00'
