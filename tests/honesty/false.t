#!/bin/sh
# The honesty tests themselves: in a copy of the project where one page lies,
# they name the page and what is wrong in it.
. "${0%/*}/../lib.sh"
need mandoc

# A small tree: one program's page, and what the tests read besides.
mkdir -p tree/tests tree/man tree/libcore/cli
cp "$top/tests/lib.sh" tree/tests
cp -r "$top/tests/honesty" tree/tests
cp "$top/README.md" tree
cp "$top/libcore/cli/env.c" tree/libcore/cli
cp "$top"/man/crm-rm.1 "$top"/man/crm-segment.1 "$top"/man/crm-record.5 \
	"$top"/man/crm-query.7 "$top"/man/crm.yaml.5 "$top"/man/crm.7 tree/man
cp -r tree true

# wrong PAGE TEST: what a test says of a page
wrong()
{
	TMPDIR=$tmp sh "tree/tests/honesty/$2.t" 2>"$2.err" |
		sed -n "s/^not ok [0-9]* - \\($1: .*\\)/\\1/p"
}

is 'of a true page nothing is said' "$(wrong crm-rm.1 pages)" ''
is 'nor of a true table' "$(wrong 'crm-segment(1)' tables
	wrong 'crm-record(5)' tables; wrong 'crm.yaml(5)' tables
	wrong 'crm-query(7)' tables; wrong 'crm(7)' tables)" ''

# lie PAGE SED TEST WHAT: with the page changed, a test says so and shows it.
lie()
{
	rm -rf tree
	cp -r true tree
	# pages.t looks at all there are: one is quicker
	[ "$3" = tables ] || rm tree/man/*
	sed "$2" "true/man/$1" >"tree/man/$1"
	cmp -s "true/man/$1" "tree/man/$1" && diag "nothing was changed by: $2"
	like "$1 with $2" "$(wrong '[a-z(0-9).-]*' "$3")" "$4"
}

lie crm-rm.1 's/^\.Nd .*/.Nd erase all/' pages '^crm-rm.1: NAME is'
lie crm-rm.1 's/^\.Op Fl m Ar text/.Op Fl m Ar word/' pages \
	'^crm-rm.1: SYNOPSIS is'
lie crm-rm.1 '/^\.Op Fl -wait/d' pages '^crm-rm.1: SYNOPSIS is'
lie crm-rm.1 's/^\.It Fl n , -dry-run/.It Fl n , -dry/' pages \
	'^crm-rm.1: OPTIONS are'
lie crm-rm.1 '/^\.It Fl -wait/,/^\.It/{/^\.It Fl -wait/d;}' pages \
	'^crm-rm.1: OPTIONS are'
lie crm-rm.1 's/^\.It Fl V , -version/.It Fl -purge\nGo.\n&/' pages \
	'^crm-rm.1: OPTIONS are'
lie crm-rm.1 's/^\.Sh EXIT STATUS/.Sh EXIT\\ STATUS \n.Foo/' pages \
	'^crm-rm.1: clean'
# The first output of an example, and the first command.
line=$(awk '/^\.Sh EXAMPLES/ { on = 1 }
	on && /^\$ / { was = 1; next }
	/^>/ { next }
	on && was && /^[^.]/ { print NR; exit }
	{ was = 0 }' true/man/crm-rm.1)
lie crm-rm.1 "${line}s/^/x/" pages '^crm-rm.1: crm-'
like 'the difference is shown' "$(cat pages.err)" '^# -x'
like 'and where it stands' "$(cat pages.err)" "at .*crm-rm\.1:$((line - 1)):"
lie crm-rm.1 "${line}d" pages '^crm-rm.1: crm-'

lie crm-segment.1 's/^\.It Cm members Ar NAME/.It Cm member Ar NAME/' tables \
	'crm-segment\(1\): its commands'
lie crm-segment.1 '/^\.It 69$/,+1d' tables 'crm-segment\(1\): exit codes'
lie crm-segment.1 's/^no such file or store/nothing/' tables \
	'crm-segment\(1\): exit codes'
lie crm-record.5 '0,/^\.It Li given/s//.It Li first-name/' tables \
	'crm-record\(5\): the fields of person'
lie crm-record.5 's/^\.It Li price Pq money/.It Li price Pq number/' tables \
	'crm-record\(5\): the fields of product'
lie crm-record.5 's/^\.Ss ticket (k)/.Ss ticket (x)/' tables \
	'crm-record\(5\): the kinds'
lie crm-record.5 's/urgent/burning/' tables 'words of choices'
lie crm-record.5 's/^\.It percent/.It permille/' tables \
	'crm-record\(5\): the types'
lie crm-query.7 's/^\.It Li overdue Pq money/.It Li late Pq money/' tables \
	'crm-query\(7\): what is computed of person'
lie crm.yaml.5 's/^\.It Li week/.It Li weeks/' tables 'crm.yaml\(5\): Keys'
lie crm.yaml.5 's/^currency: PLN/currency: ZLOTY/' pages \
	'^crm.yaml.5: the sample'
lie crm.7 's/^\.It Ev CRM_NOW/.It Ev CRM_CLOCK/' tables \
	'crm\(7\): the environment'
lie crm.7 '/^\.It Xr crm-log 1$/,+1d' pages 'crm\(7\): the programs'
