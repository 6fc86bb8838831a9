#!/bin/sh
# Every input that ever taught a fuzz target something, run again.
. "${0%/*}/../lib.sh"

# "make check" builds the targets with sanitizers beside the programs.
for dir in "$CRM_BUILD/replay" "$CRM_BUILD/../asan/replay"; do
	[ -d "$dir" ] && break
done
[ -d "$dir" ] || skip_all 'the fuzz targets are not built (make replay)'

n=0
for source in "$top"/tests/fuzz/*.c; do
	name=${source##*/}
	name=${name%.c}
	[ "$name" = replay ] && continue
	n=$((n + 1))
	set -- "$top/tests/fuzz/corpus/$name"/*
	if ! [ -e "$1" ]; then
		result 1 "$name: there is a corpus"
		continue
	fi
	ok "$name: $# inputs" "$dir/$name" "$@"
done
plan "$n"
