# shellcheck shell=sh
# lib.sh - what every test script begins with:
#
#	#!/bin/sh
#	. "${0%/*}/../lib.sh"
#	plan 2
#	ok 'adds a person' crm-add person name=Anna
#	is 'and finds it' "$(crm-find person -f name -o tsv)" "name
#	Anna"
#
# A test prints TAP and tells why it failed on stderr.  It runs in an empty
# folder with a home, a clock and a user of its own; the folder is kept when
# something failed.
#
# top      the project
# tmp      the test's folder, where it begins
# status   exit status of what run, ok and fails_with ran last; its output is
#          in the files $tmp/out and $tmp/err
set -u

top=$(cd "${0%/*}/../.." && pwd) || exit 99
case ${CRM_BUILD:=$top/build} in
/*) ;;
*) CRM_BUILD=$top/$CRM_BUILD ;;
esac
case ${CRM_DATA:=$top/../shared/data} in
/*) ;;
*) CRM_DATA=$top/$CRM_DATA ;;
esac
export CRM_BUILD CRM_DATA

# A test that passes when the programs are missing is none.
if ! [ -x "$CRM_BUILD/bin/crm" ]; then
	echo "Bail out! nothing is built in $CRM_BUILD"
	exit 99
fi
PATH=$CRM_BUILD/bin:$PATH

test_name=${0##*/}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/crm-${test_name%.*}.XXXXXX") || exit 99
HOME=$tmp/home
XDG_DATA_HOME=$HOME/.local/share
XDG_CONFIG_HOME=$HOME/.config
XDG_CACHE_HOME=$HOME/.cache
LC_ALL=C
TZ=UTC
CRM_NOW=2026-03-15T12:00:00Z # a Sunday
CRM_USER=tester
TERM=dumb
export PATH HOME XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME LC_ALL TZ \
	CRM_NOW CRM_USER TERM
unset CRM_STORE NO_COLOR PAGER COLUMNS LANG LANGUAGE MAKEFLAGS MAKELEVEL CDPATH
umask 022
mkdir -p "$HOME" && cd "$tmp" || exit 99

tests_planned=
tests_run=0
tests_failed=0
todo_why=
status=0

# plan N: how many tests there will be.
plan()
{
	tests_planned=$1
	echo "1..$1"
}

# skip_all WHY: instead of a plan.
skip_all()
{
	tests_planned=0
	echo "1..0 # SKIP $*"
	exit 0
}

# diag [TEXT]: tell people something; without TEXT stdin.
diag()
{
	if [ $# -gt 0 ]; then
		printf '%s\n' "$*"
	else
		cat
	fi | sed 's/^/# /' >&2
}

# result STATUS DESC: count a test; STATUS 0 is a pass.
result()
{
	tests_run=$((tests_run + 1))
	result_why=$todo_why
	todo_why=
	if [ "$1" -eq 0 ]; then
		printf '%s\n' \
			"ok $tests_run - $2${result_why:+ # TODO $result_why}"
	else
		printf '%s\n' \
			"not ok $tests_run - $2${result_why:+ # TODO $result_why}"
		[ -n "$result_why" ] || {
			tests_failed=$((tests_failed + 1))
			diag "failed: $test_name: $2"
		}
	fi
	return "$1"
}

# run COMMAND...: sets status; output is in $tmp/out and $tmp/err.
run()
{
	"$@" >"$tmp/out" 2>"$tmp/err"
	status=$?
	return 0
}

# tell_run COMMAND...: what run saw, after a failure.
tell_run()
{
	diag "$* : status $status"
	sed 's/^/stdout: /; 20q' "$tmp/out" | diag
	sed 's/^/stderr: /; 20q' "$tmp/err" | diag
}

# ok DESC COMMAND...: it exits 0.
ok()
{
	ok_desc=$1
	shift
	run "$@"
	result "$status" "$ok_desc" || tell_run "$@"
}

# fails_with STATUS DESC COMMAND...: it exits with just this.
fails_with()
{
	fails_want=$1
	fails_desc=$2
	shift 2
	run "$@"
	[ "$status" -eq "$fails_want" ]
	result $? "$fails_desc" || tell_run "$@"
}

# is DESC GOT WANT
is()
{
	[ "$2" = "$3" ]
	result $? "$1" || {
		printf '%s\n' "$3" >"$tmp/.want"
		printf '%s\n' "$2" >"$tmp/.got"
		diff -u "$tmp/.want" "$tmp/.got" | diag
	}
}

# like DESC GOT ERE: some line of it matches.
like()
{
	printf '%s\n' "$2" | grep -qE -e "$3"
	result $? "$1" || {
		diag "wanted: $3"
		printf '%s\n' "$2" | diag
	}
}

# unlike DESC GOT ERE: no line of it matches.
unlike()
{
	! printf '%s\n' "$2" | grep -qE -e "$3"
	result $? "$1" || {
		diag "not wanted: $3"
		printf '%s\n' "$2" | diag
	}
}

# same_file DESC GOT WANT: byte for byte.
same_file()
{
	cmp -s "$2" "$3"
	result $? "$1" || diff -u "$3" "$2" | sed 40q | diag
}

# empty DESC FILE
empty()
{
	[ -f "$2" ] && ! [ -s "$2" ]
	result $? "$1" || sed 20q "$2" | diag
}

# finds DESC ERE COMMAND...: tests that a planted fault makes fail, at least
# one of them, whose names match.  They run apart and are not counted.
finds()
{
	finds_desc=$1
	finds_re=$2
	shift 2
	(
		trap - EXIT
		"$@"
	) >"$tmp/finds.out" 2>"$tmp/finds.err"
	grep -qE "^not ok [0-9]+ - ($finds_re)" "$tmp/finds.out"
	result $? "$finds_desc" || {
		diag 'wanted: a test that fails'
		diag <"$tmp/finds.out"
		sed 20q "$tmp/finds.err" | diag
	}
}

# skip N WHY: as if N tests had run.
skip()
{
	skip_n=$1
	shift
	while [ "$skip_n" -gt 0 ]; do
		skip_n=$((skip_n - 1))
		tests_run=$((tests_run + 1))
		echo "ok $tests_run # SKIP $*"
	done
}

# todo WHY: the next test is known to fail.
todo()
{
	todo_why=$*
}

# need COMMAND...: skip everything when one is missing.
need()
{
	for need_one; do
		command -v "$need_one" >/dev/null ||
			skip_all "there is no $need_one"
	done
}

# need_data NAME...: the same for test data of other people.
need_data()
{
	for need_one; do
		[ -e "$CRM_DATA/$need_one" ] ||
			skip_all "no test data: $CRM_DATA/$need_one"
	done
}

# make_built TARGET...: make, of what is built already.
make_built()
{
	# shellcheck disable=SC2086 # a list of words
	make -C "$top" -s ${CRM_MAKE:-} "$@"
}

# Runs at the end, however it comes.
test_end()
{
	test_rc=$?
	trap - EXIT
	if [ -z "$tests_planned" ] && [ $test_rc -eq 0 ]; then
		echo "1..$tests_run"
		tests_planned=$tests_run
		[ "$tests_run" -gt 0 ] || test_rc=99
	fi
	if [ "$tests_planned" != "$tests_run" ]; then
		diag "$test_name: $tests_run of ${tests_planned:-?} tests ran"
		[ $test_rc -ne 0 ] || test_rc=99
	elif [ "$tests_failed" -gt 0 ] && [ $test_rc -eq 0 ]; then
		test_rc=1
	fi
	if [ $test_rc -eq 0 ]; then
		cd / && chmod -R u+rwX "$tmp" 2>/dev/null
		rm -rf "$tmp"
	else
		diag "$test_name: kept $tmp"
	fi
	exit $test_rc
}
trap test_end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
