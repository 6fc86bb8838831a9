#!/bin/sh
# The tables of options, of each program and of all together.
. "${0%/*}/../lib.sh"

for p in "$CRM_BUILD"/bin/crm*; do
	"$p" --spec
done >spec
is 'no table is at fault' "$(grep '^fault' spec)" ''

# One name has one letter and one metavariable everywhere, one letter one name.
cat >agree.awk <<'END'
$1 == "program" { program = $2 }
$1 == "option" || $1 == "common" {
	if ($3 in letter && letter[$3] != $2)
		print program ": --" $3 " has another letter elsewhere"
	# a query is explained without a word, a report for somebody
	if ($3 == "explain" && $4 == "who")
		next
	if ($3 in meta && meta[$3] != $4)
		print program ": --" $3 " has another value elsewhere"
	if ($2 != "" && $2 in name && name[$2] != $3)
		print program ": -" $2 " has another name elsewhere"
	letter[$3] = $2
	meta[$3] = $4
	if ($2 != "")
		name[$2] = $3
}
END
is 'all agree' "$(awk -F '\t' -f agree.awk spec)" ''
printf '%s\t%s\t%s\t%s\n' program a '' '' option x ex file option y why dir \
	program b '' '' option x why dir option '' ex day >false
is 'it finds false ones' "$(awk -F '\t' -f agree.awk false | wc -l)" 4

summaries=$(awk -F '\t' '$1 == "program" &&
	($3 !~ /^[a-z]/ || $3 ~ /\.$/ || length($3) > 60) { print $2 }' spec)
is 'summaries are in one style' "$summaries" ''

for p in "$CRM_BUILD"/bin/crm*; do
	name=${p##*/}
	fails_with 0 "$name --help" "$name" --help
	is 'begins with what it is' "$(sed 1q out)" \
		"$name - $(awk -F '\t' -v p="$name" \
			'$1 == "program" && $2 == p { print $3 }' spec)"
	is 'fits a terminal' "$(awk 'length($0) > 79' out)" ''
	cp out help
	"$name" -h >out
	same_file '-h is the same' out help
	ok "$name --version" "$name" --version
	like 'says what it is' "$(cat out)" "^$name [0-9]+\.[0-9]+"
	fails_with 64 'an unknown option' "$name" --no-such-option
	like 'is told' "$(cat err)" "^$name: unknown option --no-such-option"
	empty 'not on stdout' out
	fails_with 64 'an unknown letter' "$name" -Z
	"$name" --help >/dev/full 2>err
	is 'a full disk is told' $? 74
done
