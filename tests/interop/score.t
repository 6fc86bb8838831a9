#!/bin/sh
# A chance learned from the deals of others until a day, measured on those
# decided later: log loss and AUC from the printed chances, done again.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need crm-maven/sales_pipeline.csv
d=$CRM_DATA/crm-maven
export CRM_NOW=2018-01-01T12:00:00Z
plan 9

crm-add org --map account=name,sector=industry \
	--map year_established=x-founded,revenue=x-revenue \
	--map employees=size,office_location=country,subsidiary_of=parent \
	--rejects rejects <"$d/accounts.csv"
crm-add product --set currency=USD \
	--map product=name,series=category,sales_price=price <"$d/products.csv"
ok 'deals' crm-add deal --set currency=USD --add-missing product \
	--map opportunity_id=ref:maven,sales_agent=owner \
	--map product=product,product=title,account=who,account=title \
	--map deal_stage=stage,engage_date=opened \
	--map close_date=closed,close_value=value <"$d/sales_pipeline.csv"
printf 'scores:\n  chance:\n    learn:\n' >"$XDG_DATA_HOME/crm/crm.yaml"

cat >again.py <<'EOF2'
import math
import sys
rows = [line.split('\t') for line in sys.stdin.read().splitlines()[1:]]
won = sorted(float(p) for p, y in rows if y == '1')
lost = sorted(float(p) for p, y in rows if y == '0')
pairs = sum((w > v) + (w == v) / 2 for w in won for v in lost)
base = float(sys.argv[1])
n = len(rows)
print('%d\t%d\t%.4f\t%.4f\t%.4f' % (
    len(won), len(lost), pairs / len(won) / len(lost),
    -sum(map(math.log, won)) / n - sum(math.log(1 - p) for p in lost) / n,
    -(len(won) * math.log(base) + len(lost) * math.log(1 - base)) / n))
EOF2
# again TITLE UNTIL ARGS...: the win rate is that of deals until then
again()
{
	again_title=$1
	again_until=$2
	shift 2
	crm-report score "$@" -f probability,outcome -o tsv >rows
	rate=$(sql "$d/sales_pipeline.csv" "select printf('%.12f',
		avg(deal_stage = 'Won')) from t
		where deal_stage in ('Won', 'Lost')
		and close_date <= '$again_until'")
	crm-report score "$@" --by score -o tsv \
		-f won,lost,auc,log-loss,base-loss | sed 1d >got
	python3 again.py "$rate" <rows >want
	same_file "$again_title" got want
}
again 'deals of the last quarter' 2017-09-30 --calibrate-until 2017-09-30
is 'all of them, and no others' "$(cut -f 1,2 got)" \
	"$(sql "$d/sales_pipeline.csv" "select sum(deal_stage = 'Won') || char(9)
	|| sum(deal_stage = 'Lost') from t where close_date > '2017-09-30'")"
diag "until 2017-09-30: won, lost, AUC, log loss, of the base: $(cat got)"
is 'better than the base on what it had not seen' \
	"$(awk '{ print ($4 < $5), ($3 > 0.5) }' got)" '1 1'
again 'of the last half' 2017-06-30 --calibrate-until 2017-06-30
is 'it is still better' "$(awk '{ print ($4 < $5), ($3 > 0.5) }' got)" '1 1'

# in the large: the chances of what it learned from are the wins
crm-report score deal stage:won,lost -f probability,outcome -o tsv >rows
is 'chances of what is learned from add up to the wins' \
	"$(awk 'NR > 1 { p += $1; w += $2 } END { printf "%.0f", p - w }' rows |
		sed 's/^-//')" 0
crm-report score deal stage:won,lost -f probability -o tsv >again
is 'the same bytes again' "$(cut -f 1 rows | cksum)" "$(cksum <again)"
# calibrated: fifths of those not seen by chance, and what came
crm-report score --calibrate-until 2017-09-30 -f probability,outcome -o tsv |
	sed 1d >rows
awk -v n="$(wc -l <rows)" '{ k = int((NR - 1) * 5 / n); p[k] += $1; w[k] += $2
	c[k]++ }
END { for (k = 0; k < 5; k++) {
	d = (p[k] - w[k]) / c[k]
	printf "chance %.3f came %.3f\n", p[k] / c[k], w[k] / c[k]
	if (d * d > 0.07 * 0.07) bad++
} exit bad > 0 }' rows >fifths
result $? 'what came lies within 7 percent of what was said, by fifths'
diag <fifths
