# shellcheck shell=sh
# rows.sh - what the benchmark compares.
#
# A row NAME is a function row_NAME that says what to time:
#
#	about HOLD MOONSHOT GROWTH 'what it is'
#	ours COMMAND...
#	peer SQL
#
# Our answer has to be that of sqlite3, byte for byte.  Where the timed
# command of sqlite3 prints what its users would take, and not what we print,
# peer_NAME prints it again in our form; where commands print nothing,
# ours_NAME and peer_NAME ask for what they wrote.
#
# The ratios are those of the project's performance targets for a million
# people.  Where a target names DuckDB, to_duckdb HOLD MOONSHOT says so; the ratio
# to sqlite3 then stands for that where DuckDB is not installed, by how far
# sqlite3 was behind DuckDB when the targets were set.
# shellcheck disable=SC2154 # set by size in run
# shellcheck disable=SC2034 # read by run

all_rows='version help open email prefix story filter substring regex
	export_json export_tsv linked newest rare count ranked month revenue
	customers rfm cohort overdue forecast pipeline
	append loop stream writers tag add_tsv add_csv add_jsonl add_same log log_text
	memory disk'

# What is read, for busy.
read_rows='open email prefix story filter substring regex export_json
	export_tsv linked newest rare count ranked month revenue customers rfm
	cohort overdue forecast pipeline'

# A person as sqlite3's users would print one, and as we do.
person_json="json_object('id', rowid, 'name', name, 'email', email, 'phone',
	phone, 'org', nullif(org, ''), 'city', city, 'country', country, 'lang',
	lang, 'tag', tag, 'stage', stage, 'source', source, 'owner', owner,
	'created', created)"
person_ours="'{\"id\":\"p' || rowid || '\",\"kind\":\"person\",\"name\":' ||
	json_quote(name) || ',\"email\":[' || json_quote(email) ||
	'],\"phone\":[' || json_quote(phone) || ']' ||
	iif(org = '', '', ',\"org\":\"o' || org || '\"') || ',\"city\":' ||
	json_quote(city) || ',\"country\":\"' || country || '\",\"lang\":\"' ||
	lang || '\"' || iif(tag = '', '', ',\"tag\":[\"' ||
	replace(tag, ',', '\",\"') || '\"]') || ',\"stage\":\"' || stage ||
	'\",\"source\":\"' || source || '\",\"owner\":\"' || owner ||
	'\",\"created\":\"' || created || 'T00:00:00Z\",\"updated\":\"' ||
	'$CRM_NOW' || '\"}'"
person_fields=id,name,email,phone,org,city,country,lang,tag,stage,source,owner,created
person_tsv="'p' || rowid id, name, email, phone,
	iif(org = '', '', 'o' || org) org, city, country, lang, tag, stage,
	source, owner, created || 'T00:00:00Z' created"

# money COLUMN: minor units as a decimal.
money()
{
	echo "printf('%d.%02d', $1 / 100, $1 % 100)"
}

#
# Start.
#
programs()
{
	for p in "$CRM_BUILD"/bin/*; do
		echo "${p##*/}"
	done
}

each_program()
{
	for p in $(programs); do
		command_of "ours-$p" "$p" "$1"
	done
	peer_start "$1"
}

peer_start()
{
	command_of peer sqlite3 --version
}

row_version()
{
	about 2 2.8 - 'start-up: --version of the slowest program'
	each_program --version
}

row_help()
{
	about 2 2.8 - 'start-up: --help of the slowest program'
	each_program --help
}

# Nothing is opened for them: no store, no configuration, no library.
opened()
{
	for p in $(programs); do
		echo "$p $(strace -f -e trace=open,openat,creat "$p" "$1" 2>&1 \
			>/dev/null | grep -c '^open')"
	done
}

opened_nothing()
{
	programs | sed 's/$/ 0/'
}

ours_version()
{
	if has strace; then opened --version; else opened_nothing; fi
}

ours_help()
{
	if has strace; then opened --help; else opened_nothing; fi
}

peer_version()
{
	opened_nothing
}

peer_help()
{
	opened_nothing
}

row_open()
{
	about - - 1.3 'open the data and answer one row'
	ours crm-find -s "$store" person -l 1 -o ids
	peer "select 'p' || rowid from people order by rowid limit 1"
}

#
# Find.
#
row_email()
{
	about 2.5 3.5 1.3 'find one person by email, as JSON'
	ours crm-find -s "$store" person "email:$email"
	peer "select $person_json from people where email = '$email'"
	also duckdb duckdb -readonly "$dir/full.duckdb" \
		"copy (select * from people where email = '$email') to '/dev/stdout' (format json)"
}

peer_email()
{
	sql "select $person_ours from people where email = '$email'"
}

row_prefix()
{
	about 1.5 2.5 - 'find by the beginning of the name'
	ours crm-find -s "$store" person 'name:/Żaneta Krawcz'
	peer "select $person_json from people where name like 'Żaneta Krawcz%'"
}

peer_prefix()
{
	sql "select $person_ours from people where name like 'Żaneta Krawcz%'
		order by rowid"
}

row_story()
{
	about 2 3 1.3 "one customer's story, in the order of time"
	ours crm-find -s "$store" event "who:p$who" --sort at \
		-f at,what,direction,amount,currency,text -o tsv
	peer "select at, 'purchase', null, amount, currency, null from purchases
		where who = $who union all select at, what, direction, null, null,
		text from contacts where who = $who order by 1"
}

peer_story()
{
	sql -header "select iif(length(at) = 10, at || 'T00:00:00Z', at) at, what,
		direction, amount, currency, text from (
		select at, 'purchase' what, null direction, $(money amount) amount,
		currency, null text, rowid n from purchases where who = $who
		union all select at, what, direction, null, null, text,
		rowid + (select max(rowid) from purchases) from contacts
		where who = $who) order by 1, n"
}

row_filter()
{
	about 1.5 3 10.5 'city and stage: about 1.2 % of people, as JSON'
	to_duckdb 3 -
	ours crm-find -s "$store" person city:Kraków stage:customer
	peer "select $person_json from people where city = 'Kraków' and
		stage = 'customer'"
	also duckdb duckdb -readonly "$dir/full.duckdb" "copy (select * from
		people where city = 'Kraków' and stage = 'customer') to
		'/dev/stdout' (format json)"
}

peer_filter()
{
	sql "select $person_ours from people where city = 'Kraków' and
		stage = 'customer'"
}

row_substring()
{
	about 1.5 3.5 10.5 'a piece of the name, as JSON'
	to_duckdb 0.8 -
	ours crm-find -s "$store" person name:~owals
	peer "select $person_json from people where name like '%owals%'"
	also rg rg -j1 -F owals "$data/people.jsonl"
	also duckdb duckdb -readonly "$dir/full.duckdb" "copy (select * from
		people where name like '%owals%') to '/dev/stdout' (format json)"
}

peer_substring()
{
	sql "select $person_ours from people where name like '%owals%'"
}

row_regex()
{
	about 1.5 6 10.5 'a regular expression in the email, as JSON'
	ours crm-find -s "$store" person 'email:~kowalsk.*7@'
	peer "select $person_json from people where email like '%kowalsk%7@%'"
	also rg rg -j1 'kowalsk.*7@' "$data/people.jsonl"
}

peer_regex()
{
	sql "select $person_ours from people where email like '%kowalsk%7@%'"
}

row_export_json()
{
	about 3 4 10.5 'all people as JSON Lines'
	to_duckdb 1.5 2
	ours crm-find -s "$store" person
	peer "select $person_json from people"
	also duckdb duckdb -readonly "$dir/full.duckdb" \
		"copy people to '/dev/stdout' (format json)"
}

peer_export_json()
{
	sql "select $person_ours from people"
}

row_export_tsv()
{
	about 5.5 8 10.5 'all people as TSV, 13 columns'
	to_duckdb 3 4
	ours crm-find -s "$store" person -f "$person_fields" -o tsv
	peer '.headers on' 'select rowid id, * from people'
	also duckdb duckdb -readonly "$dir/full.duckdb" \
		"copy people to '/dev/stdout' (delimiter '\t', header)"
}

peer_export_tsv()
{
	sql -header "select $person_tsv from people"
}

# No index tells: who of each event is asked.
row_linked()
{
	about - - 10.5 'events of those at a stage: how many'
	ours crm-find -s "$store" event who.stage:customer --count
	peer "select (select count(*) from purchases join people on people.rowid
		= who where stage = 'customer') + (select count(*) from contacts
		join people on people.rowid = who where stage = 'customer')"
}

#
# Text.
#

# words A B: the newest 20 contacts with both.
words()
{
	ours crm-find -s "$store" event "$1" "$2" --sort -at -l 20 \
		-f id,at,who,text -o tsv
	peer "select c.rowid, at, who, c.text from contacts_text join contacts c
		on c.rowid = contacts_text.rowid where contacts_text match
		'$1 and $2' order by contacts_text.rowid desc limit 20"
}

peer_words()
{
	sql -header "select 'e' || (c.rowid + (select max(rowid) from purchases))
		id, at, 'p' || who who, c.text from contacts_text join contacts c on
		c.rowid = contacts_text.rowid where contacts_text match
		'$1 AND $2' order by at desc, c.rowid limit 20"
}

row_newest()
{
	about 1 2 1.3 'two words in 5N texts: the newest 20'
	words renewal discount
}

peer_newest()
{
	peer_words renewal discount
}

row_rare()
{
	about 1 2 1.3 'two rare words: the newest 20'
	words chargeback birthday
}

peer_rare()
{
	peer_words chargeback birthday
}

row_count()
{
	about 3 5 10.5 'two words: how many'
	ours crm-find -s "$store" event renewal discount --count
	peer "select count(*) from contacts_text where contacts_text match
		'renewal AND discount'"
}

# sqlite3 gives scores by the very length of a text, we by its class; of equal
# ones both have the newest first here.  All of these texts have one weight, so
# that the shortest are the best by either formula.
row_ranked()
{
	about 3 8 10.5 'two words in 5N texts: the best 20 by relevance'
	ours crm-find -s "$store" event renewal discount --sort relevance \
		-l 20 -f id,at,who,text -o tsv
	peer "select c.rowid, at, who, c.text from contacts_text join contacts c
		on c.rowid = contacts_text.rowid where contacts_text match
		'renewal and discount' order by rank limit 20"
}

peer_ranked()
{
	sql -header "select id, at, who, text from (select 'e' || (c.rowid +
		(select max(rowid) from purchases)) id, at, 'p' || who who, c.text,
		c.rowid r, length(c.text) - length(replace(c.text, ' ', '')) + 1 n
		from contacts_text join contacts c on c.rowid = contacts_text.rowid
		where contacts_text match 'renewal AND discount')
		order by $("$CRM_BUILD/bench/classes" n), r desc limit 20"
}

#
# Reports.
#
row_month()
{
	about - - 10.5 'what happened in a month, by what it was'
	ours crm-report -s "$store" activity --in 2025-12 -o tsv
	peer "select 'purchase' what, count(*) events, max(substr(at, 1, 10)) last
		from purchases where at >= '2025-12' and at < '2026-01' union all
		select what, count(*), max(substr(at, 1, 10)) from contacts
		where at >= '2025-12' and at < '2026-01' group by what
		order by events desc, what"
}

peer_month()
{
	sql -header "select 'purchase' what, count(*) events,
		max(substr(at, 1, 10)) last
		from purchases where at >= '2025-12' and at < '2026-01' union all
		select what, count(*), max(substr(at, 1, 10)) from contacts
		where at >= '2025-12' and at < '2026-01' group by what
		order by events desc, what"
}

row_revenue()
{
	about 35 100 1.3 'revenue by month and currency'
	to_duckdb 1.5 100
	ours crm-report -s "$store" revenue -f month,purchases,revenue,currency \
		-o tsv
	peer 'select substr(at, 1, 7), count(*), sum(amount), currency from
		purchases group by 1, 4 order by 1, 4'
	also duckdb duckdb -readonly "$dir/full.duckdb" "select strftime(\"at\",
		'%Y-%m'), count(*), sum(amount), currency from purchases group by
		1, 4 order by 1, 4"
}

ours_revenue()
{
	LC_ALL=C sort "$out/ours"
}

peer_revenue()
{
	sql -header "select substr(at, 1, 7) month, count(*) purchases,
		$(money 'sum(amount)') revenue, currency from purchases
		group by 1, currency" | LC_ALL=C sort
}

# As many as there are in the base currency with few people, too: amounts in
# others come behind, and those of sqlite3 are not told apart.
row_customers()
{
	about 20 38 10.5 'customers: the 50 who spent most'
	to_duckdb 8 15
	ours crm-report -s "$store" customers -l 50 -f id,name,spent,currency \
		-o tsv
	peer 'select who, name, s from (select who, sum(amount) s from purchases
		group by who order by s desc, who limit 50) join people on
		people.rowid = who order by s desc, who'
	also duckdb duckdb -readonly "$dir/full.duckdb" 'select who, sum(amount) s
		from purchases group by who order by s desc, who limit 50'
}

peer_customers()
{
	sql -header "select 'p' || who id, name, $(money s) spent, currency from
		(select who, currency, sum(amount) s from purchases group by who,
		currency order by currency <> 'EUR', s desc, who limit 50) join
		people on people.rowid = who order by s desc, who"
}

# Classes as of crm-report(1): one more than the fifths of those of the same
# currency who are worse.
rfm_sql="with c as (select who, currency, max(at) l, count(*) n, sum(amount) s
		from purchases group by who, currency),
	q as (select currency,
		1 + 5 * (rank() over (partition by currency order by l) - 1) /
		count(*) over (partition by currency) r,
		1 + 5 * (rank() over (partition by currency order by n) - 1) /
		count(*) over (partition by currency) f,
		1 + 5 * (rank() over (partition by currency order by s) - 1) /
		count(*) over (partition by currency) m from c),
	k as (select currency, case
		when r >= 4 and f >= 4 and m >= 4 then 'champion'
		when r >= 3 and f >= 4 then 'loyal'
		when r >= 4 and f >= 2 then 'potential'
		when r = 5 then 'new' when r = 4 then 'promising'
		when r = 3 and f >= 2 and m >= 3 then 'attention'
		when r = 3 then 'sleepy'
		when f >= 4 and m >= 4 then 'cannot-lose'
		when f >= 3 then 'at-risk' when r = 2 then 'hibernating'
		else 'lost' end segment from q)
	select segment, count(*) customers, currency from k
	group by segment, currency"

row_rfm()
{
	about 50 60 10.5 'rfm: how many customers in each class, by currency'
	to_duckdb 8 15
	ours crm-report -s "$store" rfm --by segment \
		-f segment,customers,currency -o tsv
	peer "$rfm_sql"
	also duckdb duckdb -readonly "$dir/full.duckdb" \
		"$(echo "$rfm_sql" | sed 's/(at)/("at")/; s|) /$|) //|')"
}

ours_rfm()
{
	LC_ALL=C sort "$out/ours"
}

peer_rfm()
{
	sql -header "$rfm_sql" | LC_ALL=C sort
}

# The months of customers, from the first one on.
cohort_sql="with x as (select distinct who, currency, substr(at, 1, 4) * 12 +
		substr(at, 6, 2) - 1 m from purchases),
	f as (select who, currency, min(m) first from x group by who, currency),
	c as (select first, m - first month, count(*) customers, currency
		from x join f using(who, currency) group by 1, 2, currency)"

row_cohort()
{
	about 35 200 10.5 'cohort: customers by first month, month since, currency'
	to_duckdb 4 25
	ours crm-report -s "$store" cohort \
		-f cohort,month,members,customers,currency -o tsv
	peer "$cohort_sql select * from c"
	also duckdb duckdb -readonly "$dir/full.duckdb" "with x as (select
		distinct who, currency, year(\"at\") * 12 + month(\"at\") - 1 m
		from purchases), f as (select who, currency, min(m) as start from x
		group by who, currency) select start, m - start, count(*), currency
		from x join f using(who, currency) group by 1, 2, currency"
}

ours_cohort()
{
	LC_ALL=C sort "$out/ours"
}

# Also those months, up to this one, in which nobody bought.
peer_cohort()
{
	sql -header "$cohort_sql, month(n) as (select 0 union all select n + 1
		from month where n < 1200)
		select printf('%04d-%02d', z.first / 12, z.first % 12 + 1) cohort,
		n month, z.customers members, coalesce(c.customers, 0) customers,
		z.currency from c z join month on z.month = 0 and z.first + n <=
		substr('$CRM_NOW', 1, 4) * 12 + substr('$CRM_NOW', 6, 2) - 1
		left join c on c.first = z.first and c.month = n and
		c.currency = z.currency" | LC_ALL=C sort
}

# Asked of the others: by the mean of days between purchases, which is less
# work than the median that we take, and sqlite3 takes for the answer.
row_overdue()
{
	about 37 64 10.5 'overdue: silent for over twice their own rhythm'
	to_duckdb 8 14
	ours crm-report -s "$store" overdue -f id,days,gap,since -o tsv
	peer "select who, l, n from (select who, max(at) l, min(at) a, count(*) n
		from purchases group by who having count(*) >= 3) where
		julianday('2026-01-01') - julianday(l) > 2 * (julianday(l) -
		julianday(a)) / (n - 1) order by who"
	also duckdb duckdb -readonly "$dir/full.duckdb" "select who, l, n from
		(select who, max(\"at\") l, min(\"at\") a, count(*) n from
		purchases group by who having count(*) >= 3) where
		date_diff('day', l::date, date '2026-01-01') > 2.0 *
		date_diff('day', a::date, l::date) / (n - 1) order by who"
}

ours_overdue()
{
	LC_ALL=C sort "$out/ours"
}

peer_overdue()
{
	sql -header "with d as (select who, cast(julianday(at) as int) day
			from purchases group by 1, 2),
		g as (select who, day, day - lag(day) over (partition by who
			order by day) gap from d),
		o as (select who, gap, row_number() over (partition by who
			order by gap) k, count(gap) over (partition by who) n,
			max(day) over (partition by who) last from g),
		m as (select who, n + 1 days, avg(gap) gap,
			cast(julianday('2026-01-01') as int) - max(last) since
			from o where gap is not null and n >= 2 and
			k - 1 in ((n + 1) / 2, (n + 2) / 2) group by who)
		select 'p' || who id, days, printf('%.1f', gap) gap, since from m
		where since > 2 * gap" | LC_ALL=C sort
}

forecast_sql="select substr(expected, 1, 7) month, stage, count(*) deals,
	$(money 'sum(value)') value, $(money 'sum(value * probability) / 100')
	weighted, currency from deals where stage not in ('won', 'lost')
	group by 1, 2, currency"

row_forecast()
{
	about 5.5 20 10.5 'forecast: open deals by month, stage and currency'
	to_duckdb 2 8
	ours crm-report -s "$store" forecast \
		-f month,stage,deals,value,weighted,currency -o tsv
	peer "$forecast_sql"
	also duckdb duckdb -readonly "$dir/full.duckdb" \
		"select strftime(expected::date, '%Y-%m'), stage, count(*),
		sum(value), sum(value * probability) / 100, currency from deals
		where stage not in ('won', 'lost') group by 1, 2, currency"
}

ours_forecast()
{
	LC_ALL=C sort "$out/ours"
}

peer_forecast()
{
	sql -header "$forecast_sql" | LC_ALL=C sort
}

row_pipeline()
{
	about - - 10.5 'deals by stage and currency: count, value, weighted'
	ours crm-report -s "$store" pipeline \
		-f stage,deals,value,weighted,currency -o tsv
	peer 'select stage, count(*), sum(value), sum(value * probability) / 100,
		currency from deals group by stage, currency'
}

ours_pipeline()
{
	LC_ALL=C sort "$out/ours"
}

peer_pipeline()
{
	sql -header "select stage, count(*) deals, $(money 'sum(value)') value,
		$(money 'sum(value * probability) / 100') weighted, currency from
		deals group by stage, currency" | LC_ALL=C sort
}

#
# Write.
#
text='Follow up on the renewal quote for next week'
insert="insert into contacts values(77, 'call', '$CRM_NOW', 'out', '$text')"
log_one="crm-log -s '\$s' p77 call '$text' direction=out"

# How many of these calls there are in each.
ours_calls()
{
	crm-find -s "$wstore" event who:p77 what:call at:2026-01-01 --count
}

calls_of()
{
	sqlite3 "$1" "select count(*) from contacts where who = 77 and
		at = '$CRM_NOW'"
}

row_append()
{
	about 2 2.5 1.3 'one call logged, durable'
	ours crm-log -s "$wstore" p77 call "$text" direction=out
	command_of peer sqlite3 "$wdb" "$insert"
}

ours_append()
{
	ours_calls
}

peer_append()
{
	calls_of "$wdb"
}

# repeat N COMMAND: a shell loop; the command is one line of shell.
repeat()
{
	echo "i=0; while [ \$i -lt $1 ]; do $2 || echo failed; i=\$((i + 1)); done"
}

row_loop()
{
	about 2 2.5 1.3 "$TIMES calls from a shell loop"
	ours sh -c "$(repeat "$TIMES" \
		"crm-log -s '$wstore' p77 call '$text' direction=out")"
	command_of peer sh -c "$(repeat "$TIMES" "sqlite3 '$wdb' \"$insert\"")"
}

ours_loop()
{
	ours_calls
}

peer_loop()
{
	calls_of "$wdb"
}

# One process that reads them: each line is durable before the next is read.
row_stream()
{
	about 2 2.5 1.3 "$TIMES calls read by one process, each durable"
	awk -v n="$TIMES" -v text="$text" 'BEGIN {
		print "who\twhat\ttext\tdirection"
		for (; n > 0; n--) print "p77\tcall\t" text "\tout"
	}' >"$dir/stream.tsv"
	awk -v n="$TIMES" -v insert="$insert" 'BEGIN {
		for (; n > 0; n--) print insert ";" }' >"$dir/stream.sql"
	from "$dir/stream.tsv"
	ours crm-log -s "$wstore" --stream
	from "$dir/stream.sql"
	command_of peer sqlite3 -bail "$wdb"
}

ours_stream()
{
	ours_calls
}

peer_stream()
{
	calls_of "$wdb"
}

# eight COMMAND: writers at once; whatever fails says so.
eight()
{
	echo "for w in 1 2 3 4 5 6 7 8; do ($(repeat $((TIMES / 5)) "$1")) & done; wait"
}

row_writers()
{
	about 2 2.5 1.3 "8 writers of $((TIMES / 5)) calls each; sqlite3 with a log and a time-out"
	ours sh -c "$(eight "crm-log -s '$wstore' p77 call '$text' direction=out")"
	command_of peer sh -c "$(eight \
		"sqlite3 -cmd '.timeout 10000' '$dir/wal.db' \"$insert\"")"
}

# No error, with default settings; and as many as the database has.
ours_writers()
{
	grep -c failed "$out/ours"
	echo $(($(ours_calls) - $(calls_of "$wdb")))
}

peer_writers()
{
	echo 0
	calls_of "$dir/wal.db"
}

row_tag()
{
	about 1.5 2.5 10.5 'find | find | set: a tag for about 1 % of people'
	ours sh -c "crm-find -s '$wstore' person city:Kraków stage:customer |
		crm-find -s '$wstore' - not tag:do-not-call |
		crm-set -s '$wstore' - tag+=round-\$RUN"
	command_of peer sh -c "sqlite3 '$wdb' \"update people set tag = tag ||
		iif(tag = '', '', ',') || 'round-\$RUN' where city = 'Kraków' and
		stage = 'customer' and not (',' || tag || ',' like
		'%,do-not-call,%')\""
}

ours_tag()
{
	crm-find -s "$wstore" person city:Kraków -f id,tag -o tsv
}

peer_tag()
{
	sqlite3 -tabs -header "$wdb" "select 'p' || rowid id, tag from people
		where city = 'Kraków' order by rowid"
}

#
# Import.
#

# begin STAGE: before a run, a copy of a store that has less.
begin()
{
	before "rm -rf '$dir/new' && cp -r '$dir/$1' '$dir/new' &&
		sync '$dir/new/crm/data.mdb'"
}

begin_peer()
{
	before "rm -f '$dir/new.db' && cp '$dir/$1.db' '$dir/new.db' &&
		sync '$dir/new.db'"
}

# new_peer SQL TABLE...: as into of make.sh, to be timed.
new_peer()
{
	begin_peer "$1"
	new_sql=$2
	shift 2
	{
		echo '.mode tabs'
		for new_table; do
			echo ".import '$data/$new_table.peer' $new_table"
		done
		echo "$new_sql"
	} >"$dir/new.sql"
	from "$dir/new.sql"
	command_of peer sqlite3 -bail "$dir/new.db"
}

add_people()
{
	begin base
	from "$data/people.$1"
	ours crm-add -s "$dir/new/crm" person
}

ours_people()
{
	crm-find -s "$dir/new/crm" person -f "$person_fields" -o tsv
}

peer_people()
{
	sqlite3 -tabs -header "$dir/new.db" "select $person_tsv from people"
}

row_add_tsv()
{
	about 1.5 2.5 12 'add N people, TSV; sqlite3 with 3 indexes'
	to_duckdb 1 1.7
	add_people tsv
	new_peer base "$people_indexes" people
	before "rm -f '$dir/new.duckdb'"
	also duckdb duckdb "$dir/new.duckdb" "$(duck_people)"
}

ours_add_tsv()
{
	ours_people
}

peer_add_tsv()
{
	peer_people
}

row_add_csv()
{
	about 1.5 2.5 12 'add N people, CSV; sqlite3 with 3 indexes'
	add_people csv
	new_peer base "$people_indexes" people
}

ours_add_csv()
{
	ours_people
}

peer_add_csv()
{
	peer_people
}

row_add_jsonl()
{
	about 1.5 2.5 12 'add N people, JSON Lines; sqlite3 with 3 indexes, from TSV'
	add_people jsonl
	new_peer base "$people_indexes" people
}

ours_add_jsonl()
{
	ours_people
}

peer_add_jsonl()
{
	peer_people
}

row_add_same()
{
	about 1.5 2.5 - 'add N people, TSV; sqlite3 with the indexes we have'
	add_people tsv
	new_peer base "$people_indexes $more_indexes" people
}

ours_add_same()
{
	ours_people
}

peer_add_same()
{
	peer_people
}

log_events()
{
	begin people
	ours sh -c "crm-log -q -s '$dir/new/crm' --set what=purchase \
		<'$data/purchases.tsv' && crm-log -q -s '$dir/new/crm' \
		<'$data/contacts.tsv'"
}

# All that was logged, by the order of ids.
ours_events()
{
	crm-find -s "$dir/new/crm" event \
		-f who,what,at,direction,text,amount,currency,product.name -o tsv |
		sed 1d
}

peer_events()
{
	sqlite3 -tabs "$dir/new.db" "select 'p' || who, 'purchase',
		at || 'T00:00:00Z', null, null, $(money amount), currency, product
		from purchases; select 'p' || who, what, at, direction, text, null,
		null, null from contacts"
}

row_log()
{
	about - - 12 'log 10N events; sqlite3 by person alone, no text'
	to_duckdb 1.2 2
	log_events
	new_peer people "$events_indexes" purchases contacts
	before "rm -f '$dir/new.duckdb'"
	also duckdb duckdb "$dir/new.duckdb" "$(duck_purchases
		duck_table contacts who what at direction text)"
}

ours_log()
{
	ours_events
}

peer_log()
{
	peer_events
}

row_log_text()
{
	about 4 7.5 - 'log 10N events; sqlite3 by person, and text'
	log_events
	new_peer people "$events_indexes $text_index" purchases contacts
}

ours_log_text()
{
	ours_events
}

peer_log_text()
{
	peer_events
}

#
# Not times: as lines of pair, with KiB in the place of milliseconds.
#
row_memory()
{
	about 1 1.5 - 'private memory (KiB for ms): the worst of open, email, story, append'
}

times_memory()
{
	awk -F'\t' -v OFS='\t' '$1 ~ /^(open|email|story|append)$/ && $15 > 0 {
		if (!seen++ || $16 / $15 < peer / ours) {
			ours = $15
			peer = $16
		}
	}
	END {
		print "ours", 1, ours + 0, 0, 0, 0, 0, 0, 0, 0
		print "peer", 1, peer + 0, 0, 0, 0, 0, 0, 0, 0
	}' "$lines"
}

row_disk()
{
	about 1 1.4 10.5 'size on disk (KiB for ms)'
}

times_disk()
{
	for f in "ours $store/data.mdb" "peer $db"; do
		echo "${f%% *} 1 $(du -k "${f#* }" | cut -f1) 0 0 0 0 0 0 0"
	done | tr ' ' '\t'
}
