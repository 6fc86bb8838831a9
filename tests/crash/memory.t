#!/bin/sh
# An import of any size takes the memory of its parts.  With parts of 64 KiB one
# that fills what threads hand to each other, and one of 60,000 rows more are
# watched: to hold 36 bytes of each of those is too much.
. "${0%/*}/../lib.sh"
log=$CRM_BUILD/crash/crm-log
add=$CRM_BUILD/crash/crm-add
pair=$CRM_BUILD/bench/pair
[ -x "$log" ] || skip_all 'not built: make crash-tools'
[ -x "$pair" ] || skip_all 'not built: make bench-tools'
need awk

# people N: with a unique value each, and values that many have
people()
{
	awk -v n="$1" 'BEGIN {
		print "name\temail\tcity\ttag\tnote"
		for (i = 1; i <= n; i++)
			printf "Name%d Other\tn%d@example.org\tCity%d\tt%d\tw%d " \
			    "some words of a note that is not short\n",
			    i, i, i % 50, i % 7, i
	}'
}

# events N: purchases and calls of 100 customers, with keys and words
events()
{
	awk -v n="$1" 'BEGIN {
		print "key\twho\twhat\tat\tamount\tcurrency\ttext"
		for (i = 1; i <= n; i++)
			printf "k:%d\tp%d\t%s\t2025-%02d-%02d\t%s\t%s\tword%d " \
			    "said on the telephone about the offer\n",
			    i, i % 100 + 1, i % 2 ? "purchase" : "call",
			    i % 12 + 1, i % 28 + 1, i % 2 ? i : "",
			    i % 2 ? "EUR" : "", i
	}'
}

# kib FILE PROGRAM [ARG...]: private memory at most of a program with an input,
# in a store of its own
kib()
{
	kib_file=$1
	shift
	rm -rf store
	cp -R "$XDG_DATA_HOME/crm" store
	printf '%s\0' it "$kib_file" '' "$#" "$@" |
		CRM_TEST_PART=65536 "$pair" -m . | cut -f8,10 | tr '\t' ' '
}

# bounded TITLE SHORT LONG PROGRAM [ARG...]: 5 MiB of slack.  With parts so
# small what sorts has more and more pieces to merge: 3.3 to 4.1 MiB for these,
# less for each the more there are.
bounded()
{
	bounded_title=$1
	bounded_short=$2
	bounded_long=$3
	shift 3
	short=$(kib "$bounded_short" "$@")
	long=$(kib "$bounded_long" "$@")
	diag "$bounded_title: $short KiB, then $long KiB (and exit status)"
	[ "${short#* }" = 0 ] && [ "${long#* }" = 0 ] &&
		[ "${short% *}" -gt 0 ] &&
		[ "${long% *}" -lt $((${short% *} + 5120)) ]
	result $? "$bounded_title"
}

run crm-store init
people 100 >first
run crm-add -q person <first
people 40000 | sed '2,101d' >people-short
people 100000 | sed '2,101d' >people-long
events 40000 >events-short
events 100000 >events-long

[ "$(kib people-short "$add" -q -s store person | cut -d' ' -f1)" -gt 0 ] ||
	skip_all 'the system lets nobody watch'
plan 3
bounded 'people' people-short people-long "$add" -q -s store person
bounded 'events' events-short events-long "$log" -q -s store
is 'all of them are there' "$(crm-find -s store event text:~telephone --count)" \
	100000
