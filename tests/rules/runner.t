#!/bin/sh
# The runner counts rightly and lib.sh lets no test off.
. "${0%/*}/../lib.sh"
need prove

# script NAME <TEXT: a test of that text behind lib.sh
mkdir -p t/tests/x
cp "$top/tests/lib.sh" t/tests
script()
{
	{
		echo '#!/bin/sh'
		echo '. "${0%/*}/../lib.sh"'
		cat
	} >"t/tests/x/$1.t"
	chmod +x "t/tests/x/$1.t"
}

# sums WANT FILE...: the last lines that the runner prints, and its status
sums()
{
	sums_want=$1
	shift
	TMPDIR=$tmp sh "$top/tests/run" "$@" >out 2>err
	status=$?
	is "$sums_want" "$(tail -n 1 out), $status" "$sums_want"
}

script good <<'END'
plan 3
ok 'one' true
is 'two' a a
skip 1 'not here'
END
script bad <<'END'
plan 2
ok 'one' true
is 'two' a b
END
script early <<'END'
plan 3
ok 'one' true
exit 0
END
script late <<'END'
plan 1
ok 'one' true
ok 'two' true
END
script dies <<'END'
ok 'one' true
kill -9 $$
END
script unset <<'END'
ok 'one' true
echo "$no_such_variable"
END
script none <<'END'
END
script known <<'END'
plan 1
todo 'a known fault'
ok 'one' false
END
script nothing <<'END'
skip_all 'there is no such thing'
END
printf '#!/bin/sh\n' >t/tests/x/silent.t
printf '#!/bin/sh\necho 1..1\necho "ok 1"\nexit 3\n' >t/tests/x/exits.t
printf '#!/bin/sh\necho 1..2\necho "ok 1"\necho "not ok 2 # SKIP x"\n' \
	>t/tests/x/cmocka.t
chmod +x t/tests/x/*.t
x=$tmp/t/tests/x

sums '2 passed, 0 failed, 0' "$x/good.t"
sums '1 passed, 1 failed, 1' "$x/bad.t"
like 'and shows the difference' "$(cat err)" '^# -b'
is 'what failed keeps its folder' "$(find . -maxdepth 1 -name 'crm-bad.*' |
	wc -l)" 1
is 'what passed does not' "$(find . -maxdepth 1 -name 'crm-good.*')" ''
sums '1 passed, 1 failed, 1' "$x/early.t"
sums '2 passed, 1 failed, 1' "$x/late.t"
sums '1 passed, 1 failed, 1' "$x/dies.t"
sums '1 passed, 1 failed, 1' "$x/unset.t"
sums '0 passed, 1 failed, 1' "$x/none.t"
sums '0 passed, 1 failed, 1' "$x/silent.t"
sums '1 passed, 1 failed, 1' "$x/exits.t"
sums '1 passed, 0 failed, 0' "$x/cmocka.t"
sums '0 passed, 0 failed, 0' "$x/known.t"
like 'a known fault is told' "$(cat out)" '0 skipped, 1 known to fail'
sums '0 passed, 0 failed, 0' "$x/nothing.t"
sums '0 passed, 1 failed, 1' "$x/is-not-there.t"
sums '5 passed, 3 failed, 1' "$x/good.t" "$x/bad.t" "$x/early.t" \
	"$x/silent.t" "$x/cmocka.t"
CRM_BUILD=$tmp/nothing sums '0 passed, 1 failed, 1' "$x/good.t"

# What a test sees of the world.
script world <<'END'
ok 'a home of its own' test "$HOME" = "$tmp/home"
ok 'no store is named' test -z "${CRM_STORE-}"
ok 'a clock' test "$CRM_NOW" = 2026-03-15T12:00:00Z
ok 'a user' test "$CRM_USER" = tester
ok 'the programs' test "$(command -v crm)" = "$CRM_BUILD/bin/crm"
ok 'where it is' test "$PWD" = "$tmp"
ok 'nothing is there' test "$(ls -A)" = "err
home
out"
fails_with 3 'a status' sh -c 'exit 3'
like 'a pattern' 'a b' '^a'
unlike 'none' 'a b' '^b'
END
CRM_STORE=/x CRM_USER=y CRM_NOW=2000-01-01T00:00:00Z \
	sums '10 passed, 0 failed, 0' "$x/world.t"
