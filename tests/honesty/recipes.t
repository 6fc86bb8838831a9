#!/bin/sh
# The scripts and the crontab of crm-recipes(7), taken from the page as it is
# shown, run as cron runs them, and looked at for what they did.
. "${0%/*}/../lib.sh"
need mandoc jq

# Scripts begin with "#!/bin/sh" and "# NAME ..."; they end with their display.
LC_ALL=C.UTF-8 mandoc -T utf8 -O width=1000 "$top/man/crm-recipes.7" \
	2>/dev/null | col -bx >page.txt
mkdir -p bin stub mail srv/shop srv/books srv/www/calendars backup home
awk -v dir=bin '
/^ *#!\/bin\/sh$/ { match($0, /^ */); indent = RLENGTH; first = $0; next }
indent && first {
	split($0, word, /[ :]+/); word[2] = word[word[1] == "" ? 3 : 2]
	name = dir "/" word[2]
	print substr(first, indent + 1) >name
	first = ""
}
indent && /[^ ]/ { match($0, /^ */); if (RLENGTH < indent) indent = 0 }
indent { print substr($0, indent + 1) >name }' page.txt
chmod +x bin/*

# What scripts call that is not ours: each letter becomes a file.
cat >stub/sendmail <<'STUB'
#!/bin/sh
[ "$*" = '-i -t' ] || exit 64
n=$(($(ls "$HOME/../mail" | wc -l) + 1))
exec cat >"$HOME/../mail/$n"
STUB
cat >stub/date <<'STUB'
#!/bin/sh
# the date of the test's clock
[ "$1" != -d ] || { set -- "$3"; CRM_NOW="$CRM_NOW yesterday"; }
exec /usr/bin/env date -u -d "$CRM_NOW" "$@"
STUB
sed -i "s|/usr/bin/env date|$(command -v date)|" stub/date
chmod +x stub/*

export CRM_STORE="$tmp/store"
# bare [NAME=VALUE...] COMMAND...: with nothing but what cron gives
bare()
{
	env -i HOME="$tmp/home" LOGNAME=tester SHELL=/bin/sh CRM_NOW="$CRM_NOW" \
		CRM_STORE="$CRM_STORE" \
		PATH="$tmp/stub:$tmp/bin:$CRM_BUILD/bin:/usr/bin:/bin" "$@"
}

# cron NAME: run the line of the crontab that calls it, as cron does.
cron()
{
	awk -v name="$1" '$6 == name && $1 ~ /^[0-9*]/ {
		for (i = 6; i <= NF; i++)
			printf "%s ", $i
		print ""
	}' page.txt | sed "s|\\\\%|%|g; s|/srv/|$tmp/srv/|g; s|/backup|$tmp/backup|" \
		>cron.line
	[ -s cron.line ] || diag "no line of the crontab calls $1"
	(cd home && bare /bin/sh -c "$(cat ../cron.line)") \
		</dev/null >cron.out 2>&1 || {
		diag "cron: $1: exit $?"
		diag <cron.out
	}
	echo "$1" >>ran
	cat cron.out
}

# by_hand NAME ...: run a script with operands.
printf '%s\n' letter untold >ran # others call them
by_hand()
{
	echo "$1" >>ran
	bare "$@" 2>&1
}

# post TEXT: send it to the web form.
post()
{
	echo lead >>ran
	bare REQUEST_METHOD=POST CONTENT_LENGTH="$(printf %s "$1" | wc -c)" \
		lead <<-FORM 2>/dev/null | sed -n '1s/\r$//p'
	$1
	FORM
}

letters()
{
	find mail -type f | wc -l
}

newest_letter()
{
	cat "mail/$(letters)"
}

# A shop.  Names are what names are like, and worse.
crm-store init
cat >>store/crm.yaml <<'END'
timezone: Europe/Warsaw
sla: [{respond: 2h, solve: 8h}]
END
crm-add product <<'END'
name,sku,price
Green tea,GT,4.50
Teapot,TP,38
END
crm-add person <<'END'
{"name":"Łukasz Żak","email":["luk@lipa.example","l@home.example"],"street":"Długa 1","city":"Kraków","postcode":"31-147","birthday":"1980-03-18","tag":["newsletter"],"owner":"ewa"}
{"name":"Sean \"Mac\" O'Neil, Jr","email":["sean@oneil.example"],"street":"1 Quay St","city":"Cork","birthday":"--03-20","tag":["newsletter"],"owner":"jan"}
{"name":"মিতালী বেগম","email":["mitali@mail.example"],"city":"ঢাকা","postcode":"1205","tag":["newsletter"],"owner":"ewa"}
{"name":"Two\nLines $(touch hacked) `touch hacked` %s \\n","email":["-f@lines.example"],"postcode":"30-002","birthday":"1990-03-16","street":"$(touch hacked)","tag":["newsletter"],"owner":"jan"}
END
crm-log <<'END'
who,what,product,qty,price,amount,doc,at,due,text
p1,purchase,Green tea,200,4.50,,A1,2025-03-15,,
p1,purchase,Teapot,2,38,,A2,2025-09-01,,
p1,invoice,,,,76,A2,2025-09-01,2025-09-15,
p4,invoice,,,,99,A3,2026-02-01,2026-02-15,
p4,payment,,,,9,A3,2026-02-20,,
p3,purchase,Teapot,1,38,,A4,2026-03-01,,
p1,call,,,,,,2025-09-02,,wants two more
END
crm-add task title='Ask "Mac"; rm -rf /' who=p2 owner=jan due=2026-03-14
crm-add task title='চা পাঠান' who=p3 owner=ewa due=2026-03-15
crm-add task title='Nobodys: call the plumber' due=2026-03-15
crm-find person -o jsonl >before

cron morning >out
empty 'morning: says nothing itself' out
is 'a letter to each of us' "$(grep -h '^To:' mail/* | sort)" 'To: ewa
To: jan
To: office'
is "and what is nobody's to the office" "$(crm-due --owner '' -o ids | wc -l) $(
	grep -h '^[0-9]*-[0-9]*-[0-9]* .*Nobodys' mail/* | wc -l) $(
	grep -l '^Subject: What nobody sees to' mail/* | wc -l)" '1 1 1'
like 'with what there is to do' "$(cat mail/*)" '^2026-03-14 .*Ask "Mac"; rm -rf / '
is 'whole headers, and one blank line' "$(sed '/^$/q' mail/1)" 'To: ewa
Subject: What there is to do today
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8'
fails_with 65 'letter: no header of somebody else' bare letter 'a@b.example
Bcc: eve@evil.example' Hello

crm-add ticket title='Spout broken' who=p2 owner=jan opened='2026-03-13 16:30'
like 'tickets: cron mails what is near its target' "$(cron crm-due)" 'Spout broken .*answer'
is 'once' "$(cron crm-due)" ''

is 'nightly: silent' "$(cron nightly)" ''
is 'a backup of the day' "$(ls backup)" crm-2026-03-15.tar
touch -d '3 weeks ago' backup/crm-2026-02-01.tar
is 'again: nothing happens' "$(cron nightly)" ''
is 'but that old ones go' "$(ls backup)" crm-2026-03-15.tar
crm-store restore -s "$tmp/copy" backup/crm-2026-03-15.tar
crm-find person -s "$tmp/copy" -o jsonl >after
same_file 'what was backed up is what was there' after before

printf '%s\n' order,line,customer,date,item,count,price \
	'4711,1,77,2026-03-10,"chair, ""red""",2,30' \
	'4711,2,77,2026-03-10,table,1,90' \
	'4712,1,78,sometime,lamp,1,15' >'srv/shop/march 1.csv'
like 'shop-in: a bad line is told of' "$(cron shop-in)" '^crm-log: stdin:4: '
is 'and kept' "$(sed 1d 'srv/shop/march 1.csv.bad')" '4712,1,78,sometime,lamp,1,15'
n=$(crm-history -o jsonl -l 1 | jq .change)
rm srv/shop/*.bad
sed -i '/sometime/d' srv/shop/*.csv
is 'again: silent' "$(cron shop-in)" ''
is 'and nothing is written' "$(crm-history -o jsonl -l 1 | jq .change)" "$n"
sed -i 's/table,1/table,2/' srv/shop/*.csv
cron shop-in
is 'a line that was changed is corrected' \
	"$(crm-find event doc:=shop:4711 -f text,amount -o tsv)" "text	amount
chair, \"red\"	60.00
table	180.00"

is 'lead: a stranger' "$(post '{"name":"ফারহানা \"$(touch hacked)\"","email":"f@web.example","text":"A\nquestion","owner":"eve","tag":["vip"]}')" \
	'Status: 204 No Content'
is 'is a lead, with nothing that was not asked' \
	"$(crm-find f@web.example -f name,stage,source,owner,tag)" \
	'{"name":"ফারহানা \"$(touch hacked)\"","stage":"lead","source":"web"}'
is 'what they wrote is theirs' "$(crm-find event source:form -f who.email,text)" \
	'{"who.email":["f@web.example"],"text":"A\nquestion"}'
is 'and the history says who let it in' "$(crm-history -l 1 | jq -r .user)" web
crm-set p2 phone=+353215550001
is 'a customer' "$(post '{"name":"Eve","email":"sean@oneil.example","phone":null,"text":"Hi"}')" \
	'Status: 204 No Content'
is 'stays as they were' "$(crm-find p2 -f name,phone,stage)" \
	'{"name":"Sean \"Mac\" O'\''Neil, Jr","phone":["+353215550001"],"stage":"lead"}'
is 'no name' "$(post '{"email":"n@web.example","text":"Hello"}')" 'Status: 204 No Content'
is 'the address is it' "$(crm-find n@web.example -f name,stage -o tsv | sed 1d)" 'n@web.example	lead'
cat >stub/crm-log <<'STUB'
#!/bin/sh
# busy once, then as ever
[ -e "$HOME/busy" ] || { : >"$HOME/busy"; exit 75; }
STUB
echo "exec $CRM_BUILD/bin/crm-log \"\$@\"" >>stub/crm-log
chmod +x stub/crm-log
is 'a passing fault' "$(post '{"email":"n@web.example","text":"Twice"}')" 'Status: 204 No Content'
rm stub/crm-log
is 'is tried again' "$(ls home/busy; crm-find event text:twice --count)" 'home/busy
1'
crm-rm n@web.example
is 'no address' "$(post '{"name":"Eve"}')" 'Status: 400 Bad Request'
is 'no JSON' "$(post 'name=Eve')" 'Status: 400 Bad Request'
is 'a list for a name' "$(post '{"name":["Eve"],"email":"e@e.example"}')" 'Status: 400 Bad Request'
is 'too long' "$(bare REQUEST_METHOD=POST CONTENT_LENGTH=1000000 lead </dev/null |
	sed -n '1s/\r$//p')" 'Status: 413 Content Too Large'
is 'asked, not sent' "$(bare lead </dev/null | sed -n '1s/\r$//p')" \
	'Status: 405 Method Not Allowed'

is 'calendar: silent' "$(cron calendar)" ''
is 'a file for each' "$(ls srv/www/calendars)" 'ewa.ics
jan.ics'
like 'with what is theirs' "$(cat srv/www/calendars/jan.ics)" '^SUMMARY:Ask "Mac"\\; rm -rf /'
crm-find task owner:jan | crm-set - stage=done
cron calendar
unlike 'what was done is gone' "$(cat srv/www/calendars/jan.ics)" 'Ask'

is 'winback: silent' "$(cron winback)" ''
is 'a task for who looks after them' \
	"$(crm-find task 'title:/win back' -f title,who.name,owner,due)" \
	'{"title":"Win back Łukasz Żak, last order 2025-09-01","who.name":["Łukasz Żak"],"owner":"ewa","due":"2026-03-22"}'
cron winback
is 'once' "$(crm-find task 'title:/win back' --count)" 1

is 'birthdays: labels' "$(cron birthdays)" 'Łukasz Żak
Długa 1
31-147 Kraków

Two
Lines $(touch hacked) `touch hacked` %s \n
$(touch hacked)
30-002

Sean "Mac" O'\''Neil, Jr
1 Quay St
Cork'
is 'once' "$(cron birthdays)" ''

n=$(letters)
is 'anniversary: silent' "$(cron anniversary)" ''
is 'thanks by letter' "$(newest_letter | sed '1,/^$/d')" 'Dear Łukasz Żak,

you have been a customer for 1 year: thank you.'
like 'to the first address' "$(newest_letter)" '^To: luk@lipa\.example$'
cron anniversary
is 'once' "$(letters)" "$((n + 1))"

is 'price-rise: whom to tell' "$(by_hand price-rise Teapot 41 | tr -d '\r')" \
	'name,email,phone,owner,last-order
Łukasz Żak,"luk@lipa.example,l@home.example",,ewa,2025-09-01
মিতালী বেগম,mitali@mail.example,,ewa,2026-03-01'
is 'and the price' "$(crm-find product sku:TP -f price)" '{"price":41.00,"currency":"EUR"}'

like 'review: the best of a quarter beside the one before' \
	"$(by_hand review 2026-q1 2025-q3)" '^মিতালী বেগম +1 +38\.00 '

crm-add deal <<'END'
{"title":"Forty \"chairs\"","who":["p2"],"value":4000,"expected":"2026-04-01","owner":"jan","opened":"2026-01-05"}
{"title":"Lamps; again","who":["shop:77"],"value":50,"owner":"jan","opened":"2026-01-05"}
{"title":"Tea, বড়","who":["p3"],"value":100,"stage":"won","closed":"2026-03-06","owner":"ewa"}
END
cron meeting >sheet
like 'meeting: to be decided' "$(sed -n '/^To be/,/^$/p' sheet)" '^2026-04-01 +Forty "chairs" +Sean'
like 'nobody moves' "$(sed -n '/^Nobody/,/^$/p' sheet)" '^Lamps; again +shop:77 +50\.00'
like 'decided' "$(sed -n '/^Decided/,$p' sheet)" '^2026-03-06 +Tea, বড় +মিতালী বেগম +100\.00'

by_hand territory <<'END'
30,ewa
12,রহিম "জান"
END
is 'territory: by the beginnings of postcodes' "$(crm-find person has:postcode -f owner -o tsv)" \
	"owner
ewa
রহিম \"জান\"
ewa"
n=$(crm-history -o jsonl -l 1 | jq .change)
by_hand handover 'রহিম "জান"' "O'Hara"
is 'handover: customers and what is open' "$(crm-find owner:="O'Hara" -o ids)" p3
is 'in one change set' "$(crm-history -o jsonl -l 1 | jq ".change - $n")" 1
is 'nobody is left' "$(crm-find owner:='রহিম "জান"' --count)" 0

by_hand readers >list
is 'readers: a list' "$(grep -c @ list)" 4
is 'as CSV' "$(sed -n 2p list)" '"sean@oneil.example","Sean ""Mac"" O'\''Neil, Jr"'
printf '%s\n' sean@oneil.example nobody@else.example >gone
like 'unsubscribe: an address that is nobody'\''s is told of' \
	"$(by_hand unsubscribe <gone)" nobody@else
is 'the others are out' "$(by_hand readers | grep -c sean)" 0
is 'and it stands in their story' "$(crm-find event what:unsubscribed -f who.id)" \
	'{"who.id":["p2"]}'
is 'again: nothing' "$(by_hand unsubscribe <gone | grep -v nobody@
	crm-find event what:unsubscribed --count)" 1
crm-add person name=Bo email=bo@mail.example
echo bo@mail.example | by_hand unsubscribe
crm-set bo@mail.example tag+=newsletter
is 'who was no reader stays out as well' "$(by_hand readers | grep -c bo@)" 0
crm-segment add readers bo@mail.example
is 'until somebody puts them in' "$(by_hand readers | grep -c bo@)" 1
crm-rm bo@mail.example

crm-set k1 stage=solved
n=$(letters)
is 'survey: silent' "$(cron survey)" ''
like 'asks' "$(newest_letter)" 'https://shop.example/survey\?w=p2$'
cron survey
is 'once' "$(letters)" "$((n + 1))"
cat >answers.csv <<'END'
nr,w,time,score,words
1,p2,2026-03-15T09:00Z,3,"slow; ""very"""
2,p3,2026-03-15T10:00Z,10,ভাল
END
is 'answers: silent' "$(by_hand answers <answers.csv)" ''
is 'are feedback' "$(crm-find event what:feedback -f who.id,score,text)" \
	'{"who.id":["p2"],"score":3,"text":"slow; \"very\""}
{"who.id":["p3"],"score":10,"text":"ভাল"}'
crm-find task title:unhappy | crm-set - stage=done
by_hand answers <answers.csv
is 'the unhappy one is called, once' "$(crm-find task title:unhappy -f title)" \
	'{"title":"Call Sean \"Mac\" O'\''Neil, Jr: unhappy"}'

n=$(letters)
is 'dunning: silent' "$(cron dunning)" ''
is 'a letter to each who is late' "$(($(letters) - n))" 2
is 'with what is open' "$(newest_letter)" 'To: -f@lines.example
Subject: Open invoices
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Dear Two
Lines $(touch hacked) `touch hacked` %s \n,

these are late:

A3: to be paid by 2026-02-15; paid: 9.00 by payment A3 on 2026-02-20; open: 90.00, 28 days late

Please pay 90 EUR.'
CRM_NOW=2026-03-20T12:00:00Z
cron dunning
is 'not again within a fortnight' "$(($(letters) - n))" 2
CRM_NOW=2026-03-29T12:00:00Z
cron dunning
is 'but then' "$(($(letters) - n))" 4

CRM_NOW=2026-04-01T02:00:00Z
if command -v hledger >/dev/null; then
	is 'books: silent' "$(cron books)" ''
	is 'files of last month' "$(ls srv/books)" '2026-03.csv
2026-03.journal'
	is 'sales of the month' "$(LC_ALL=C.UTF-8 hledger -f srv/books/2026-03.journal \
		bal -N --depth 1 income | awk '{ print $1 }')" \
		"-$(crm-report revenue --in 2026-03 --by '' -f revenue -o tsv | sed 1d)"
	rm srv/books/*
	(cd srv && bare CRM_STORE=../store books books 2026-03)
	is 'from a store and to a folder that are named from here' \
		"$(ls srv/books)" '2026-03.csv
2026-03.journal'
	like 'and who owes what' "$(cat srv/books/2026-03.csv)" '^p1,Łukasz Żak,1,76\.00,'
else
	skip 5 'there is no hledger: make check-interop installs it'
	echo books >>ran
fi

crm-add person name='Lukasz Zak' email=luk+x@lipa.example birthday=1980-03-18 \
	city=Krakow 2>/dev/null
crm-add person name='O Sean' street='1 Quay St' city=Cork birthday=--03-20
like 'tidy: what is doubtful is printed' "$(cron tidy)" 'O Sean'
is 'what is sure is one' "$(crm-find person luk+x@lipa.example -f id,name)" \
	'{"id":"p1","name":"Łukasz Żak"}'

is 'held: silent' "$(by_hand held f@web.example mine.jsonl)" ''
is 'for them alone' "$(stat -c %a mine.jsonl)" 600
like 'what they wrote is in it' "$(jq -c .text mine.jsonl)" 'A.nquestion'
is 'forget' "$(by_hand forget f@web.example | grep web)" ''
fails_with 1 'they are gone' crm-find -e person f@web.example
is 'from the file too' "$(grep -c 'f@web.example' store/data.mdb)" 0

# nothing ran for five weeks: whose days those were is not forgotten
crm-add person name=Late street='2 Quay St' city=Cork birthday=--04-01
crm-add person name=Asked email=asked@late.example
crm-add ticket title=Late who=Asked stage=solved closed=2026-03-30 \
	opened=2026-03-29
was=$CRM_NOW
CRM_NOW=2026-04-24T12:00:00Z
is 'birthdays: belated' "$(cron birthdays)" 'O Sean
1 Quay St
Cork

Late
2 Quay St
Cork'
cron survey
like 'survey: later' "$(newest_letter)" '^To: asked@late\.example$'
n=$(letters)
cron survey
is 'but not twice' "$(letters)" "$n"
CRM_NOW=$was

# what was in a name was never run
is 'no name was taken for a command' "$(find . -name hacked)" ''
ok 'the store is sound' crm-store check
is 'all scripts were run' "$(ls bin)" "$(grep -v '^crm-' ran | sort -u)"
is 'and every line of the crontab' "$(awk '$1 ~ /^[0-9*]/ && NF > 5 &&
	$2 ~ /^[0-9*]/ { print $6 }' page.txt | grep -vxFf ran)" ''
plan "$tests_run"
