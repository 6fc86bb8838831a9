#!/bin/sh
# Stdin is asked for, never guessed: inside a "while read" loop no program
# takes the loop's input, whatever its WHO is; a closed stdin is no trap.
. "${0%/*}/../lib.sh"

crm-add person name=Anna email=anna@mail.example
crm-add deal title=Chairs who=Anna
crm-segment define all person

# every program as it would stand in a loop, with a WHO that is empty, missing
# or wrong
cat >commands <<'EOF'
crm
crm find ''
crm-add person name=
crm-add person name=Bob org=
crm-find ''
crm-find person name:=
crm-find who:
crm-find event who:=''
crm-set '' city=Kraków
crm-set city=Kraków
crm-set nobody city=Kraków
crm-rm ''
crm-rm
crm-rm nobody
crm-log '' call
crm-log nobody call
crm-log Anna
crm-log Anna ''
crm-log Anna call ''
crm-show ''
crm-show
crm-show nobody
crm-segment add all ''
crm-segment remove all ''
crm-segment members ''
crm-segment show
crm-report revenue ''
crm-report
crm-report revenue who:=''
crm-history ''
crm-history nobody
crm-store stat
crm-store check
crm-store config
crm-store
EOF
plan $(($(wc -l <commands) + 29))

while read -r line; do
	printf 'one\ntwo\nthree\n' | {
		while read -r word; do
			eval "$line" >out 2>err
			echo "$word"
		done
	} >seen
	is "the loop goes on behind: $line" "$(cat seen)" 'one
two
three'
done <commands

# an empty WHO is wrong use, and no question is asked
for c in "crm-set '' city=X" "crm-rm ''" "crm-log '' call" "crm-show ''" \
	"crm-history ''" "crm-segment add all ''"; do
	fails_with 64 "wrong use: $c" sh -c "$c"
done
for c in 'crm-set nobody city=X' 'crm-rm nobody' 'crm-log nobody call' \
	'crm-show nobody' 'crm-history nobody' 'crm-segment add all nobody'; do
	fails_with 65 "bad data: $c" sh -c "$c"
done

# no records on stdin is no error
for c in 'crm-set - city=X' 'crm-rm -' 'crm-log - note hello' 'crm-find - Anna' \
	'crm-show -' 'crm-add person' 'crm-log' 'crm-history -'; do
	ok "nothing to do is no error: $c" sh -c "$c </dev/null"
done

# a closed stdin is told where stdin was asked for, and not used elsewhere
fails_with 74 'a closed stdin is told' sh -c 'crm-add person <&-'
is 'in plain words' "$(cat "$tmp/err")" \
	'crm-add: cannot read stdin: it is closed'
fails_with 74 'also where it is no stream of records' \
	sh -c 'crm-log Anna note -F - <&-'
like 'in the same words' "$(cat "$tmp/err")" ': it is closed$'
fails_with 74 'and so is a closed stdout' sh -c 'crm-find Anna >&-'
like 'in theirs' "$(cat "$tmp/err")" ': it is closed$'
fails_with 74 'and asked for with -' sh -c 'crm-set - city=X <&-'
ok 'who does not read it does not miss it' sh -c 'crm-find Anna <&-'
ok 'nor who writes' sh -c 'crm-set Anna city=Kraków <&- >&-'
