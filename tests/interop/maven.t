#!/bin/sh
# A sales pipeline that others kept: 85 accounts, 7 products, 8,800 deals, with
# spelling traps.  Counts and sums are compared with sqlite3's.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need crm-maven/sales_pipeline.csv
d=$CRM_DATA/crm-maven
p=$d/sales_pipeline.csv
export CRM_NOW=2018-01-01T12:00:00Z

plan 22

ok 'accounts' crm-add org --map account=name,sector=industry \
	--map year_established=x-founded,revenue=x-revenue \
	--map employees=size,office_location=country,subsidiary_of=parent \
	--rejects rejects <"$d/accounts.csv"
is 'all of them' "$(crm-find org --count)" "$(sql "$d/accounts.csv" 'select count(*) from t')"
is 'parents are links' "$(crm-find org has:parent --count)" \
	"$(sql "$d/accounts.csv" "select count(*) from t where subsidiary_of <> ''")"
is 'employees add up' \
	"$(values size org | awk '{ s += $1 } END { print s }')" \
	"$(sql "$d/accounts.csv" 'select sum(employees) from t')"
ok 'products' crm-add product --set currency=USD \
	--map product=name,series=category,sales_price=price <"$d/products.csv"
is 'all of them' "$(crm-find product --count)" 7

deals()
{
	crm-add deal --set currency=USD \
		--map opportunity_id=ref:maven,sales_agent=owner \
		--map product=product,product=title,account=who,account=title \
		--map deal_stage=stage,engage_date=opened \
		--map close_date=closed,close_value=value "$@" <"$p"
}
fails_with 65 'a product that is spelled otherwise is told' deals
like 'with its place' "$(cat err)" "stdin:3: product: no such product: 'GTXPro'"
is 'and nothing was written' "$(crm-find deal --count)" 0
ok 'it is made when that is asked for' deals --add-missing product
is 'all deals' "$(crm-find deal --count)" "$(sql "$p" 'select count(*) from t')"
is 'one product more' "$(crm-find product --count)" 8
is 'deals without an account' "$(crm-find deal no:who --count)" \
	"$(sql "$p" "select count(*) from t where account = ''")"
fails_with 65 'the same again is refused: refs are unique' deals

is 'deals and value by stage' \
	"$(crm-report pipeline -f stage,deals,value -o tsv | sed 1d | sort)" \
	"$(sql "$p" "select lower(deal_stage) || char(9) || count(*) || char(9) ||
	printf('%.2f', sum(close_value)) from t group by deal_stage" | sort)"
is 'revenue won' \
	"$(crm-find deal stage:won -f value -o tsv | awk '{ s += $1 } END { print s }')" \
	"$(sql "$p" "select sum(close_value) from t where deal_stage = 'Won'")"
is 'win rate' "$(crm-report pipeline --by pipeline -f win-rate -o tsv | sed 1d)" \
	"$(sql "$p" "select printf('%.1f', 100.0 * sum(deal_stage = 'Won') /
	sum(deal_stage in ('Won', 'Lost'))) from t")"
is 'best agents' \
	"$(crm-report pipeline --by owner -f owner,won,lost,value -l 10 -o tsv | sed 1d)" \
	"$(sql "$p" "select sales_agent || char(9) || sum(deal_stage = 'Won') || char(9)
	|| sum(deal_stage = 'Lost') || char(9) || printf('%.2f', sum(close_value))
	from t group by sales_agent order by sum(close_value) desc, sales_agent limit 10")"
is 'best accounts' \
	"$(crm-report pipeline deal stage:won --by who.name -f who.name,value -l 20 -o tsv | sed 1d)" \
	"$(sql "$p" "select account || char(9) || printf('%.2f', sum(close_value))
	from t where deal_stage = 'Won' group by account
	order by sum(close_value) desc, account limit 20")"
is 'value by product, also of one that has no category' \
	"$(crm-report pipeline --by product.name -f product.name,value -o tsv | sed 1d | sort)" \
	"$(sql "$p" "select product || char(9) || printf('%.2f', sum(close_value))
	from t group by product order by 1" | sort)"
is 'age of won deals' \
	"$(crm-report pipeline deal stage:won --by stage -f age -o tsv | sed 1d)" \
	"$(sql "$p" "select printf('%.1f', avg(julianday(close_date) -
	julianday(engage_date))) from t where deal_stage = 'Won'")"
is 'closed in a quarter' "$(crm-find deal stage:won closed:2017-q3 --count)" \
	"$(sql "$p" "select count(*) from t where deal_stage = 'Won' and
	close_date between '2017-07-01' and '2017-09-30'")"
