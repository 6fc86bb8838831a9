#!/bin/sh
# --as-of: the store as it was.  Random commands are run, and the store is
# copied after each change set; then whatever is asked of the last store as of
# a change set is what the copy says.  SEED and STEPS draw other commands.
. "${0%/*}/../lib.sh"
plan 39

: "${SEED:=7}" "${STEPS:=45}"

# draw SEED STEPS MODE: commands, one a line.  MODE dated: events are entered
# when they happen and never corrected.
draw()
{
	awk -v seed="$1" -v steps="$2" -v mode="$3" '
	function below(n) { return int(rand() * n) }
	function one(list,  a, n) {
		n = split(list, a, " ")
		return a[1 + below(n)]
	}
	function person() { return "p" 1 + below(8) }
	function who() { return below(5) ? person() : "o" 1 + below(3) }
	function at() {
		return mode == "dated" || below(2) ? "" : sprintf( \
		    " at=2026-0%d-%02d", 1 + below(3), 1 + below(28))
	}
	function set(  f) {
		f = below(10)
		if (f == 0) return "city=" one("Rome Oslo Lund")
		if (f == 1) return "city="
		if (f == 2) return "tag+=" one("a b c")
		if (f == 3) return "tag-=" one("a b c")
		if (f == 4) return "name=" one("Anna Bela Cleo Dora Anne")
		if (f == 5) return "org=o" 1 + below(3)
		if (f == 6) return "email+=" one("a b c d") "@x.example"
		if (f == 7) return "phone=+3630123456" below(10)
		if (f == 8 && mode != "dated")
			return "stage=" one("lead prospect customer former")
		return "note=" one("hello world again") below(3)
	}
	function event(  f) {
		f = below(8)
		if (f < 2) return one("call visit note") " hello" below(3) at()
		if (f < 5)
			return "purchase amount=" 1 + below(200) \
			    one(" USD EUR EUR EUR") " product=g" 1 + below(2) \
			    (below(2) ? " doc=A" below(9) : "") at()
		if (f == 5) return "invoice amount=" 1 + below(90) \
		    " doc=A" below(9) at()
		if (f == 6) return "payment amount=" 1 + below(90) \
		    " doc=A" below(9) at()
		return "feedback score=" below(11) " scale=nps" at()
	}
	BEGIN {
		srand(seed)
		print "crm-add person name=Anna email=a@x.example tag=a"
		print "crm-add org name=Acme city=Lund"
		print "crm-add product name=Chair price=10"
		print "crm-add product name=Table price=90"
		print "crm-segment define rich spent:50.."
		for (i = 0; i < steps; i++) {
			undo = 0
			f = below(20)
			if (f < 3)
				print "crm-add person name=" \
				    one("Eva Finn Gina Anna") " " set()
			else if (f == 3)
				print "crm-add org name=O" i
			else if (f == 4)
				print "crm-add deal title=D" i " who=" who() \
				    " value=" 100 * below(9)
			else if (f == 5 && mode != "dated")
				print "crm-set d" 1 + below(3) " stage=" \
				    one("won lost proposal")
			else if (f < 9) {
				print "crm-set " person() " " set()
				undo = 1
			} else if (f == 9)
				print "crm-rm " one(who() " d1 g2")
			else if (f == 10 && mode != "dated")
				print "crm-set e" 1 + below(20) " " one( \
				    "amount=" below(50) " who=" who() \
				    " at=2026-02-0" 1 + below(9) " doc=A3")
			else if (f == 11 && mode != "dated")
				print "crm-rm e" 1 + below(20)
			else if (f == 12 && mode != "dated")
				print "crm-undo" one("- -NUMBER -NUMBER")
			else if (f == 12 && last)
				print "crm-undo-"
			else if (f == 13)
				print "import " 3 + below(30)
			else if (f == 14)
				print "crm-segment add rich " person()
			else
				print "crm-log " who() " " event()
			last = undo
		}
	}' </dev/null
}

# import N: people with what they bought, several in one change set.
import()
{
	awk -v n="$1" 'BEGIN { for (i = 1; i <= n; i++)
		printf "{\"name\":\"I%d\",\"email\":[\"i%d@x.example\"]," \
		    "\"city\":\"Rome\",\"tag\":[\"b\"]}\n", i, i }' |
		crm-add person --key email
}

number()
{
	crm-history -l 1 -o tsv | sed 1d | sed -n '1s/	.*//p'
}

# play MODE: run the commands; a copy of the store after each change set n is
# copy/n, and moments has "n when".
play()
{
	rm -rf store copy
	mkdir copy
	CRM_STORE=$tmp/store
	export CRM_STORE
	crm-store init
	: >moments
	change=0 hour=0 made=false
	draw "$SEED" "$STEPS" "$1" >commands
	while read -r command; do
		hour=$((hour + 7))
		CRM_NOW=$(date -u -d "2026-02-01 + $hour hours" \
			+%Y-%m-%dT%H:%M:%SZ)
		case $command in
		*-NUMBER) command="crm-undo --force $((change / 2 + 1))" ;;
		*-) # of the command before, if that did anything
			$made || continue
			command=${command%-}
			;;
		esac
		# shellcheck disable=SC2086 # words of their own
		$command </dev/null >/dev/null 2>&1
		now=$(number)
		made=true
		[ "$now" != "$change" ] || made=false
		$made || continue
		change=$now
		cp -R store "copy/$change"
		echo "$change $CRM_NOW" >>moments
	done <commands
	hour=$((hour + 500))
	CRM_NOW=$(date -u -d "2026-02-01 + $hour hours" +%Y-%m-%dT%H:%M:%SZ)
}

# Questions, one a line; --as-of comes behind the first word.
cat >questions <<'END_OF_QUESTIONS'
find any
find event
find any -f id,spent,orders,first-order,last-order,last,quiet,contacts,balance,overdue
find person -f id,bought,answered,open-deals,org.name,org.city,next-birthday,created,updated -o tsv
find event -f id,who.name,product.name,day,amount,updated,deal.title -o tsv
find city:rome
find person not city:rome
find no:city
find tag:a
find tag:a city:oslo
find person tag:b or name:anna
find tag:b --count
find person --count
find event --count
find /an
find hello1
find event text:hello0
find spent:50..
find person spent:0
find person orders:2.. balance:..0
find person bought:g1
find person not bought:g1
find person quiet:5d..
find person last:-10d..
find org:o1
find org:acme
find a@x.example
find person phone:~30123
find person name:/a
find event who:p1
find event who:o1
find event who:acme what:purchase
find event product:g1 amount:50..
find event who.city:rome
find event who:@rich
find @rich
find person not @rich
find person is:customer
find deal stage:won,lost
find deal --sort -value -l 2
find event --sort -at -l 5
find event --sort amount -l 5 -f id,amount
find person --sort -spent,name -l 3
find event what:purchase --get who
find updated:today
find created:-3d..
find p1 or p2 or o1
find event doc:A3
show p1
show o1
show p2 d1 g1
show Anna
show a@x.example
report activity
report basket
report churn
report churn --model silence
report clv
report cohort
report concentration
report customers
report customers --by who.city
report customers --in 2026-02 city:rome
report customers --in last-month
report forecast
report forecast --by month
report funnel
report model
report model --model sbg
report overdue
report pipeline
report receivables
report retention
report revenue
report revenue --by product.name
report revenue --by who.org
report revenue --in 2026-02
report rfm
report rfm --summary
report satisfaction
report score
report segments
report service
report sources
report staff
report stale
report velocity
report winloss
END_OF_QUESTIONS

# ask [--as-of WHAT]: all answers, and what is said on stderr; of what was added
# later, that it is not there, and no more.
ask()
{
	while read -r program rest; do
		echo "== $program $rest"
		# shellcheck disable=SC2086 # words of their own
		crm-$program "$@" $rest 2>&1 </dev/null
		echo "status $?"
	done <questions |
		sed "s/: no such [a-z ]*: '\([a-z][0-9]*\)'$/: no \1/
		s/: \([a-z][0-9]*\) was not there yet: it was added on .*/: no \1/"
}

#
# As of a change set.
#
play any
like 'what was added later is told of' \
	"$(crm-show --as-of change:1 p1 2>&1; crm-show --as-of change:1 o1 2>&1)" \
	'o1 was not there yet: it was added on 2026-02-01 .change 2.'
crm-report list -f report -o tsv | sed 1d >reports
is 'every report is asked for' "$(while read -r name; do
	grep -q "^report $name" questions || echo "$name"
done <reports)" ''
good=0 all=0
while read -r n when; do
	all=$((all + 1))
	CRM_STORE=$tmp/copy/$n CRM_NOW=$when ask >want
	ask --as-of "change:$n" >got
	cmp -s want got || {
		diag "as of change $n (SEED=$SEED):"
		diff want got | sed 30q | diag
		continue
	}
	good=$((good + 1))
done <moments
is "whatever is asked as of a change set, the copy says" \
	"$good of $all" "$all of $all"
ok 'and these were many' test "$all" -gt $((STEPS / 2))

#
# As of a date: as of a change set, when events were entered as they happened.
#
play dated
good=0 all=0
while read -r n when; do
	all=$((all + 1))
	CRM_STORE=$tmp/copy/$n CRM_NOW=$when ask >want
	ask --as-of "$when" >got
	cmp -s want got || {
		diag "as of $when, change $n (SEED=$SEED):"
		diff want got | sed 30q | diag
		continue
	}
	good=$((good + 1))
done <moments
is 'as of an instant too, where events were entered as they happened' \
	"$good of $all" "$all of $all"
rm -rf copy

#
# What counts as then.
#
CRM_STORE=$tmp/second
crm-store init
# on DAY COMMAND...: at noon
on()
{
	CRM_NOW=$1T12:00:00Z
	shift
	"$@" 2>/dev/null
}
on 2026-03-01 crm-add person name=Anna city=Oslo
on 2026-03-02 crm-set p1 city=Rome name=Annie
on 2026-03-03 crm-add person name=Bela tag=new
on 2026-03-04 crm-log p1 call at=2026-02-10
on 2026-03-05 crm-log p1 purchase amount=70 at=2026-03-01
on 2026-03-06 crm-set e2 amount=90
on 2026-03-07 crm-rm p2
CRM_NOW=2026-03-10T12:00:00Z
is 'a date is its whole day' "$(crm-find --as-of 2026-03-02 p1 -f city -o tsv)" \
	"city
Rome"
is 'a time is that instant' \
	"$(crm-find --as-of 2026-03-02T11:59:59Z p1 -f city -o tsv)" "city
Oslo"
is 'it is found by the name it had' \
	"$(crm-find --as-of 2026-03-01 person name:anna -o ids)" p1
is 'and not by the one it got' \
	"$(crm-find --as-of 2026-03-01 person name:annie -o ids)" ''
is 'a month that is not over is as of now' \
	"$(crm-find --as-of 2026-03 person -o ids)" p1
is 'one removed since is there' \
	"$(crm-find --as-of 2026-03-06 person -o ids)" "p1
p2"
is 'one removed then is not' \
	"$(crm-find --as-of 2026-03-07 person --count)" 1
is 'nor one that was added later' \
	"$(crm-find --as-of 2026-03-02 tag:new --count)" 0
is 'events count by their time, whenever they were entered' \
	"$(crm-find --as-of 2026-02-20 event -f id,at -o tsv)" "id	at
e1	2026-02-10T00:00:00Z"
is 'as they are known today' \
	"$(crm-find --as-of 2026-03-01 person -f id,spent,last,quiet -o tsv)" \
	"id	spent	last	quiet
p1	90.00	2026-02-10	19"
is 'and a customer that they name was known, as first entered' \
	"$(crm-find --as-of 2026-02-20 any -f id,name,city -o tsv)" "id	name	city
e1		
p1	Anna	Oslo"
is 'as of a change set they are what they were' \
	"$(crm-find --as-of change:5 person -f id,spent -o tsv)" "id	spent
p1	70.00
p2	0.00"
is 'entered later, they are not there' \
	"$(crm-find --as-of change:4 event -o ids)" e1
is 'before the store began there is nothing' \
	"$(crm-find --as-of 2026-02-01 any --count)" 0
run crm-find -e --as-of 2026-02-01 any
is 'which -e says' "$status" 1
ok 'a report too is silent then' crm-report revenue --as-of 2026-02-01
is 'and prints nothing' "$(cat "$tmp/out")" ''
is 'ages count to the day that is asked for' \
	"$(crm-report customers --as-of 2026-03-01 --by first-order -o tsv |
		cut -f 1,2)" "$(CRM_NOW=2026-03-01T23:00:00Z crm-report \
		customers --by first-order -o tsv | cut -f 1,2)"
is 'today is that day' \
	"$(crm-find --as-of 2026-03-03 person created:today -o ids)" p2

CRM_NOW=2026-03-09T12:00:00Z crm-set -q e1 text=corrected
is 'an event that was corrected stands beside when that was' \
	"$(crm-find --as-of 2026-02-20 event -f text,updated -o tsv | sed 1d)" \
	'corrected	2026-03-09T12:00:00Z'
like 'one to come is told of' "$(crm-show --as-of 2026-02-05 e1 2>&1)" \
	'e1 was not there yet: it is of 2026-02-10'

# What an import brings of the past.
on 2026-03-08 crm-add org name=Acme
on 2026-03-08 crm-add product name=Chair price=5
on 2026-03-08 crm-add person name=Old org=o1 created=2025-06-01
printf '%s\n' 'who	what	at	amount	product	key' \
	'p3	purchase	2025-03-05	10	g1	a:1' \
	'p3	purchase	2025-08-05	20	g1	a:2' |
	on 2026-03-08 crm-log
CRM_NOW=2026-03-10T12:00:00Z
is 'imported sales are in the report of their time' \
	"$(crm-report revenue --as-of 2025-12-31 --by product.name -o tsv |
		cut -f 1,5)" "product.name	revenue
Chair	30.00"
is 'up to the date' \
	"$(crm-report customers --as-of 2025-06-30 -f id,name,spent -o tsv)" \
	"id	name	spent
p3	Old	10.00"
is 'with who bought, and their organisation' \
	"$(crm-find --as-of 2025-06-30 any -o ids)" "$(printf '%s\n' e4 e6 g1 o1 p3)"
is 'known is who says to be created before' \
	"$(crm-add person name=Paper created=2024-01-01 &&
		crm-find --as-of 2024-12-31 person -o ids)" p4
is 'as of the change set before there is none of it' \
	"$(crm-find --as-of change:7 any -o ids)" \
	"$(printf '%s\n' e1 e2 e3 p1)"

#
# What is no moment.
#
fails_with 65 'a change set that is not there' \
	crm-find --as-of change:99 any
fails_with 65 'nor the one before the first' \
	crm-find --as-of change:0 any
fails_with 65 'a day to come' crm-report revenue --as-of 2027
fails_with 64 'no day at all' crm-show --as-of 2026-02-30 p1
fails_with 64 'a change set without a number' \
	crm-find --as-of change:x any
fails_with 65 'somebody who was not there' \
	crm-show --as-of change:1 p2

#
# More than is kept of what was worked out: a record that is at hand stays.
#
# long KIND NAME LETTER [FIELDS]
long()
{
	printf '{"kind":"%s","name":"%s"%s,"note":"' "$1" "$2" "${4-}"
	head -c 11000000 /dev/zero | tr '\0' "$3"
	printf '"}\n'
}
crm-store -s long init
for i in 1 2 3 4; do long org "O$i" o; done | crm-add -s long
for i in 1 2 3 4; do long person "P$i" $i ",\"org\":\"o$i\""; done |
	crm-add -s long
run crm-set -s long p1 p2 p3 p4 o1 o2 o3 o4 city=Oslo
is 'large records as they were' \
	"$(crm-find -s long --as-of change:2 person no:city --sort -note \
		-f org.note,note -o tsv | tr -d o | cut -c1-3,10999998-)" \
	"$(printf 'rg.\n\t444444\n\t333333\n\t222222\n\t111111')"

#
# What was entered later was known when an event by then names it: by a link
# that an index has, by one that none has, and by events that no index has yet.
#
CRM_NOW=2026-03-10T12:00:00Z
crm-store -s late init
cat >>late/crm.yaml <<-'YAML'
	kinds:
	  machine:
	    letter: x
	    fields: {name: text, of: org}
	  event: {fields: {machine: machine}}
YAML
crm-add -q -s late person name=A
printf 'name\nChair\nTable\nBed\n' | crm-add -q -s late product
printf 'name\nM1\nM2\n' | crm-add -q -s late machine
crm-log -q -s late p1 purchase at=2026-01-06 product=Chair amount=3
crm-log -q -s late p1 call at=2026-01-07 machine=M1
awk 'BEGIN { print "who,what,at"
	for (i = 0; i < 5000; i++) print "p1,visit,2026-02-01" }' |
	crm-log -q -s late
crm-log -q -s late p1 purchase at=2026-01-08 product=Table amount=3
for day in 05 06 07 08; do
	crm-find -s late --as-of 2026-01-$day product -o ids
	crm-find -s late --as-of 2026-01-$day machine -o ids
	crm-find -s late --as-of 2026-01-$day any -o ids | grep '[gx]'
	echo
done | tr '\n' ' ' >got
is 'as soon as an event names them' "$(cat got)" \
	' g1 g1  g1 x1 g1 x1  g1 g2 x1 g1 g2 x1  '
