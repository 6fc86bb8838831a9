# shellcheck shell=sh
# data.sh - what tests on data from outside have in common.

# need FILE: skip the whole test where the data is not there.
need()
{
	[ -e "$CRM_DATA/$1" ] || skip_all "the data '$1' is not here"
	command -v sqlite3 >/dev/null || skip_all 'there is no sqlite3'
}

# sql FILE.csv QUERY: ask sqlite3; the file is the table t.
sql()
{
	sqlite3 -batch :memory: -cmd ".import --csv '$1' t" "$2"
}

# values FIELD QUERY...: one field of what is found, a value a line.
values()
{
	values_field=$1
	shift
	crm-find "$@" -f "$values_field" -o tsv | sed 1d
}
