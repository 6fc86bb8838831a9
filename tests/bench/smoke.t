#!/bin/sh
# The benchmark with a thousand people: every row runs, and every answer is
# that of sqlite3.  What is timed is not judged.
. "${0%/*}/../lib.sh"
need sqlite3
[ -x "$CRM_BUILD/bench/pair" ] || skip_all 'the tools of the benchmark are not built'
plan 6

N=1000 RUNS=0 TIMES=20 BENCH_DIR=$tmp/bench "$top/tests/bench/run" >out 2>err
result $? 'all answers are the same' || diag <err
is 'one line a row' "$(awk '$8 == "yes" || $8 == "-"' out | wc -l)" \
	"$(($(sed -n "/^all_rows=/,/'\$/p" "$top/tests/bench/rows.sh" | wc -w)))"
"$CRM_BUILD/bench/gen" 1000 again
ok 'the same data each time' diff -r again bench/1000/data

# The whole of it, small: a table for each size, growth, and a writer beside.
N=1000 RUNS=1 SECONDS_EACH=1 TIMES=5 ROWS='open count' BENCH_DIR=$tmp/bench \
	RESULTS=$tmp/RESULTS.md "$top/tests/bench/run" report >out 2>err
result $? 'a report is written' || diag <err
is 'with all parts of each row' "$(grep -cE '^(\| )?(open|count) ' RESULTS.md)" 8
unlike 'and says nothing of where it was made' "$(cat RESULTS.md)" "$tmp|$top"
