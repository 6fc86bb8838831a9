#!/bin/sh
# What the pages list is what the programs' tables hold: kinds, fields, types,
# words, keys of crm.yaml, exit codes, commands, variables.
. "${0%/*}/../lib.sh"
need mandoc
export LC_ALL=C.UTF-8

crm --tables >tables
for p in "$CRM_BUILD"/bin/crm*; do
	"$p" --spec
done >specs

rendered()
{
	mandoc -T utf8 -O width=1000 "$top/man/$1" | col -bx >"$1"
}

# section PAGE NAME: of a page that was rendered.
section()
{
	awk -v name="$2" '/^[^ ]/ { on = $0 == name; next } on' "$1"
}

# under PAGE NAME: what stands below one of its second headings.
under()
{
	awk -v name="   $2" '/^ ? ? ?[^ ]/ { on = $0 == name; next } on' "$1"
}

# items: the heads of a list, that stand at the margin
items()
{
	sed -n 's/^     \([^ ]\)/\1/p'
}

# fields KIND WHERE: "name (nature)" as the table has them
fields()
{
	awk -F '\t' -v kind="$1" -v where="$2" '
	$1 == "field" && $2 == kind && $6 == where {
		print $3 " (" $4 ")"
	}' tables
}

# crm-record(5)
rendered crm-record.5
section crm-record.5 KINDS | sed -n 's/^   \([a-z].*\)/\1/p' >got
awk -F '\t' '$1 == "kind" { print $3 " (" $2 ")" }' tables >want
same_file 'crm-record(5): the kinds' got want
while read -r kind letter; do
	under crm-record.5 "$kind $letter" | items | grep -E '^[a-z-]+ \(' >got
	fields "$kind" own >field
	same_file "crm-record(5): the fields of $kind" got field
done <want
under crm-record.5 'Fields of every kind' | items | grep -E '^[a-z-]+ \(' | sort >got
fields person common | sort >want
same_file 'crm-record(5): the fields of every kind' got want
section crm-record.5 TYPES | sed '/^   [^ ]/,$d' | sed -n \
	's/^     \([a-z]*\)  .*/\1/p' >got
awk -F '\t' '$1 == "type" { print $2 }' tables >want
same_file 'crm-record(5): the types' got want

# Words that a choice takes stand there as words to be typed; those of what is
# computed in crm-query(7).
words_typed()
{
	sed -nE 's/^\.(Li|It Li|It|Cm) //p' "$top/man/$1" | tr ' ' '\n' | sort -u
}
awk -F '\t' '$1 == "field" && $6 != "computed" { print $5 }' tables |
	tr ' ' '\n' | sort -u | grep . >want
words_typed crm-record.5 >typed
is 'crm-record(5): all words of choices' "$(comm -23 want typed)" ''
awk -F '\t' '$1 == "field" && $6 == "computed" { print $5 }' tables |
	tr ' ' '\n' | sort -u | grep . >want
words_typed crm-query.7 >typed
is 'crm-query(7): all words of choices' "$(comm -23 want typed)" ''
crm-add person name=Anna
is 'and what happens' "$(section crm-record.5 KINDS | sed -n \
	's/^     \([a-z]*\)  .*/\1/p' | while read -r what; do
	crm-log p1 "$what" -n >/dev/null 2>&1 || echo "$what"
done)" ''

# The chance to win at each stage of a deal.
under crm-record.5 'deal (d)' | tr -s ' \n' ' ' >text
is 'crm-record(5): the stages of deals' "$(awk -F '\t' '$1 == "stage" &&
	$2 == "deal" && $6 == "open" { print $4 " " $5 }' tables |
	while read -r stage; do
		grep -qE " $stage( %)?," text || echo "$stage"
	done)" ''

# crm-query(7)
rendered crm-query.7
section crm-query.7 'COMPUTED FIELDS' >computed
sed -n 's/^   \([a-z].*\)/\1/p' computed >heads
for kind in person org deal ticket event; do
	grep -E "(^| )$kind( |\$)" heads | while read -r head; do
		under computed "$head"
	done | items | grep -E '^[a-z-]+ \(' >got
	fields "$kind" computed >want
	same_file "crm-query(7): what is computed of $kind" got want
done
# It says that types are those of crm-record(5), and what each means.
section crm-query.7 VALUES | sed -n 's/^     \([a-z]*\)  .*/\1/p' | sort >got
awk -F '\t' '$1 == "type" { print $2 }' tables | sort >want
same_file 'crm-query(7): the types' got want

# crm.yaml(5)
rendered crm.yaml.5
keys()
{
	awk -F '\t' -v level="$1" '$1 == "key" && $2 == level { print $3 }' \
		tables >want
	under crm.yaml.5 "$2" | sed -n 's/^     \([a-z]*\)  .*/\1/p' >got
	same_file "crm.yaml(5): $2" got want
}
keys top 'Keys'
keys kind 'Keys of a kind'
keys field 'Keys of a field'
keys rfm 'Keys of an rfm segment'
keys score 'Keys of a score'
keys stage 'Keys of a stage'
keys assign 'Keys of an assign rule'
keys quota 'Keys of a quota'
keys papers 'Keys of papers'
keys sla Targets
keys due 'Keys of due'
awk -F '\t' '$1 == "type" && $2 != "choice" && $2 != "link" { print $2 }' \
	tables >want
under crm.yaml.5 Fields | tr -s ' \n' ' ' >text
is 'crm.yaml(5): the types' "$(while read -r type; do
	grep -qE " $type( or|,|\.)" text || echo "$type"
done <want)" ''

# The page of each program: exit codes (one may have a remark in brackets
# behind it), commands.
exit_codes()
{
	section "$1" 'EXIT STATUS' | sed -nE 's/^     ([0-9]+) +(.*)/\1 \2/p'
}
awk -F '\t' '$1 == "exit" && !seen[$2]++ { print $2 " " $3 }' specs >codes
for p in "$CRM_BUILD"/bin/crm*; do
	name=${p##*/}
	if ! [ -f "$top/man/$name.1" ]; then
		result 1 "$name: has a page"
		continue
	fi
	rendered "$name.1"
	exit_codes "$name.1" >got
	grep -vE '^[01] ' got | sed 's/ ([^(]*)$//' >rest
	same_file "$name(1): exit codes" rest codes
	like "$name(1): exit 0" "$(cat got)" '^0 done'
	"$p" --spec | awk -F '\t' '$1 == "verb" {
		print $2 ($3 == "" ? "" : " " $3) }' >want
	[ -s want ] || continue
	# A head stands alone, or with its words two blanks behind.
	items <"$name.1" | sed 's/   *.*//' >heads
	is "$name(1): its commands" "$(grep -vxFf heads want)" ''
	is "$name --help: its commands" "$("$name" --help |
		sed -n 's/^  \([^ ]\)/\1/p' | sed 's/   *.*//' |
		grep -cxFf want)" "$(wc -l <want)"
done
rendered crm.7
exit_codes crm.7 | grep -vE '^[01] ' >rest
same_file 'crm(7): exit codes' rest codes

# Variables that the programs read are in crm(7), and the other way round.
grep -oE '"(CRM_[A-Z]+|XDG_DATA_HOME|HOME|TZ|PAGER|NO_COLOR|COLUMNS|TMPDIR)"' \
	"$top/libcore/cli/env.c" | tr -d '"' | sort -u >want
section crm.7 ENVIRONMENT | items | sed 's/   *.*//' | tr -d ' ' |
	tr ',' '\n' | grep -x '[A-Z_]*' | sort >got
same_file 'crm(7): the environment' got want
