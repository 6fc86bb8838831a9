# shellcheck shell=sh
# make.sh - the data and the stores of the benchmark, made once.
#
# BENCH_DIR/N/
#	data/		what gen wrote
#	base/crm	a store with organisations and products, base.db the same
#	people/crm	and people, people.db
#	full/crm	and events, deals, tickets, full.db: what is read
#	write/crm	a copy, made anew for each benchmark, write.db: what is
#			written to
#	new/crm		what the rows of imports make, new.db
#
# The database is as its users would have it: rowids are the numbers of ids,
# dates and times are text, money is in minor units.
# shellcheck disable=SC2154 # dir, data: set by size in run
# shellcheck disable=SC2034 # more_indexes: for rows.sh

schema='
create table orgs(name text, industry text, city text, country text, size int);
create table products(name text, price int, currency text);
create table people(name text, email text, phone text, org int, city text,
	country text, lang text, tag text, stage text, source text, owner text,
	created text);
create table purchases(who int, at text, amount int, currency text,
	product text);
create table contacts(who int, what text, at text, direction text, text text);
create table deals(title text, who int, stage text, value int, currency text,
	probability int, opened text, expected text, closed text);
create table tickets(title text, who int, stage text, priority text,
	opened text, closed text);'
people_indexes='
create unique index people_email on people(email);
create index people_city_stage on people(city, stage);
create index people_name on people(name collate nocase);'
# What we index of people beside these: see the fields of crm-record(5).
more_indexes="
create index people_phone on people(phone);
create index people_org on people(org);
create index people_country on people(country);
create index people_stage on people(stage);
create index people_source on people(source);
create index people_owner on people(owner);
create table people_tag(tag text, id int, primary key(tag, id)) without rowid;
with recursive t(id, tag, rest) as (
	select rowid, '', tag || ',' from people where tag <> ''
	union all
	select id, substr(rest, 1, instr(rest, ',') - 1),
		substr(rest, instr(rest, ',') + 1) from t where rest <> '')
insert into people_tag select tag, id from t where tag <> '';
create virtual table people_text using fts5(name, email, phone, tag,
	content=people);
insert into people_text(people_text) values('rebuild');"
events_indexes='
create index purchases_who on purchases(who, at, amount);
create index contacts_who on contacts(who, at);'
text_index="
create virtual table contacts_text using fts5(text, content=contacts);
insert into contacts_text(contacts_text) values('rebuild');"

# into DB SQL TABLE...: a database with these tables filled, then the SQL.
into()
{
	into_db=$1
	into_sql=$2
	shift 2
	{
		echo '.mode tabs'
		for into_table; do
			echo ".import '$data/$into_table.peer' $into_table"
		done
		echo "$into_sql"
	} | sqlite3 -bail "$into_db" >/dev/null
}

# Stop when a store is not made: half a one must not be measured.
made()
{
	"$@" || {
		echo "bench: cannot make the store: $*" >&2
		exit 70
	}
}

add_to()
{
	XDG_DATA_HOME=$1 crm-add "$2" <"$data/$3"
}

log_to()
{
	XDG_DATA_HOME=$1 crm-log -q --set what=purchase <"$data/purchases.tsv" &&
		XDG_DATA_HOME=$1 crm-log -q <"$data/contacts.tsv"
}

# make_stage NAME FROM COMMAND...: a store, begun as a copy of another.
make_stage()
{
	stage=$1
	stage_from=$2
	shift 2
	[ -e "$dir/$stage.made" ] && return
	echo "making $dir/$stage" >&2
	rm -rf "${dir:?}/$stage" "$dir/$stage.db"
	if [ -n "$stage_from" ]; then
		cp -r "$dir/$stage_from" "$dir/$stage" &&
			cp "$dir/$stage_from.db" "$dir/$stage.db" || exit
	else
		mkdir "$dir/$stage" && sqlite3 "$dir/$stage.db" "$schema" || exit
	fi
	"$@"
	: >"$dir/$stage.made"
}

make_base()
{
	made add_to "$dir/base" org orgs.tsv
	made add_to "$dir/base" product products.tsv
	made into "$dir/base.db" '' orgs products
}

make_people()
{
	made add_to "$dir/people" person people.tsv
	made into "$dir/people.db" "$people_indexes" people
}

make_full()
{
	made log_to "$dir/full"
	made add_to "$dir/full" deal deals.tsv
	made add_to "$dir/full" ticket tickets.tsv
	made into "$dir/full.db" "$events_indexes
		create index deals_who on deals(who);
		create index tickets_who on tickets(who);
		$text_index" purchases contacts deals tickets
}

# Tables of DuckDB, filled: people with their email indexed, and events.
duck_read="delim = '\t', quote = '', nullstr = ''"

duck_people()
{
	echo "create table people as select * from read_csv('$data/people.tsv',
		header = true, $duck_read);
		create unique index people_email on people(email);"
}

# duck_table NAME COLUMN...
duck_table()
{
	duck_name=$1
	duck_names="'$2'"
	shift 2
	for duck_column; do
		duck_names="$duck_names, '$duck_column'"
	done
	echo "create table $duck_name as select * from
		read_csv('$data/$duck_name.peer', header = false, $duck_read,
		names = [$duck_names]);"
}

duck_purchases()
{
	duck_table purchases who at amount currency product
}

# What DuckDB is asked.
make_duckdb()
{
	command -v duckdb >/dev/null && ! [ -e "$dir/duckdb.made" ] || return 0
	echo "making $dir/full.duckdb" >&2
	rm -f "$dir/full.duckdb"
	made duckdb "$dir/full.duckdb" "$(duck_people; duck_purchases
		duck_table deals title who stage value currency probability \
			opened expected closed) checkpoint" >/dev/null
	: >"$dir/duckdb.made"
}

# make_all N: whatever is not there yet.
make_all()
{
	mkdir -p "$dir" || return
	if ! [ -e "$dir/data.made" ]; then
		echo "making $data" >&2
		rm -rf "$data"
		made "$CRM_BUILD/bench/gen" "$1" "$data"
		: >"$dir/data.made"
	fi
	make_stage base '' make_base
	make_stage people base make_people
	make_stage full people make_full
	make_duckdb
}

# What the rows write to.  The log of the database is kept beside it, which
# is what its users do when there are many writers.
copy_for_writing()
{
	rm -rf "$dir/write" "$wdb" "$wdb"-* "$dir/wal.db"*
	cp -r "$dir/full" "$dir/write" && cp "$db" "$wdb" &&
		cp "$db" "$dir/wal.db" &&
		sqlite3 "$dir/wal.db" 'pragma journal_mode=wal' >/dev/null ||
		exit
	sync "$wstore/data.mdb" "$wdb" "$dir/wal.db"
}
