#!/bin/sh
# Mail programs, calendars, databases and plotters given what we write; and
# our programs with nothing but cron's environment.
. "${0%/*}/../lib.sh"
plan 37
LC_ALL=C.UTF-8
export LC_ALL

# with PROGRAM N: skip N tests where it is not installed.
with()
{
	command -v "$1" >/dev/null && return 0
	skip "$2" "there is no $1: make check-interop installs it"
	return 1
}

crm-add person name='Ann "A" Other, Jr' email=ann@mill.example,home@mill.example \
	birthday=1990-03-18 city=Oslo note='one
two; three, "four"'
crm-add person name='রহিম উদ্দিন' email=rahim@mill.example city=ঢাকা
crm-add task title='Call; back, now' who=p1 due=2026-03-16
crm-log p1 call 'hello, there' at=2026-03-14
crm-log p1 purchase amount=120.50 qty=2 at=2026-01-05
crm-log p2 purchase amount=9 at=2026-02-05
crm-log p2 invoice amount=70.25 doc=F1 at=2026-02-05 due=2026-02-19
crm-log p2 payment amount=20 doc=F1 at=2026-02-25

# query_command, in the program itself: its menu is driven by keys.
for mutt in mutt neomutt; do
	with $mutt 3 || continue
	if ! command -v script >/dev/null; then
		skip 3 'there is no script'
		continue
	fi
	: >mbox
	for word in mill রহিম nobody; do
		cat >rc <<-END
		set query_command = "crm-find -o mutt %s"
		set spoolfile = mbox
		set folder = .
		set quit = yes
		set wait_key = no
		push '<query>$word<enter>'
		END
		{ sleep 2; printf q; sleep 1; printf q; sleep 1; printf q; } |
			TERM=xterm timeout 20 script -qec \
			"stty cols 100 rows 30; $mutt -n -F rc -f mbox" /dev/null \
			>screen 2>&1
		sed 's/\x1b\[[0-9;?]*[a-zA-Z]/ /g' screen | tr -d '\r' >$word
	done
	like "$mutt: who was in touch last comes first" "$(cat mill)" \
		'1 +ann@mill\.example +Ann "A" Other, Jr|1 +.*Ann "A" Other, Jr.*ann@mill\.example'
	like "$mutt: any script" "$(cat রহিম)" 'rahim@mill\.example'
	unlike "$mutt: nobody is nobody" "$(cat nobody)" 'mill\.example'
done

# aerc: its list of addresses pops up while To: is typed.
if with aerc 2; then
	if command -v python3 >/dev/null; then
		mkdir -p aerc/aerc letters/in/cur letters/in/new letters/in/tmp
		cat >aerc/aerc/accounts.conf <<-END
		[us]
		source = maildir://$tmp/letters
		default = in
		outgoing = /bin/true
		from = Us <us@own.example>
		END
		chmod 600 aerc/aerc/accounts.conf
		cat >aerc/aerc/aerc.conf <<-END
		[compose]
		address-book-cmd = crm-find -o aerc %s
		[ui]
		completion-popovers = true
		completion-delay = 100ms
		END
		cp /usr/share/aerc/binds.conf aerc/aerc/
		printf '#!/bin/sh\nexec sleep 60\n' >editor
		chmod +x editor
		for word in mill nobody; do
			{ printf '%s\n' 'wait in' 'rest 1' 'type :compose\r' 'wait To' \
				"type $word"
				case $word in
				mill) echo 'wait rahim@mill' ;;
				esac
				echo 'rest 2'; } |
				XDG_CONFIG_HOME="$tmp/aerc" EDITOR="$tmp/editor" \
				python3 "$top/tests/interop/typed.py" aerc \
				>"aerc.$word" 2>>err
		done
		like 'aerc: names and addresses, of any script' "$(cat aerc.mill)" \
			'Other, Jr" <ann@mill\.example>.*রহিম উদ্দিন <rahim@mill\.example>'
		unlike 'aerc: nobody is nobody' "$(cat aerc.nobody)" 'mill\.example'
	else
		skip 2 'there is no python3'
	fi
fi
crm-find -o aerc an >aerc.out
is 'aerc: address, tab, name' "$(cat aerc.out)" 'ann@mill.example	Ann "A" Other, Jr
home@mill.example	Ann "A" Other, Jr'
is 'aerc: a line as typed' "$(sh -c 'crm-find -o aerc "রহ"')" \
	'rahim@mill.example	রহিম উদ্দিন'

# Calendars.
crm-due --within 7d -o ics >due.ics
if with calcurse 3; then
	mkdir cal
	calcurse -D cal -i due.ics >calcurse.out 2>&1
	like 'calcurse: skips nothing' "$(cat calcurse.out)" '/ 0 skipped'
	like 'a task' "$(cat cal/todo)" 'Call; back, now'
	like 'a birthday on its day' "$(cat cal/apts)" '^03/18/2026 .*Ann "A" Other, Jr'
fi
if with khal 2; then
	mkdir -p "$XDG_CONFIG_HOME/khal" kal
	cat >"$XDG_CONFIG_HOME/khal/config" <<-END
	[calendars]
	[[c]]
	path = $tmp/kal
	type = calendar
	[locale]
	timeformat = %H:%M
	dateformat = %Y-%m-%d
	longdateformat = %Y-%m-%d
	datetimeformat = %Y-%m-%d %H:%M
	longdatetimeformat = %Y-%m-%d %H:%M
	local_timezone = UTC
	default_timezone = UTC
	[default]
	default_calendar = c
	END
	khal import --batch due.ics >khal.out 2>&1
	is 'khal: the birthday' "$(khal list 2026-03-15 10d --format '{start-date} {title}' | grep -F Ann)" \
		'2026-03-18 birthday: Ann "A" Other, Jr'
	khal import --batch due.ics >khal.out 2>&1
	is 'again: once' "$(khal list 2026-03-15 10d --format '{title}' | grep -c Ann)" 1
fi
if with remind 2; then
	crm-find person has:birthday -f birthday,name | jq -r '"REM \(.birthday
		| strptime("%Y-%m-%d") | strftime("%d %b")) MSG \(.name |
		gsub("%"; "%%")) is \(.birthday | .[0:4] | "[$Uy - \(.)]")"' |
		sed 's/\$Uy/year(trigdate())/' >birthdays.rem
	is 'remind: a birthday' "$(remind -q birthdays.rem 2026-03-18 | grep Ann)" \
		'Ann "A" Other, Jr is 36'
	is 'on no other day' "$(remind -q birthdays.rem 2026-03-19 | grep -c Ann)" 0
fi

# Books: the balance of what is receivable is that of the report.
crm-find event -o ledger >all.journal
owed=$(crm-report receivables --by '' -f balance -o tsv | sed 1d)
is 'receivables' "$owed" 50.25
if with hledger 3; then
	ok 'hledger: strict' hledger -f all.journal check --strict
	is 'receivable' "$(hledger -f all.journal bal -N --depth 2 assets:receivable |
		awk '{ print $1 }')" "$owed"
	is 'of each' "$(hledger -f all.journal bal -N assets:receivable -O csv |
		grep -c 'রহিম উদ্দিন.*50\.25')" 1
fi
# a firm that pays for one of its people, and too much; a currency besides
export CRM_STORE=$tmp/paid
crm-store init
crm-add org name='Pay, Ltd'
crm-add person name='Of Pay' org='Pay, Ltd'
crm-log 'Of Pay' invoice amount=20 doc=P1
crm-log 'Of Pay' invoice amount=8 doc=P2
crm-log 'Pay, Ltd' payment amount=23 doc=P1
crm-log 'Pay, Ltd' invoice amount=70USD doc=P3 2>/dev/null
crm-find event -o ledger >paid.journal
crm-report receivables --by '' -f balance,currency -o tsv | sed 1d |
	tr '\t' ' ' | sort >want
is 'a firm pays for its people' "$(cat want)" '5.00 EUR
70.00 USD'
if with hledger 2; then
	ok 'hledger: strict, that too' hledger -f paid.journal check --strict
	hledger -f paid.journal bal -N --depth 2 assets:receivable |
		sed 's/^ *//; s/  .*//' | sort >got
	same_file 'and it owes the same' got want
fi
unset CRM_STORE

# psql \copy: a cluster of its own, without a network.
pg=
for dir in /usr/lib/postgresql/*/bin; do
	[ ! -x "$dir/initdb" ] || pg=$dir
done
if [ -z "$pg" ] || ! command -v psql >/dev/null; then
	skip 4 'there is no postgresql: make check-interop installs it'
else
	as=
	mkdir pg pg/sock
	if [ "$(id -u)" -eq 0 ]; then
		as='setpriv --reuid postgres --regid postgres --clear-groups'
		chmod 755 "$tmp"
		chown -R postgres pg
	fi
	# shellcheck disable=SC2086 # a command and its operands
	if $as "$pg/initdb" -D "$tmp/pg/data" -U crm -E UTF8 --locale=C.UTF-8 \
		-N >pg.log 2>&1 && $as "$pg/pg_ctl" -D "$tmp/pg/data" -w -l \
		"$tmp/pg/log" -o "-c listen_addresses='' -c fsync=off -k $tmp/pg/sock" \
		start >>pg.log 2>&1; then
		crm-find person -f id,name,city,note,spent -o csv >p.csv
		crm-find person -f id,note -o tsv >p.tsv
		psql -h "$tmp/pg/sock" -U crm -d postgres -qAt >psql.out 2>&1 <<-'END'
		create table p (id text, name text, city text, note text, spent numeric(12,2));
		\copy p from 'p.csv' csv header
		select count(*), sum(spent) from p;
		select name, note from p where city = 'Oslo';
		create table n (id text, note text);
		\copy n from 'p.tsv' with (header, null '')
		select count(*) from n join p using (id, note);
		select name from p where city = 'ঢাকা';
		END
		is 'psql: all of them, and the sum' "$(sed -n 1p psql.out)" '2|129.50'
		is 'a text of lines, with quotes' "$(sed -n 2,3p psql.out)" \
			'Ann "A" Other, Jr|one
two; three, "four"'
		is 'TSV is its text format' "$(sed -n 4p psql.out)" 1
		is 'any script' "$(sed -n 5p psql.out)" 'রহিম উদ্দিন'
		# shellcheck disable=SC2086
		$as "$pg/pg_ctl" -D "$tmp/pg/data" -m immediate stop >/dev/null 2>&1
	else
		diag <pg.log
		skip 4 'no cluster can be started here'
	fi
fi

if with vd 2; then
	crm-find person -f name,city,spent -o csv >p.csv
	vd -b p.csv -o v.json >/dev/null 2>&1
	is 'visidata: CSV' "$(jq -r '.[] | .name + "|" + .city' v.json)" \
		'Ann "A" Other, Jr|Oslo
রহিম উদ্দিন|ঢাকা'
	crm-find person -f name,spent >p.jsonl
	vd -b p.jsonl -o v.tsv >/dev/null 2>&1
	like 'JSON Lines' "$(cat v.tsv)" '^Ann "A" Other, Jr	120\.5'
fi
if with gnuplot 1; then
	crm-report revenue -f month,revenue -o tsv >r.tsv
	gnuplot <<-'END' >plot 2>&1
	set terminal dumb 60 20
	set datafile separator "\t"
	stats 'r.tsv' using 2 skip 1 nooutput
	print sprintf("%d %.2f", STATS_records, STATS_sum)
	END
	is 'gnuplot: the columns of a report' "$(tail -1 plot)" '2 129.50'
fi
if with fzf 1; then
	is 'fzf: a line of a table names its record' "$(crm-find person -f id,name -o tsv |
		fzf --filter রহিম | cut -f 1 | crm-find - -f id)" '{"id":"p2"}'
fi

# cron: nothing else is needed; its PATH names us, its shell is sh.
cron()
{
	env -i HOME="$HOME" LOGNAME=tester SHELL=/bin/sh \
		PATH=/usr/bin:/bin CRM_NOW="$CRM_NOW" /bin/sh -c "$1" </dev/null
}
b=$CRM_BUILD/bin
is 'cron: what is due, in any script' "$(cron "$b/crm-find person -f name,city -o table")" \
	'name               city
Ann "A" Other, Jr  Oslo
রহিম উদ্দিন         ঢাকা'
is 'silent when there is nothing' "$(cron "$b/crm-due --owner nobody -o table" 2>&1)" ''
is 'and when something is written' "$(cron "$b/crm-log p2 call hello" 2>&1)" ''
is 'by whom it was' "$(crm-history -l 1 | jq -r .user)" "$(id -un)"
is 'no colour, no receipt, no progress' "$(cron "$b/crm-report revenue -f month,revenue -o table" 2>&1)" \
	'month    revenue
2026-01   120.50
2026-02     9.00'
