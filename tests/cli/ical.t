#!/bin/sh
# Calendars in: events become meetings, to-dos become tasks.
. "${0%/*}/../lib.sh"
need jq

crm-add person name=Ida email=ida@holm.example
crm-add person name=Lars email=lars@holm.example
cat >cal.ics <<'END'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VTIMEZONE
TZID:Europe/Oslo
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:one@example
DTSTART;TZID=Europe/Oslo:20260302T100000
SUMMARY:Offer\, second
  round
LOCATION:Oslo
DESCRIPTION:First line\nsecond
ORGANIZER;CN="Lars: the boss":mailto:lars@holm.example
ATTENDEE;CN=Ida;PARTSTAT=ACCEPTED:MAILTO:ida@holm.example
ATTENDEE;PARTSTAT=DECLINED:mailto:nobody@holm.example
ATTENDEE;CUTYPE=ROOM:mailto:room1@holm.example
BEGIN:VALARM
TRIGGER:-PT15M
DESCRIPTION:not this one
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:two@example
DTSTART;TZID="W. Europe Standard Time":20260701T090000
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:Weekly
ATTENDEE:mailto:ida@holm.example
END:VEVENT
BEGIN:VEVENT
UID:two@example
RECURRENCE-ID:20260708T070000Z
DTSTART:20260709T070000Z
SUMMARY:Weekly, a day later
ATTENDEE:mailto:ida@holm.example
END:VEVENT
BEGIN:VEVENT
UID:off@example
DTSTART:20260301T070000Z
STATUS:CANCELLED
SUMMARY:called off
ATTENDEE:mailto:ida@holm.example
END:VEVENT
BEGIN:VTODO
UID:three@example
SUMMARY:Send the papers
DUE;VALUE=DATE:20260320
RRULE:FREQ=MONTHLY;INTERVAL=3
PRIORITY:1
ATTENDEE:mailto:ida@holm.example
END:VTODO
BEGIN:VTODO
UID:four@example
SUMMARY:Call back
DUE;TZID=America/New_York:20260310T233000
RRULE:FREQ=MONTHLY;BYDAY=2MO
STATUS:COMPLETED
COMPLETED:20260311T080000Z
DESCRIPTION:about the roof
END:VTODO
END:VCALENDAR
END
ok 'a calendar' crm-add <cal.ics
empty 'without a word' err
is 'events are meetings of those who took part' \
	"$(crm-find event what:meeting -f at,who,text,key,x-rrule)" \
	'{"at":"2026-03-02T09:00:00Z","who":["p1","p2"],"text":"Offer, second round, Oslo\nFirst line\nsecond","key":"ical:one@example"}
{"at":"2026-07-01T07:00:00Z","who":["p1"],"text":"Weekly","key":"ical:two@example","x-rrule":"FREQ=WEEKLY;COUNT=3"}
{"at":"2026-07-09T07:00:00Z","who":["p1"],"text":"Weekly, a day later","key":"ical:two@example/20260708T070000Z"}'
is 'to-dos are tasks' "$(crm-find task \
	-f title,who,due,stage,repeat,closed,note,ref,x-priority,x-rrule)" \
	'{"title":"Send the papers","who":["p1"],"due":"2026-03-20","stage":"open","repeat":"3m","ref":["ical:three@example"],"x-priority":"1"}
{"title":"Call back","due":"2026-03-11","stage":"done","closed":"2026-03-11","note":"about the roof","ref":["ical:four@example"],"x-rrule":"FREQ=MONTHLY;BYDAY=2MO"}'

# Again, and changed.
n=$(crm-history -o jsonl | wc -l)
ok 'the same once more' crm-add <cal.ics
is 'changes nothing' "$(crm-history -o jsonl | wc -l)" "$n"
sed 's/^PRIORITY:1/STATUS:COMPLETED/' cal.ics >done.ics
ok 'a to-do that is done by now' crm-add <done.ics
is 'changes its task, and the next one comes' \
	"$(crm-find task title:papers -f id,stage,due -o tsv)" "id	stage	due
t1	done	2026-03-20
t3	open	2026-06-15"
sed 's/10000\(0\)$/11000\1/' cal.ics >moved.ics
fails_with 65 'an event that was moved is not taken in silence' \
	crm-add <moved.ics
like 'but told' "$(cat err)" 'stdin:12: .*at'
ok 'or corrected' crm-add --correct <moved.ics
is 'in place' "$(crm-find event key:ical:one@example -f id,at -o ids)" e1
ok 'events alone' crm-log -n <<'END'
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:five
DTSTART:20260301
ATTENDEE:mailto:ida@holm.example
END:VEVENT
END:VCALENDAR
END

# Lines as others write them.
{
	printf 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:six\r\n'
	printf 'DTSTART:20260301T100000\r\nSUMMARY:\305\201\303'
	printf '\r\n \263d\305\272\r\nATTENDEE:mailto:ida@holm.example\r\n'
	printf 'END:VEVENT\r\nEND:VCALENDAR\r\n'
} >crlf.ics
echo 'timezone: Europe/Warsaw' >"$XDG_DATA_HOME/crm/crm.yaml"
ok 'folded within a letter, CRLF, a time that floats' crm-add <crlf.ics
is 'is in the zone of the store' \
	"$(crm-find event key:ical:six -f at,text -o tsv | tail -1)" \
	'2026-03-01T09:00:00Z	Łódź'

# Days are those of the store, whatever clock they were written by.
cat >days.ics <<'END'
BEGIN:VCALENDAR
BEGIN:VTODO
UID:day1
SUMMARY:In UTC
DUE:20261201T233000Z
STATUS:COMPLETED
COMPLETED:20261203T233000Z
END:VTODO
BEGIN:VTODO
UID:day2
SUMMARY:Elsewhere
DUE;TZID=Asia/Tokyo:20261201T030000
COMPLETED:20260701T215959Z
END:VTODO
BEGIN:VTODO
UID:day3
SUMMARY:A time that floats
DUE:20261201T233000
COMPLETED;VALUE=DATE:20261202
END:VTODO
END:VCALENDAR
END
ok 'times of what has days' crm-add <days.ics
is 'are of the days that the store has' \
	"$(crm-find task ref:~'ical:day' -f due,closed -o tsv)" 'due	closed
2026-12-02	2026-12-04
2026-11-30	2026-07-01
2026-12-01	2026-12-02'

# Who is not known, and who is missing.
cat >new.ics <<'END'
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:seven
DTSTART:20260301T100000Z
ATTENDEE:mailto:new@holm.example
END:VEVENT
BEGIN:VEVENT
UID:eight
DTSTART:20260301T110000Z
SUMMARY:Alone
END:VEVENT
END:VCALENDAR
END
fails_with 65 'somebody unknown, and nobody' crm-add <new.ics
like 'is told' "$(cat err)" "stdin:2: who: .*new@holm.example"
like 'both' "$(cat err)" 'left out of the calendar: 1 with nobody but us'
is 'but of what is wanted nothing is left out' "$(crm-add -n --set who=Ida \
	--add-missing person -o jsonl <new.ics | jq -r 'select(.key ==
	"ical:eight").who[0]')" p1
ok 'the one is made, the other left out' crm-add --add-missing person <new.ics
is 'with an address' "$(crm-find event key:~'ical:(seven|eight)' -f who.email \
	-o tsv | tail -n +2)" new@holm.example

# Some of them are known; one's own address need not be.
cat >some.ics <<'END'
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:nine
DTSTART:20260301T120000Z
ATTENDEE:mailto:Boss@own.example
ATTENDEE:mailto:stranger@holm.example
ATTENDEE:mailto:ida@holm.example
ORGANIZER:mailto:boss@own.example
END:VEVENT
BEGIN:VTODO
UID:ten
SUMMARY:Tell both
ATTENDEE:mailto:stranger@holm.example
ATTENDEE:mailto:ida@holm.example
END:VTODO
END:VCALENDAR
END
n=$(crm-find person --count)
CRM_USER=boss@own.example ok 'with somebody known' crm-add <some.ics
is 'the others are told of, once each, and one is none of them' "$(cat err)" \
	"crm-add: stdin:2: who: nobody is known as 'stranger@holm.example': \
left out of this and what follows (--add-missing person)"
is 'those who are known took part' "$(
	crm-find event key:=ical:nine -f who -o csv | sed 1d
	crm-find task title:both -f who -o csv | sed 1d
)" 'p1
p1'
is 'nobody was made' "$(crm-find person --count)" "$n"
CRM_USER=boss@own.example crm-undo >/dev/null
CRM_USER=boss@own.example ok 'or all are wanted' \
	crm-add --add-missing person <some.ics
empty 'without a word' err
is 'but for the user' "$(crm-find event key:=ical:nine -f who.email -o csv |
	sed 1d)" '"stranger@holm.example,ida@holm.example"'
CRM_USER=boss@own.example crm-undo >/dev/null
fails_with 65 'nobody is known' sh -c \
	'grep -v "ida@\|own" some.ics | CRM_USER=boss@own.example crm-add'
like 'is bad' "$(cat err)" 'stdin:2: who: .*stranger@holm.example'

# Colleagues are no customers, whoever wrote them into the calendar first.
cat >team.ics <<'END'
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:team1
DTSTART:20260303T100000Z
SUMMARY:Roof, first look
ORGANIZER:mailto:Ewa@Firm.example
ATTENDEE:mailto:jan@mail.example
ATTENDEE:mailto:ola@mail.example
ATTENDEE:mailto:kim@mail.example
ATTENDEE:mailto:ida@holm.example
END:VEVENT
BEGIN:VEVENT
UID:team2
DTSTART:20260304T100000Z
SUMMARY:Monday round
ORGANIZER:mailto:ewa@firm.example
ATTENDEE:mailto:ola@mail.example
END:VEVENT
BEGIN:VTODO
UID:team3
SUMMARY:Order paper
ATTENDEE:mailto:ewa@firm.example
END:VTODO
END:VCALENDAR
END
cp "$XDG_DATA_HOME/crm/crm.yaml" yaml.before
cat >>"$XDG_DATA_HOME/crm/crm.yaml" <<'END'
staff: [firm.example, ola@mail.example]
assign: [{query: deal, owners: [kim@mail.example]}]
END
crm-add org name=Hut owner=Jan@mail.example
n=$(crm-find person --count)
ok 'a calendar of a team' crm-add --add-missing person <team.ics
is 'says what was of nobody else' "$(cat err)" 'crm-add: left out of the '\
'calendar: 1 with nobody but us (--set who=WHO takes them)'
is 'meets the customer alone' "$(crm-find event key:~'ical:team' -f text,who)" \
	'{"text":"Roof, first look","who":["p1"]}'
is 'nobody was made' "$(crm-find person --count)" "$n"
is 'what is to be done here is with nobody' \
	"$(crm-find task title:paper -f title,who)" '{"title":"Order paper"}'
sed 's/[Ff]irm\.example/sub.firm.example/' team.ics >sub.ics
is 'a domain is that domain' "$(crm-add -n --add-missing person --correct \
	-o jsonl <sub.ics | jq -r 'select(.key == "ical:team1").who | length')" 2
crm-store config >shown
like 'config prints it' "$(cat shown)" '^staff: \[firm.example, ola@mail.example\]'
printf 'staff: [nobody]\n' >"$XDG_DATA_HOME/crm/crm.yaml"
fails_with 78 'what is no address' crm-store config
like 'is told where' "$(cat err)" "crm.yaml:1:9: .*not 'nobody'"
cp yaml.before "$XDG_DATA_HOME/crm/crm.yaml"

# What its owner wants nobody to read stays out.
cat >own.ics <<'END'
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:own1
CLASS:PRIVATE
SUMMARY:Doctor
END:VEVENT
BEGIN:VEVENT
UID:own2
CLASS:confidential
DTSTART:20260305T100000Z
SUMMARY:Pay of Ida
ATTENDEE:mailto:ida@holm.example
END:VEVENT
BEGIN:VTODO
UID:own3
CLASS:PRIVATE
SUMMARY:Ring mother
END:VTODO
BEGIN:VEVENT
UID:own4
CLASS:PUBLIC
DTSTART:20260305T110000Z
ATTENDEE:mailto:ida@holm.example
END:VEVENT
END:VCALENDAR
END
ok 'a calendar with what is private' crm-add --set who=Ida <own.ics
is 'tells how much of it' "$(cat err)" \
	'crm-add: left out of the calendar: 3 private'
is 'and takes the rest' "$(crm-find event key:~ical:own -f key -o csv | sed 1d
	crm-find task ref:~ical:own --count)" 'ical:own4
0'
ok 'quietly' crm-add -q --set who=Ida <own.ics
empty 'when told so' err

# What is called off goes, if it is here, and comes back with undo.
cat >off.ics <<'END'
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:two@example
RECURRENCE-ID:20260708T070000Z
STATUS:CANCELLED
END:VEVENT
BEGIN:VTODO
UID:three@example
STATUS:CANCELLED
SUMMARY:Send the papers
END:VTODO
BEGIN:VTODO
UID:never-seen@example
STATUS:CANCELLED
SUMMARY:Old things
END:VTODO
END:VCALENDAR
END
tasks=$(crm-find task --count)
ok 'what was called off' crm-add <off.ics
is 'is removed' "$(crm-find event key:~two@example -f key -o csv | sed 1d
	crm-find task ref:=ical:three@example --count)" 'ical:two@example
0'
is 'and nothing added, nor done and followed by the next one' \
	"$(crm-find task --count)" $((tasks - 1))
n=$(crm-history -o jsonl | wc -l)
ok 'again' crm-add <off.ics
is 'nothing happens' "$(crm-history -o jsonl | wc -l)" "$n"
crm-undo >/dev/null
is 'undo has it back' "$(crm-find event key:~two@example --count)" 2
cat off.ics off.ics >twice.ics
ok 'twice in one file' crm-add <twice.ics
is 'is once' "$(crm-find task ref:=ical:three@example --count)" 0
crm-undo >/dev/null

# An event that the same file adds and calls off.
cat >both.ics <<'END'
BEGIN:VCALENDAR
BEGIN:VEVENT
UID:both@example
DTSTART:20260708T070000Z
SUMMARY:On and off
ATTENDEE:mailto:lars@example.com
END:VEVENT
BEGIN:VEVENT
UID:both@example
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
END
n=$(crm-history -o jsonl | wc -l)
fails_with 65 'an event that is called off below' \
	crm-add --add-missing person <both.ics
like 'is bad data' "$(cat err)" 'stdin:8: an entry before adds what is called off'
is 'nothing is written' "$(crm-history -o jsonl | wc -l)" "$n"
sed '8,11d' both.ics >on.ics
run crm-add --add-missing person <on.ics
is 'so is one that was here' "$(crm-find event key:=ical:both@example --count)" 1
fails_with 65 'and is added again' crm-add <both.ics
ok 'one after the other' crm-add --stream <both.ics
is 'they are what they say' "$(crm-find event key:=ical:both@example --count)" 0

# What crm-due writes comes back.
crm-add task title='Ring Lars' who='Lars' due=2026-03-14
crm-due -o ics >due.ics
n=$(crm-find task --count)
ok 'our own list' crm-add <due.ics
is 'adds nothing' "$(crm-find task --count)" "$n"
sed 's/^STATUS:NEEDS-ACTION/STATUS:COMPLETED/' due.ics >mine.ics
ok 'with what was ticked off elsewhere' crm-add <mine.ics
is 'is done' "$(crm-find task title:Ring -f stage -o tsv | tail -1)" 'done'
sed 's/^STATUS:NEEDS-ACTION/STATUS:CANCELLED/' due.ics >mine.ics
ok 'with what was called off elsewhere' crm-add <mine.ics
is 'is removed' "$(crm-find task title:Ring --count)" 0

# Bad ones.
bad()
{
	printf 'BEGIN:VCALENDAR\nBEGIN:VEVENT\n%b\nEND:VEVENT\nEND:VCALENDAR\n' \
		"$1" >bad.ics
	fails_with 65 "bad: $1" crm-add <bad.ics
	like 'says why' "$(cat err)" "$2"
}
bad 'DTSTART:20261301T100000\nATTENDEE:mailto:ida@holm.example' 'stdin:2: at: '
bad 'SUMMARY:Lunch\nATTENDEE:mailto:ida@holm.example' \
	'stdin:2: the event has no DTSTART'
bad 'DTSTART:\nATTENDEE:mailto:ida@holm.example' \
	'stdin:2: the event has no DTSTART'
bad 'DTSTART:tomorrow\nATTENDEE:mailto:ida@holm.example' \
	"DTSTART: 'tomorrow' is no time"
bad 'DTSTART;TZID=Moon:20260301T100000\nATTENDEE:mailto:ida@holm.example' \
	"DTSTART: the time zone 'Moon' is not known"
bad 'no colon' "not a line of iCalendar: 'no colon'"
head -20 cal.ics >cut.ics
fails_with 65 'cut in an event' crm-add <cut.ics
like 'says so' "$(cat err)" 'stdin:12: the event that begins here has no END'
sed '$d' cal.ics >cut.ics
fails_with 65 'cut at its end' crm-add <cut.ics
like 'says so' "$(cat err)" 'no END:VCALENDAR'

# Events and to-dos with nothing around them, and one calendar behind another.
for word in VEVENT VTODO; do
	printf 'BEGIN:%s\r\nUID:bare-%s@example\r\nSUMMARY:bare\r\n' \
	    "$word" "$word"
	printf 'DTSTART:20260310T090000Z\r\n'
	printf 'ATTENDEE:mailto:ida@holm.example\r\nEND:%s\r\n' "$word"
done >bare.ics
crm-add -n -o jsonl <bare.ics | jq -r .kind | xargs >got
is 'a bare event and a to-do are told apart' "$(cat got)" 'event task'
sed 1,6d bare.ics | crm-add -n -f kind -o tsv | sed 1d >got
is 'a bare to-do is one' "$(cat got)" task
is 'an event for crm-log' "$(head -n 6 bare.ics | crm-log -n -f key -o tsv |
    sed 1d)" ical:bare-VEVENT@example
{
	for n in 1 2; do
		printf 'BEGIN:VCALENDAR\nVERSION:2.0\n'
		head -n 6 bare.ics | sed "s/bare-VEVENT/bare-$n/"
		printf 'END:VCALENDAR\n'
	done
} >several.ics
is 'several calendars are all read' \
    "$(crm-add -n -f key -o tsv <several.ics | sed 1d | xargs)" \
    'ical:bare-1@example ical:bare-2@example'
head -n 5 bare.ics >cut.ics
fails_with 65 'a bare event that is cut' crm-add <cut.ics
is 'is said once, with its place' "$(grep -c 'stdin:1: the event that begins' err) $(wc -l <err)" '1 2'

# Those of other people: every one is read, or refused with a word.
if [ -d "$CRM_DATA/ical" ]; then
	for f in "$CRM_DATA"/ical/*/*.ics "$CRM_DATA"/ical/*/*/*.ics; do
		[ -f "$f" ] || continue
		crm-add -n -i ics --add-missing person --set who=x@y.example \
			-o ids <"$f" >got 2>said
		case $? in
		0) [ "$(wc -l <got)" -eq \
			"$(grep -ac '^BEGIN:V\(EVENT\|TODO\)' "$f")" ] ||
			echo "$f: lost some" ;;
		65) grep -q '^crm-add: stdin:[0-9]*: ' said ||
			echo "$f: not a word" ;;
		*) echo "$f: $(cat said)" ;;
		esac
	done >wrong
	empty 'calendars of others' wrong
else
	skip 1 "no test data: $CRM_DATA/ical"
fi
plan "$tests_run"
