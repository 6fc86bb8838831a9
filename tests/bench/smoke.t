#!/bin/sh
# The benchmark with a thousand people: every row runs, and every answer is
# that of sqlite3.  Nothing is timed.
. "${0%/*}/../lib.sh"
need sqlite3
[ -x "$CRM_BUILD/bench/pair" ] || skip_all 'the tools of the benchmark are not built'
plan 3

N=1000 RUNS=0 TIMES=20 BENCH_DIR=$tmp/bench "$top/tests/bench/run" >out 2>err
result $? 'all answers are the same' || diag <err
is 'one line a row' "$(awk '$8 == "yes" || $8 == "-"' out | wc -l)" \
	"$(($(sed -n "/^all_rows=/,/'\$/p" "$top/tests/bench/rows.sh" | wc -w)))"
"$CRM_BUILD/bench/gen" 1000 again
ok 'the same data each time' diff -r again bench/1000/data
