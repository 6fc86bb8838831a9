#!/bin/sh
# Say which part of the lines of each source the tests reached:
#
#	tests/coverage.sh BUILD SOURCE...
set -u

build=$1
shift
for source; do
	gcov -n -o "$build/${source%.c}.gcno" "$source" 2>/dev/null |
		awk -v source="$source" '
		/^File / { hit = index($0, "\x27" source "\x27") > 0 }
		hit && /^Lines executed:/ {
			split($2, a, "[:%]")
			n = $4
			print source, int(a[2] * n / 100 + 0.5), n
			hit = 0
		}'
done | awk '
{
	room = $1
	sub(/\/[^\/]*$/, "", room)
	reached[room] += $2
	lines[room] += $3
	all += $3
	got += $2
	printf "%5.1f%%  %5d  %s\n", 100 * $2 / $3, $3 - $2, $1
}
END {
	for (room in lines)
		printf "%5.1f%%  %5d  %s/\n", 100 * reached[room] / lines[room],
			lines[room] - reached[room], room
	if (all)
		printf "%5.1f%%  %5d  of %d lines are never reached\n",
			100 * got / all, all - got, all
}' | sort -k3
