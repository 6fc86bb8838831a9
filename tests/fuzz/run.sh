#!/bin/sh
# Fuzz each target for some seconds, two at a time:
#
#	tests/fuzz/run.sh BUILD SECONDS NAME...
#
# What it learns stays in BUILD/corpus/NAME; tests/fuzz/corpus/NAME is only
# read.  An input that breaks a target is kept as BUILD/NAME-crash-..., and
# belongs into tests/fuzz/corpus/NAME once the fault is mended.
set -u

if [ "${1-}" = --one ]; then
	build=$2 seconds=$3 name=$4
	seeds=tests/fuzz/corpus/$name
	mkdir -p "$build/corpus/$name"
	[ -d "$seeds" ] || seeds=
	# shellcheck disable=SC2086 # no seeds: no argument
	if "$build/fuzz/$name" -max_total_time="$seconds" -timeout=10 \
	    -rss_limit_mb=1000 -print_final_stats=1 \
	    -artifact_prefix="$build/$name-" "$build/corpus/$name" $seeds \
	    >"$build/$name.log" 2>&1; then
		sed -n 's/^stat::number_of_executed_units: */'"$name: no fault in "'/p' \
			"$build/$name.log"
		exit 0
	fi
	tail -40 "$build/$name.log" >&2
	echo "$name: FAULT, see $build/$name.log" >&2
	exit 1
fi

build=$1 seconds=$2
shift 2
[ $# -gt 0 ] || { echo 'fuzz: there are no targets' >&2; exit 1; }
printf '%s\n' "$@" | xargs -P2 -I@ sh "$0" --one "$build" "$seconds" @
