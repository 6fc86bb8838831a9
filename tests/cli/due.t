#!/bin/sh
# crm-due: what is due and why, its order, whose and of whom, --new, calendars.
. "${0%/*}/../lib.sh"
plan 109

# due TITLE WANT ARGS...: columns with '|' between
due()
{
	due_title=$1
	due_want=$2
	shift 2
	crm-due "$@" -o tsv >out 2>err
	is "$due_title" "$(sed 1d out | tr '\t' '|')" "$due_want"
}

# conf LINES: crm.yaml
conf()
{
	cat >"$XDG_DATA_HOME/crm/crm.yaml" <<-YAML
		timezone: Europe/Warsaw
		kinds:
		  org: {fields: {founded: date, contract: date}}
		  machine:
		    letter: x
		    fields: {name: text, of: org, service: date}
		    stages: [running, scrapped: done]
		$1
	YAML
}

crm-add person name=Anna
is 'nothing due is said with silence, in every form' "$(for f in table jsonl tsv csv ids yaml; do
	crm-due -o $f
done)" ''
is 'but a calendar is whole without anything in it' \
	"$(crm-due -o ics | tr -d '\r')" 'BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//crm//crm-due//EN
END:VCALENDAR'
fails_with 1 'and the answer is no all the same' crm-due -o ics -e
fails_with 1 'and is an answer' crm-due -e
ok 'else it is none' crm-due

# Tasks
crm-add person name=Bob owner=ewa
crm-add task title=Late due=2026-03-01 who=Anna
crm-add task title=Now due=today owner=jan
crm-add task title=Soon due=+1d
crm-add task title=Someday who=Bob
crm-add task title=Done due=2026-03-01 stage=done
due 'tasks: overdue, due today, due on no day' 't1|16|Late|due 14 days ago|
t2|12.8|Now|due today|jan
t4|6.4|Someday|open|ewa' -f id,urgency,title,why,owner
due 'and tomorrow' 't3|12.34|due tomorrow' --within 1d task title:Soon -f id,urgency,why
due 'in days' 't3|2026-03-16' --within 1d task Soon -f id,due
due 'whose: of the task, else of the customer' t4 --owner ewa -f id
due 'mine' '' --owner me -f id
is "nobody's, and somebody's, are all" "$({
	crm-due --owner '' -o ids
	crm-due | jq -r 'select(.owner).id'
} | sort)" "$(crm-due -o ids | sort)"
ok 'of which there are some' crm-due -q --owner ''
CRM_USER=jan due 'theirs, whatever the case' t2 --owner JAN -f id
CRM_USER=jan due 'mine is whose I am' t2 --owner me -f id
due 'of whom' t1 Anna -f id
due 'which things' 't1
t2
t4' task -f id
due 'the most urgent' t1 -l 1 -f id
due 'sorted otherwise' 't4
t2
t1' --sort title,-id -f id --sort -id
fails_with 64 'of events nothing is due' crm-due event
fails_with 64 'no such span' crm-due --within soon
fails_with 64 'no such column' crm-due -f nothing
fails_with 64 'no such column, nearly' crm-due --sort ownr
like 'is told with the one that was meant' "$(cat err)" "did you mean 'owner'"
is 'ids, for other programs' "$(crm-due -o ids | tr '\n' ' ')" 't1 t2 t4 '
crm-due --within 1d | crm-set - stage=done
due 'done' '' --within 1d

# Contacts
crm-set Bob every=2w
due 'never in touch: from the day they were added' '' -f id
CRM_NOW=2026-03-29T12:00:00Z due 'a span later' \
	'contact|p2|2026-03-29|every 2w, no contact yet, added 14 days ago|' \
	-f what,who,due,why,last p2
crm-log Bob call 'wants a quote' at=2026-03-01
crm-log Bob note 'not a contact' at=2026-03-10
crm-log Bob purchase amount=10 at=2026-03-11
due 'a span after the last contact' \
	'p2|2026-03-15|every 2w, last contact 14 days ago|2026-03-01 call: wants a quote' \
	-f id,due,why,last
crm-log Bob email at=2026-03-02
due 'a contact restarts the clock' ''
due 'which runs on' 'p2|2026-03-16|2026-03-02 email' -f id,due,last --within 1d
crm-undo
crm-add org name=Acme every=1m
crm-set Anna org=Acme
crm-log Acme visit at=2026-01-10
due "an organisation" 'o1|2026-02-10|every 1m, last contact 64 days ago' org -f id,due,why
crm-log Anna call 'on the phone' at=2026-02-20
due "its people count" '' org
CRM_NOW=2026-03-20T12:00:00Z due 'and what they said is told' \
	'o1|2026-03-20|2026-02-20 call: on the phone' org -f id,due,last
crm-segment define gold person tag:gold
conf 'due: {every: {gold: 1w}}'
crm-set Anna tag=gold
crm-set Bob tag+=gold
due 'by segment; their own goes before' 'p2|2026-03-15|every 2w, last contact 14 days ago
p1|2026-02-27|every 1w (@gold), last contact 23 days ago' person -f id,due,why
conf 'due: {every: {golden: 1w}}'
due 'a segment that there is not takes its rule away alone' \
	'p2|2026-03-15|every 2w, last contact 14 days ago' person -f id,due,why
crm-due >/dev/null 2>err
is 'which is no failure' $? 0
is 'and told once' "$(cat err)" \
	"crm-due: crm.yaml:8: due: every: no such segment: 'golden': the rule does not apply"
ok 'crm-store config goes on' sh -c 'crm-store config >/dev/null 2>err'
is 'and tells it, too' "$(cat err)" \
	"crm-store: crm.yaml:8: due: every: no such segment: 'golden': the rule does not apply"
conf ''
crm-set Bob every=
crm-set Acme every=

# Purchases
for day in 01-04 01-14 01-24; do
	crm-log Acme purchase amount=100 at=2026-$day
done
due 'silent for longer than twice the rhythm' \
	'purchase|o1|2026-02-14|buys every 10 days, last 50 days ago' -f what,id,due,why
CRM_NOW=2026-02-13T12:00:00Z due 'just twice is not longer' ''
CRM_NOW=2026-05-04T12:00:00Z due 'ten times is not yet lost' o1 -f id
CRM_NOW=2026-05-05T12:00:00Z due 'more is' ''
conf 'due: {times: 5, lost: 5.1}'
due 'other factors' '' -f id
CRM_NOW=2026-03-16T12:00:00Z due 'just behind' 'o1|2026-03-16' -f id,due
conf ''
crm-set Acme stage=former
due 'who left is not waited for' ''
crm-rm o1

# Days of the year
crm-set Anna birthday=1986-03-15
crm-set Bob birthday=--02-29
due 'a birthday' 'birthday|p1|birthday today, 40 years' -f what,id,why
CRM_NOW=2026-02-28T23:30:00Z due 'in the zone of the store; no 29 February' \
	'p2|2026-03-01|birthday today' -f id,due,why
CRM_NOW=2028-02-28T12:00:00Z due 'there is one' 'p2|2028-02-29|birthday tomorrow' \
	--within 1d -f id,due,why
CRM_NOW=2026-12-31T12:00:00Z due 'over the end of the year' \
	'p2|2027-03-01|birthday in 60 days
p1|2027-03-15|birthday in 74 days, 41 years' --within 3m -f id,due,why --sort due
crm-set Anna birthday=
crm-set Bob birthday=
conf 'due: {dates: [org.contract, machine.service], yearly: [org.founded], date: 1}'
crm-add org name=Delta founded=2016-03-15 contract=2026-02-01 owner=ewa
crm-add machine name=Press of=Delta service=2026-03-14
crm-add machine name=Saw of=Delta service=2026-03-14 stage=scrapped
due 'dates of fields, and of kinds of their own' 'o2|13|o2|contract 42 days ago|ewa
x1|10.26|o2|service yesterday|ewa
o2|9.8|o2|founded today, 10 years|ewa' -f id,urgency,who,why,owner
due 'of a kind' x1 machine -f id
conf ''
crm-rm o2 x1 x2

# Deals
crm-add deal title=Chairs who=Anna opened=2026-01-01 expected=2026-03-10
due 'a deal that should be decided' 'd1|2026-03-10|to be decided 5 days ago' -f id,due,why
crm-set d1 expected=2026-05-01
due 'one with which nothing happened: contacts count' '' deal -l 0
due 'a contact counts' 'd1|2026-02-20|no next step, last touched 23 days ago' -f id,due,why
crm-add deal title=Tables who=Anna opened=2026-01-02
crm-log Anna call deal=d2 at=2026-03-01
due 'that of another deal does not' 'd1|2026-02-20
d2|2026-03-01' -f id,due --sort id
crm-add task title='Call her' who=Anna due=2026-04-01
due 'a task is a next step' ''
CRM_NOW=2026-03-22T12:00:00Z due 'nothing for 30 days' \
	'd1|2026-03-22|nothing happened for 30 days' -f id,due,why
crm-set d1 stage=proposal
due 'a stage that changes is something' '' 
conf 'due: {stale: 1w}'
due 'a shorter patience' 'd2|2026-03-08|nothing happened for 14 days' -f id,due,why
conf ''
crm-add deal title=Lamps who=Bob opened=2026-03-15 expected=2026-03-25
now='d3|2026-03-15|no next step, last touched today'
due 'what is so today' "$now" deal id:d3 -f id,due,why
due 'is not hidden by what will be' "$now" deal id:d3 --within 2w -f id,due,why
crm-set d3 who=Anna
due 'what will be has its turn when nothing is so' \
	'd3|2026-03-25|to be decided in 10 days' \
	deal id:d3 --within 3m -f id,due,why
crm-set d3 expected=2026-05-25
due 'the nearer one counts' 'd3|2026-04-14|will stand still in 30 days' \
	deal id:d3 --within 3m -f id,due,why
crm-rm d3
crm-set d1 stage=won
crm-set d2 stage=lost
CRM_NOW=2026-03-31T12:00:00Z due 'one that ended is none' ''

# Value: the best customer goes first.
crm-add person name=Carl
crm-log Carl purchase amount=5
crm-log Anna purchase amount=100
crm-add task title=A who=Anna due=2026-03-15
crm-add task title=B who=Bob due=2026-03-15
crm-add task title=C who=Carl due=2026-03-15
due 'who spent more goes first' 'A|16.8
B|14.13
C|12.8' task -f title,urgency
crm-log Carl purchase amount=50
conf 'due: {value: 10, task: 0, late: 1.5}'
due 'with other coefficients' 'A|11.1
C|4.43
B|1.1' task -f title,urgency
conf ''

# New things
crm-due --new -f id -o tsv >out
is 'the first time all is new' "$(sed 1d out | sort | tr '\n' ' ')" 't7 t8 t9 '
is 'then nothing' "$(crm-due --new -o tsv; crm-due --new)" ''
is 'in a calendar, too' "$(crm-due --new -o ics | grep -c :VTODO)" 0
fails_with 1 'which is an answer' crm-due --new -e
crm-add task title=More due=2026-03-15
is 'what came since' "$(crm-due --new -f title -o tsv | sed 1d)" More
is 'another list is told anew' "$(crm-due --new --owner ewa -f title -o tsv | sed 1d)" B
crm-set t7 due=2026-03-16
is 'put off: not due' "$(crm-due --new)" ''
export CRM_NOW=2026-03-16T12:00:00Z
is 'and told again on the new day' "$(crm-due --new -f title -o tsv | sed 1d)" A
is 'no more than was asked for is taken for told' "$(crm-add task title=X due=today
	crm-add task title=Y due=today
	for i in 1 2 3; do
		crm-due --new -l 1 -f title -o tsv | sed 1d
	done | tr '\n' ' ')" 'X Y '
crm-set Anna birthday=1986-03-18
crm-set Bob birthday=1990-03-16
CRM_NOW=2026-03-17T05:00:00Z
is 'a birthday since the last time is told belatedly' \
	"$(crm-due --new -f why -o tsv | sed 1d)" \
	'birthday yesterday, 36 years'
CRM_NOW=2026-03-21T05:00:00Z
is 'days on which nothing ran are caught up with' \
	"$(crm-due --new -f id,why -o tsv | sed 1d | tr '\t' ' ')" \
	'p1 birthday 3 days ago, 40 years'
is 'once' "$(crm-due --new)" ''
CRM_NOW=2026-03-22T05:00:00Z
crm-add task title=Lost due=today
is 'what nobody could read is told again' "$(crm-due --new >/dev/full 2>&1
	crm-due --new -f title -o tsv | sed 1d)" Lost
crm-add task title=Both due=today
for i in 1 2 3 4 5 6; do
	crm-due --new -f title -o tsv >both.$i &
done
wait
is 'of several at once one tells it' "$(cat both.* | grep -c Both)" 1
for f in "$XDG_DATA_HOME"/crm/told/????????????????; do
	echo garbage >"$f"
done
ok 'files that are broken are as none' crm-due --new -e
is 'they are mended' "$(crm-due --new)" ''
rm -r "$XDG_DATA_HOME/crm/told"
ok 'nor are they missed' crm-due --new -e
crm-add task title=Cron due=today
is "in cron's environment" "$(env -i HOME="$HOME" CRM_NOW="$CRM_NOW" \
	CRM_STORE="$XDG_DATA_HOME/crm" "$CRM_BUILD/bin/crm-due" --new --owner nobody
	env -i HOME="$HOME" CRM_NOW="$CRM_NOW" CRM_STORE="$XDG_DATA_HOME/crm" \
	"$CRM_BUILD/bin/crm-due" --new task Cron -f title -o tsv | sed 1d)" Cron
ok 'the store is whole' crm-store check

# Calendars
crm-add person name="$(printf 'Łukasz %0100d' 0); x, y" birthday=2000-03-22
crm-add task title='a;b,c\d' who=Bob due=today note=x
crm-due -o ics >all.ics
is 'lines end in CRLF and have 75 bytes at most' "$(awk '!/\r$/ || length($0) > 76' all.ics)" ''
is 'it begins and ends' "$(sed -n '1p;$p' all.ics | tr -d '\r' | tr '\n' ' ')" \
	'BEGIN:VCALENDAR END:VCALENDAR '
is 'as many components as things are due' "$(grep -c '^BEGIN:V[TE]' all.ics)" \
	"$(crm-due -o ids | wc -l)"
tr -d '\r' <all.ics | awk 'NR > 1 && !/^ / { print line; line = "" }
	{ sub(/^ /, ""); line = line $0 } END { print line }' >flat
like 'texts are escaped' "$(cat flat)" 'SUMMARY:a\\;b\\,c\\\\d'
is 'what was folded is whole' "$(grep -c "^SUMMARY:birthday: Łukasz 0*\\\\; x\\\\, y\$" flat)" 1
like 'a birthday is a day' "$(cat flat)" 'DTSTART;VALUE=DATE:20260322'
uid=$(grep '^UID:task-t7' flat)
CRM_NOW=2026-03-25T05:00:00Z crm-due -o ics t7 | tr -d '\r' >flat2
is 'a UID stays' "$(grep '^UID' flat2)" "$uid"
fails_with 64 'no columns there' crm-due -o ics -f id
is 'utf-8 is not cut within a character' "$(iconv -f utf-8 -t utf-8 all.ics | cmp - all.ics)" ''

# Things of one kind are those of all that are of it, whatever is not looked at.
crm-add ticket title=Broken who=Anna priority=urgent
crm-add deal title=Doors who=Anna opened=2026-01-01 expected=2026-03-01
crm-due --within 1000d -f id,what,due -o tsv | sed 1d >all
for what in task ticket deal; do
	crm-due --within 1000d "$what" -f id,what,due -o tsv | sed 1d >some
	awk -F'\t' -v what="$what" '$2 == what' all >those
	[ -s those ]
	result $? "there is some $what"
	same_file "alone, the same of each $what" some those
done

# For people: on a narrow terminal why it is due, and whose it is, stay.
if command -v script >/dev/null; then
	crm-add person name='Bartholomew of the Long Name' every=30d owner=ewa
	crm-log 'Bartholomew of the Long Name' call x at=2026-01-01
	for cols in 60 80 100; do
		COLUMNS=$cols script -qec "crm-due name:Bartholomew" /dev/null \
			</dev/null 2>&1 | tr -d '\r' >shown
		is "$cols columns" "$(LC_ALL=C.UTF-8 wc -L <shown |
			awk '{ print $1 <= n }' n=$cols)" 1
		cp shown shown.$cols
	done
	like '60 columns: why, cut last' "$(cat shown.60)" \
		'  Bartholom…  every 30d, last contac'
	like '80 columns: why, and whose' "$(cat shown.80)" \
		'  Barthol.*…  every 30d, last contact 80 days ago  ewa$'
	like '100 columns: with whom, too' "$(sed q shown.100)" \
		'id  *due  *title  *why  *owner  *who'
else
	skip 6 'there is no script'
fi
like 'a kind that was misspelled is told of' "$(crm-due persn 2>&1)" \
	"did you mean the kind 'person'"
is 'and whether anything is due without output' "$(crm-due -q -e; echo $?)" 0
