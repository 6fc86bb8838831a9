#!/bin/sh
# What each agent of a sales team did, how fast accounts were answered, and what
# came of the deals, compared with sqlite3's.
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
# Each account asks when a deal with it begins, and hears from the agent when it
# ends, at a minute that the deal's value tells; some answers are nobody's.
talks="with d as (select rowid n, * from t
	where account <> '' and close_date <> ''),
e as (select 2 * n n, account who, 'email' what, 'in' direction, '' by,
	engage_date || 'T09:00:00Z' at from d
	union all select 2 * n + 1, account, 'call', 'out',
	case when n % 7 = 0 then '' else sales_agent end, close_date || 'T' ||
	printf('%02d:%02d', 10 + n % 8, close_value % 60) || ':00Z' from d)"
sql "$p" "select 'who,what,direction,by,at'; $talks
	select printf('\"%s\",%s,%s,%s,%s', who, what, direction, by, at) from e
	order by n" >talks.csv
ok 'talks' env CRM_USER= crm-log <talks.csv
# An answer is the first one out behind one in or more, with one account.
answers="$talks, o as (select *, sum(direction = 'out') over (partition by who
	order by at, n rows between unbounded preceding and 1 preceding) g
	from e), a as (select who, coalesce(g, 0) g,
	min(case when direction = 'in' then julianday(at) end) asked,
	max(case when direction = 'out' then julianday(at) end) answered,
	max(case when direction = 'out' then by end) by,
	max(case when direction = 'out' then at end) at from o group by 1, 2)"
cat >want.sql <<SQL
$answers, x as (select by k, sum(direction = 'in' or direction = 'out') e from e
	where by <> '' group by 1),
y as (select by k, count(*) n, sum(round((answered - asked) * 1440)) m from a
	where asked is not null and answered is not null and by <> '' group by 1),
z as (select sales_agent k, sum(deal_stage = 'Won') w,
	sum(deal_stage = 'Lost') l,
	sum(case when deal_stage = 'Won' then close_value else 0 end) v
	from t group by 1)
select z.k || char(9) || x.e || char(9) || x.e || char(9) || y.n || char(9) ||
	printf('%.1f', m / 60.0 / y.n + 1e-9) || char(9) || w || char(9) || l ||
	char(9) || printf('%.1f', 100.0 * w / (w + l) + 1e-9) || char(9) ||
	printf('%.2f', v) from z join x using (k) join y using (k)
SQL
sql "$p" "$(cat want.sql)" | sort >want
columns=staff,events,contacts,answers,answer-hours,wins,losses,win-rate,won-value
crm-report staff -f "$columns" -o tsv | sed 1d | grep -v '^	' | sort >got
is 'there are agents, and not every question has an answer of its own' \
	"$(wc -l <want) $(awk -F'\t' '{ n += $3; a += $4 } END { print (a < n) }' want)" \
	'30 1'
same_file 'every agent' got want
is 'with how many accounts' "$(crm-report staff -f staff,customers -o tsv |
	sed 1d | grep -v '^	' | sort)" "$(sql "$p" "select sales_agent || char(9) ||
	count(distinct account) from (select rowid n, * from t where account <> ''
	and close_date <> '') where n % 7 <> 0 group by sales_agent" | sort)"
is 'nobody told who answered' "$(crm-report staff -f staff,answers -o tsv |
	awk -F'\t' '$1 == "" { print $2 }')" "$(sql "$p" "$answers
	select count(*) from a where asked is not null and answered is not null
	and by = ''")"
# in a quarter: questions from before it are not seen
is 'in a quarter' "$(crm-report staff --in 2017-q2 -f staff,contacts,wins,losses \
	-o tsv | sed 1d | grep -v '^	' | sort)" "$(sql "$p" "$talks,
	x as (select by k, count(*) n from e where at >= '2017-04' and at < '2017-07'
	group by 1),
	z as (select sales_agent k, sum(deal_stage = 'Won') w,
	sum(deal_stage = 'Lost') l from t
	where close_date >= '2017-04' and close_date < '2017-07' group by 1)
	select z.k || char(9) || n || char(9) || w || char(9) || l
	from z join x using (k)" | sort)"
