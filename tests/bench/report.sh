#!/bin/sh
# Write RESULTS.md to stdout: from what tests/bench/run saved in a folder.
#
#	tests/bench/report.sh BENCH_DIR N
set -u
folder=$1
n=$2
less=$((n / 10))

# The machine in words: no names, no paths.
machine()
{
	awk -F': *' '/^model name/ { model = $2; cores++ }
		END { printf "%d cores of %s", cores, model == "" ? "a processor without a name" : model }
	' /proc/cpuinfo
	awk '/^MemTotal/ { printf ", %.0f GiB of memory", $2 / 1048576 }' \
		/proc/meminfo
	printf ', %s %s on %s' "$(uname -s)" "$(uname -r | sed 's/-.*//')" \
		"$(uname -m)"
	(. /etc/os-release && printf ', %s' "$PRETTY_NAME") 2>/dev/null
	echo
}

# What runs and its version, where it is installed.
version()
{
	command -v "$1" >/dev/null || return 0
	printf ', %s %s' "$1" "$("$@" 2>/dev/null | awk 'NR == 1 {
		for (i = 1; i <= NF; i++)
			if ($i ~ /^v?[0-9]+\./) { print $i; exit } }')"
}

# The file system of a folder.
kind_of()
{
	df -T "$1" 2>/dev/null | awk 'NR == 2 { print $2 }'
}

# saved FILE TITLE COMMAND...: a part, if it was run.
saved()
{
	echo
	echo "## $2"
	echo
	if [ -s "$folder/$1" ]; then
		shift 2
		"$@"
	else
		echo "Not run."
	fi
}

# lines FILE HEAD
lines()
{
	echo '```'
	printf '%s\n' "$2"
	cat "$folder/$1"
	echo '```'
}

# What missed its hold, and how many did not.
missed()
{
	awk -F'\t' 'NR == 1 { next }
		$4 == "-" { next }
		{ n++ }
		$7 == "no" { printf "- %s: %s, to hold %s\n", $1, $4, $5 }
		$24 == "no" { printf "- %s: %s to DuckDB, to hold %s\n", $1, $21, $22 }
		$5 != "-" && $7 != "no" { held++ }
		$5 != "-" { holds++ }
		$6 != "-" && $4 + 0 >= $6 + 0 { there++ }
		$6 != "-" { moons++ }
		$8 == "no" { printf "- %s: the answers differ\n", $1 }
		END { printf "\nHeld: %d of %d; at the moonshot: %d of %d.\n",
		    held, holds, there, moons }' "$folder/$1"
}

table()
{
	cat "$folder/${1%.tsv}.md"
	echo
	echo "Short of what has to be held:"
	echo
	missed "$1"
}

cat <<END
# What the benchmark measured

$(machine).
The data is on $(kind_of "$folder"), what is printed goes to $(kind_of /dev/shm); the page cache is
warm.  Beside ours: $(version sqlite3 --version | sed 's/, //')$(version duckdb --version)$(version rg --version).$(
command -v duckdb >/dev/null || echo '  DuckDB was not there:'
command -v duckdb >/dev/null || echo 'its columns say what it would have to be held to.')
Written on $(date -u +%Y-%m-%d), the load of the minutes before was $(cut -d' ' -f3 /proc/loadavg).

Made by

	make bench-report N=$n

which is \`tests/bench/run\` for $less and for $n people, \`tests/bench/run
growth\` and \`tests/bench/run busy\`.  Times are medians of whole processes that
run in turn.  A ratio is the time of the other by ours; "of CPU" is the same of
processor time.  "equal": the answer is that of sqlite3, byte for byte.  Private
memory is what a process has beside mapped files, RSS with them.  In the rows
memory and disk the numbers are KiB.  What is to be held was set for a million
people; with few of them most of what is timed is the start of a program.
END
saved "results-$n.tsv" "$n people" table "results-$n.tsv"
saved "results-$less.tsv" "$less people" table "results-$less.tsv"
saved "growth-$n.txt" "From $less to $n people" lines "growth-$n.txt" \
	"row                 ms before   ms after   factor   most  held"
saved "busy-$n.txt" "While another process writes, $n people" \
	lines "busy-$n.txt" "row                  alone ms    busy ms   factor"
