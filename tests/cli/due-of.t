#!/bin/sh
# crm-due of some: what it finds by the indexes for few is what it finds by
# looking at everything for many.
. "${0%/*}/../lib.sh"

crm-store init >/dev/null
cat >>"$XDG_DATA_HOME/crm/crm.yaml" <<-YAML
	kinds:
	  person: {fields: {renewal: date}}
	  machine:
	    letter: x
	    fields: {name: text, of: org, service: date}
	    stages: [running, scrapped: done]
	due: {every: {far: 10d}, dates: [machine.service], yearly: [person.renewal]}
YAML
awk 'BEGIN { print "name,city"
	for (i = 1; i <= 12; i++)
		printf "Firm %d,Town %d\n", i, i % 4 }' | crm-add org -q
awk 'BEGIN { print "name,city,org,birthday,every,owner,renewal"
	for (i = 1; i <= 60; i++)
		printf "Person %d,Town %d,%s,%s,%s,%s,%s\n", i, i % 12,
		    i % 3 ? "o" i % 12 + 1 : "",
		    i % 5 ? "" : sprintf("19%d-%02d-%02d", 30 + i, i % 12 + 1, i % 28 + 1),
		    i % 4 ? "" : i % 30 + 1 "d", i % 2 ? "ewa" : "",
		    i % 7 ? "" : sprintf("2020-%02d-11", i % 12 + 1)
	# nothing is due with them
	for (; i <= 1500; i++)
		printf "Nobody %d,Nowhere,,,,,\n", i }' | crm-add person -q
awk 'BEGIN { print "title,who,stage,due,owner"
	for (i = 1; i <= 80; i++)
		printf "Task %d,\"p%d,%s\",%s,2026-0%d-1%d,%s\n", i, i % 60 + 1,
		    i % 3 ? "o" i % 12 + 1 : "p" i % 7 + 1,
		    i % 4 ? "open" : "done", i % 5 + 1, i % 9,
		    i % 6 ? "" : "jan" }' | crm-add task -q
awk 'BEGIN { print "title,who,stage,opened,expected,owner"
	for (i = 1; i <= 90; i++)
		printf "Deal %d,%s%d,%s,2026-01-1%d,%s,%s\n", i,
		    i % 6 ? "p" : "o", i % 6 ? i % 50 + 1 : i % 12 + 1,
		    i % 5 ? "new" : "won", i % 9,
		    i % 4 ? "" : "2026-02-1" i % 9, i % 3 ? "" : "ewa" }' |
	crm-add deal -q
awk 'BEGIN { print "title,who,stage,opened,priority"
	for (i = 1; i <= 50; i++)
		printf "Ticket %d,p%d,%s,2026-03-0%d,%s\n", i, i % 60 + 1,
		    i % 4 ? "open" : "solved", i % 9 + 1,
		    i % 3 ? "normal" : "urgent" }' | crm-add ticket -q
awk 'BEGIN { print "name,of,service"
	for (i = 1; i <= 30; i++)
		printf "Machine %d,o%d,2026-03-%02d\n", i, i % 12 + 1,
		    i % 28 + 1 }' | crm-add machine -q
awk 'BEGIN { print "who,what,at,amount"
	for (i = 1; i <= 400; i++)
		printf "p%d,%s,2025-%02d-%02d,%d\n", i % 50 + 1,
		    i % 3 ? "purchase" : "call", i % 12 + 1, i % 28 + 1, i }' |
	crm-log -q
crm-segment define far person city:'Town 7' >/dev/null

n=0
# both QUERY...: of few, and of as many again with whom nothing is due
both()
{
	crm-due --within 40d "$@" -o tsv >few
	crm-due --within 40d \( "$@" \) or city:Nowhere -o tsv >many
	same_file "of $*" few many
	n=$((n + $(wc -l <few)))
}
for i in 1 2 3 4 5 6; do
	both city:"Town $i"
	both p$((i * 7)) or p$((i + 20)) or o$i
	both o$i
	both org:o$i
done
both --owner ewa city:'Town 3'
both --owner '' city:'Town 4'
both --owner jan name:Person city:'Town 5'
both tag:nothing
[ "$n" -gt 150 ]
result $? "there was something due ($n)"
crm-due --within 40d -f what -o tsv | sed 1d | sort -u | tr '\n' ' ' >kinds
is 'of every sort' "$(cat kinds)" \
	'birthday contact date deal purchase task ticket '
plan "$tests_run"
