#!/bin/sh
# crm-history --follow: the feed; and the history of a user, a program, a field.
. "${0%/*}/../lib.sh"
plan 15

run crm-add person name=Anna
run crm-set p1 city=Rome
CRM_USER=ewa run crm-log p1 call hello
is 'oldest first' "$(crm-history --follow -l 3 | sed 's/,.*//' | xargs)" \
	'{change:1 {change:2 {change:3'
is 'behind a change set' "$(crm-history --follow --since change:2 -l 1 |
	sed 's/,.*//')" '{"change":3'
: >feed
crm-history --follow >feed 2>err &
pid=$!
# lines N: until the feed has so many
lines()
{
	i=0
	while [ "$(wc -l <feed)" -lt "$1" ] && [ $i -lt 200 ]; do
		i=$((i + 1))
		sleep 0.05
	done
	wc -l <feed
}
is 'what is there' "$(lines 3)" 3
run crm-set p1 city=Oslo -m moved
is 'and what others write' "$(lines 4)" 4
is 'old and new' "$(sed -n 's/.*"message":"\([a-z]*\)".*"old":"\([A-Za-z]*\)","new":"\([A-Za-z]*\)".*/\1 \2 \3/p' feed)" \
	'moved Rome Oslo'
# a bulk add, written in parts: once, when it is seen
i=0
while [ $i -lt 20000 ]; do
	i=$((i + 1))
	echo "{\"name\":\"Person $i\",\"note\":\"a text that makes it longer\"}"
done | crm-add person
run crm-set p1 city=Bergen
is 'imports come once' "$(lines 6)" 6
is 'with all that they added' "$(sed -n 5p feed |
	sed 's/.*"count":\([0-9]*\).*/\1/')" 20000
sleep 0.3
is 'it sleeps' "$(awk '{ print ($14 + $15 < 20) }' "/proc/$pid/stat")" 1
kill -TERM $pid
wait $pid
is 'a signal ends it' "$?" 143
is 'without a word' "$(cat err)" ''
is 'nor does it stay when nobody reads' "$(
	timeout 20 sh -c 'crm-history --follow | sed -n 1q; echo ended')" ended
is 'of a user' "$(crm-history --user ewa -o tsv | sed 1d | cut -f 1)" 3
is 'of a program' "$(crm-history --command crm-set -o tsv | sed 1d |
	cut -f 1 | xargs)" '6 4 2'
is 'of a field' "$(crm-history --field city -l 1 -o tsv | sed 1d |
	cut -f 10,11)" "$(printf 'Oslo\tBergen')"

# After a restore the number may be one to come.
fails_with 65 'since a change set to come' crm-history --follow --since change:999999
