#!/bin/sh
# Stdin is asked for, never guessed: in the loop of a shell script no program
# eats the lines that the loop reads, however empty its WHO is.
. "${0%/*}/../lib.sh"

crm-add person name=Anna
seq 1 5 >lines
for p in "$CRM_BUILD"/bin/crm*; do
	name=${p##*/}
	for operands in "''" "'' note" "'' name=x" '--help' '--version' 'p1' \
	    "''  ''" 'p9 p9'; do
		while read -r line; do
			echo "$line"
			eval "timeout 10 '$p' $operands" >/dev/null 2>&1
		done <lines >seen
		same_file "$name $operands leaves the loop its lines" seen lines
	done
done
# The test itself: one that does read.
while read -r line; do
	echo "$line"
	crm-find - >/dev/null 2>&1
done <lines >seen
is 'one that is asked to reads them' "$(wc -l <seen)" 1
