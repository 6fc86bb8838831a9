#!/bin/sh
# Messages about wrong input say what is wanted, and guess only what is near.
. "${0%/*}/../lib.sh"
plan 153

run crm-add person name=Anna
printf '%s\n' '{"name":"A","email":5}' '{"name":true}' |
	run crm-add person
is 'a JSON value of the wrong type' "$(cat err)" \
'crm-add: stdin:1: email: wants a string, not a number
crm-add: stdin:2: name: wants a string, not true or false
crm-add: nothing was written'
printf '%s\n' '{"name":"A","email":["a@x.example",null]}' |
	run crm-add person
is 'null within a list clears nothing' "$(sed q err)" \
	'crm-add: stdin:1: email: wants values, not null in a list'

# what crm-add was given in place of a kind, or of field=value
echo name >'a list.csv'
fails_with 64 'a word that is no kind' crm-add meeting title=x
like 'the kinds are listed' "$(sed 1q err)" "no such kind: 'meeting' .*person, org, .*task"
fails_with 64 'a slip' crm-add persn name=x
like 'the near one is named' "$(sed 1q err)" "no such kind: 'persn' .did you mean 'person'\?."
fails_with 64 'a file' crm-add 'a list.csv'
like 'how it is read' "$(sed 1q err)" ".to read a file: crm-add < 'a list\.csv'."
mv 'a list.csv' a.csv
fails_with 64 'a file behind a kind' crm-add person a.csv
like 'how it is read, too' "$(sed 1q err)" ".to read a file: crm-add person < a\.csv."
fails_with 64 'a file that is to be logged' crm-log a.csv
is 'how it is read by that' "$(cat err)" \
	'crm-log: WHAT is missing (to read a file: crm-log < a.csv)'
fails_with 64 'a customer alone' crm-log Anna
is 'is told what is missing' "$(cat err)" \
	'crm-log: WHAT is missing (see crm-log --help)'
printf 'ref,name\nshop:1,Bob\n' >refs.csv
run crm-add person <refs.csv
run crm-add person <refs.csv
is 'a file that is there already' "$(cat err)" \
"crm-add: stdin:2: ref: 'shop:1' is p2 already
crm-add: nothing was written (--key ref changes the records that are there)"
printf 'name,ref\n,shop:2\n' | run crm-add person
is 'of other faults no key is said' "$(sed -n '$p' err)" \
	'crm-add: nothing was written'
printf 'ref,name,email\nshop:1,Bob,a@x.example\nshop:3,Eve,a@x.example\n' |
	run crm-add person --key email
is 'nor is one more of who said one' "$(sed -n '$p' err)" \
	'crm-add: nothing was written'
run crm-rm p2
fails_with 65 'a decimal comma' crm-log Anna purchase amount='120,50 zł'
is 'what is wrong with it' "$(sed q err)" "crm-log: amount: '120,50 zł' is not an amount of money (its decimal point is a comma: write a point)"
printf 'who,what,amount\nAnna,purchase,12.50\n' |
	run crm-log -n --decimal ,
like 'and the other way round' "$(sed q err)" \
	"'12.50' is not an amount of money .its decimal point is a point: write a comma.\$"
fails_with 65 'what is no amount at all' crm-log Anna purchase amount=abc
like 'is no such slip' "$(sed q err)" "'abc' is not an amount of money\$"
fails_with 64 'a name alone' crm-add task 'Call Bob'
like 'the field that names the kind' "$(sed 1q err)" "'Call Bob' is not field=value .title='Call Bob'\?."
fails_with 64 'the file that is not there is a word' crm-add person b.csv
fails_with 65 'an unknown field' crm-set Anna foo=1
is 'is not said to be one that is as short' "$(sed q err)" \
	'crm-set: foo: no such field of people'
run crm-set Anna nmae=1
like 'but a swap is seen' "$(cat err)" "did you mean 'name'"

run crm-segment define vip name:anna
for cmd in 'crm-set @vip city=Oslo' 'crm-rm @vip' 'crm-show @vip' \
	'crm-history @vip' 'crm-log @vip note x'; do
	# shellcheck disable=SC2086 # words of a command
	run $cmd
	like "a segment is no WHO of ${cmd%% *}" "$(cat "$tmp/err")" \
		"crm-find @vip \\| ${cmd%% *} - \\.\\.\\."
done
run crm-segment add hand @vip
like 'nor of crm-segment' "$(cat "$tmp/err")" \
	'crm-find @vip \| crm-segment \.\.\. -'
ok 'what the message says works' \
	sh -c 'crm-find @vip | crm-segment add hand - && crm-find -e @hand'

# says WANT COMMAND...: wrong use, and the first line of the message.
says()
{
	says_want=$1
	shift
	fails_with 64 "wrong use: $*" "$@"
	is 'and one hint' "$(sed q "$tmp/err")" "$says_want"
}
says "crm-segment: no such command: 'rename' (there are add, define, delete, list, members, remove, show)" \
	crm-segment rename a b
says "crm-segment: no such command: 'lst' (did you mean 'list'?)" \
	crm-segment lst
says "crm-report: no such report: 'revenu' (did you mean 'revenue'?)" \
	crm-report revenu
says "crm-report: no such report: 'ledger' (crm-report list names them)" \
	crm-report ledger
says "crm-find: unknown option --cuont (did you mean --count?)" \
	crm-find --cuont
says "crm: no such program: 'rmm' (see crm --help)" crm rmm

says "crm-find: unknown stage 'wonn' (did you mean 'won'?)" crm-find is:wonn
says "crm-find: unknown stage 'fubar' (there are open, closed, done)" \
	crm-find task is:fubar
says "crm-find: stage: unknown 'fubar' (there are lead, prospect, customer, former)" \
	crm-find person stage:fubar
says "crm-find: stage: unknown 'fubar' (there are lead, prospect, customer, former)" \
	crm-find deal who.stage:fubar

says "crm-find: 'what' is a field of events, which are not meant here" \
	crm-find what:call
says "crm-report: 'campaign' is a field of events, which are not meant here (did you mean 'event campaign:c1'?)" \
	crm-report activity campaign:c1
says "crm-report: 'value' is a field of deals, which are not meant here (did you mean 'deal value:1..'?)" \
	crm-report pipeline value:1..
says "crm-report: 'value' is a field of deals, which are not meant here (did you mean 'deal value:1..'?)" \
	crm-report pipeline any value:1..
says "crm-report: 'title' is a field of deals, which are not meant here" \
	crm-report customers title:acme
says "crm-report: unknown stage 'won' (there are open, closed, lead, prospect, customer, former)" \
	crm-report customers is:won
says "crm-report: --against: 'title' is a field of deals, which are not meant here" \
	crm-report customers --against title:acme
says "crm-due: 'priority' is a field of tickets, which are not meant here (did you mean 'ticket priority:high'?)" \
	crm-due priority:high
says "crm-merge: 'value' is a field of deals, which are not meant here" \
	crm-merge find value:1..
ok 'a field that people have too is theirs' crm-report pipeline owner:ola
ok 'a segment may be of any' sh -c "crm-segment define dear 'value:1..' && crm-report revenue @dear"
for words in 'person tag:vip' 'event what:sent' 'anna amount:100..' \
	'deal title:roof'; do
	says "crm-find: this looks like two terms: give '${words#* }' an argument of its own" \
		crm-find "$words"
done
says "crm-report: this looks like two terms: give 'what:sent' an argument of its own" \
	crm-report activity 'event what:sent'
ok 'but what is to be equal is taken whole' \
	crm-find 'name:=Note to:Bob what:sent'
says "crm-find: 'What' is written 'what'" crm-find What:sent
fails_with 65 'an amount beyond what there is' \
	crm-log p1 purchase amount=99999999999999999
is 'is too large' "$(sed q err)" \
	"crm-log: amount: '99999999999999999' is too large"
for name in Same Same2 Same3; do
	crm-add person name=$name email=same@x.example -q --duplicates allow
done
printf '{"name":"D","email":"same@x.example"}\n' |
	crm-add person --key email 2>err
is 'all that have it are listed' "$(sed q err)" \
	"crm-add: stdin:1: email: several records have it: $(
	crm-find same@x.example -o ids | paste -sd , | sed 's/,/, /g')"
for cmd in 'crm-find - any' 'crm-show -' 'crm-history -'; do
	yes nobody | sed 30q | $cmd >out 2>err
	is "${cmd%% *}: twenty bad lines are told, the others counted" \
		"$(wc -l <err | tr -d ' ') $(tail -n 1 err)" \
		"21 ${cmd%% *}: and 10 more"
done
crm-log p1 invoice amount=5 doc=A1
crm-add deal title=Roof who=p1
says65()
{
	fails_with 65 "$*" "$@"
	is 'says more' "$(sed q err)" "$says65_want"
}
says65_want="crm-show: no such record: 'A1' (crm-find event 'doc:=A1' finds the events of that document)"
says65 crm-show A1
says65_want="crm-log: no such person or org: 'Roof' (it is the deal d1)"
says65 crm-log Roof call x
says65_want="crm-log: no such person or org: 'Roofs'"
says65 crm-log Roofs call x
fails_with 65 'a text that looks like a field' crm-log p1 note 'a=b it is'
is 'is given as one' "$(sed q err)" \
	"crm-log: a: no such field of events (a text with '=' is given as text='...')"
ok 'as it says' crm-log p1 note text='a=b it is'
for day in tomorow 'in 3 days' 'next tuesday'; do
	fails_with 65 "no day: $day" crm-add task title=x due="$day"
	is 'those there are are shown' "$(sed q err)" \
		"crm-add: due: '$day' is not a date (days are written 2026-12-03, tomorrow, friday, +3d)"
done
for day in 2026-12-03 tomorrow friday +3d; do
	ok "they are: $day" crm-add task title=x due="$day" -n
done
printf '{"title":"x","due":"soon"}\n' | crm-add task 2>err
is 'but not for each line of a file' "$(sed q err)" \
	"crm-add: stdin:1: due: 'soon' is not a date"
fails_with 65 'a number is nobody' crm-history 1
is 'but maybe a change set' "$(cat err)" \
	"crm-history: no such record: '1' (the change set of that number: change:1)"
fails_with 64 'a form that is none' crm-find -o json
like 'the near one is named' "$(cat err)" "\\(did you mean 'jsonl'\\?\\)"
fails_with 64 'an empty WHO' crm-log '' call x
like 'is not one that is missing' "$(cat err)" '^crm-log: WHO is empty'
echo 'only a text' >text
fails_with 65 'a text is no backup' crm-store restore -s new text
is 'not one that is cut short' "$(cat err)" 'crm-store: text: this is no backup'
crm-store backup whole
dd if=whole of=part bs=1000 count=3 2>/dev/null
fails_with 65 'this one is' crm-store restore -s new part
is 'it says so' "$(cat err)" 'crm-store: part: the backup is cut short'
says "crm-report: --by: unknown field 'foo'" crm-report revenue --by foo
says "crm-report: --by: unknown field 'mnth' (did you mean 'month'?)" \
	crm-report revenue --by mnth
says "crm-report: --by: unknown field 'decil' (did you mean 'decile'?)" \
	crm-report concentration --by decil
says "crm-report: --by: unknown field 'stge' (did you mean 'stage'?)" \
	crm-report pipeline --by stge
says "crm-find: unknown field 'ctiy' of people (did you mean 'city'?)" \
	crm-find person ctiy:oslo
# one hint is enough
crm-add person --srt name >out 2>err
is 'an option' "$(cat err)" 'crm-add: unknown option --srt (did you mean --set?)'
# --dates is advice where there is one
crm-add person name=Ada >/dev/null
crm-set p1 birthday=3/4/2024 2>err
is 'no --dates' "$(sed 1q err)" \
	"crm-set: birthday: '3/4/2024' may be April or March: write YYYY-MM-DD"
crm-add person name=B birthday=3/4/2024 2>err
is 'where there is one' "$(sed 1q err)" \
	"crm-add: birthday: '3/4/2024' may be April or March: write YYYY-MM-DD, or import with --dates dmy or mdy"
# names of other systems
for key in nosystem :1 shop: 7/ /7 7/x; do
	fails_with 65 "key=$key is none" crm-log p1 note key="$key"
done
for key in shop:1 shop:1/2 'mail:<a@b>' 7/1; do
	ok "key=$key is one" crm-log p1 note key="$key" -n
done
# the user
for user in 'a
b' "$(printf 'a\033[31m')" "$(printf 'a\302\205b')" "$(printf 'a\tb')"; do
	fails_with 64 'a user of controls' env CRM_USER="$user" crm-set p1 city=X
done
like 'says so' "$(cat err)" '^crm-set: CRM_USER: '
ok 'a user in any script' env CRM_USER='মিতালী' crm-set p1 city=X
