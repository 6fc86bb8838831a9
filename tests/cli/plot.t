#!/bin/sh
# crm-plot: rows from a pipe, drawn.
. "${0%/*}/../lib.sh"

# utf8 COMMAND...: in a locale of UTF-8
utf8()
{
	LC_ALL=C.UTF-8 "$@"
}
# widest FILE: columns of its widest line
widest()
{
	python3 -c '
import sys, unicodedata
def columns(s):
    return sum(0 if unicodedata.combining(c) else
        2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in s)
print(max(columns(l.rstrip("\n")) for l in open(sys.argv[1], encoding="utf-8")))
' "$1"
}

cat >money.jsonl <<'END'
{"month":"2026-01","revenue":1234567.89,"currency":"EUR"}
{"month":"2026-02","revenue":-617283.95,"currency":"EUR"}
{"month":"2026-03","revenue":0.00,"currency":"EUR"}
{"month":"2026-04","revenue":0.01,"currency":"EUR"}
END
is 'bars: exact, aligned, from zero to both sides; the least is seen' \
	"$(COLUMNS=40 crm-plot <money.jsonl)" \
	'month     revenue EUR
2026-01  1,234,567.89       ############
2026-02   -617,283.95  #####
2026-03          0.00
2026-04          0.01       .'
is 'of blocks, where they are known' \
	"$(COLUMNS=40 utf8 crm-plot -f month,revenue <money.jsonl | tail -n 4)" \
	'2026-01  1,234,567.89       ████████████
2026-02   -617,283.95  █████
2026-03          0.00
2026-04          0.01       ▏'
is '80 columns, when nobody says' "$(crm-plot <money.jsonl | widest /dev/stdin)" 80
for cols in 20 33 60 120; do
	COLUMNS=$cols crm-plot <money.jsonl >out
	[ "$(widest out)" -le "$cols" ] || [ "$cols" -lt 24 ]
	result $? "it fits $cols columns"
	is 'and numbers are whole' "$(grep -c -e 1,234,567.89 -e '-617,283.95' out)" 2
done

cat >wide.tsv <<'END'
name	spent
東京株式会社	10
Łukasz	7.5
தமிழ்	2
END
utf8 crm-plot <wide.tsv >out
is 'scripts of any width line up' "$(sed 1d out | while IFS= read -r l; do
	printf '%s\n' "${l%%█*}" | widest /dev/stdin
done | sort -u)" 21

is 'several numbers are on one scale' \
	"$(printf '%s\n' m,a,b x,8,4 y,,2 | COLUMNS=20 crm-plot -f m,a,b)" \
	'm
x  a  8  ###########
   b  4  ######
y  a
   b  2  ###'

# Currencies.
cat >two.jsonl <<'END'
{"name":"x","spent":10.50,"currency":"EUR"}
{"name":"y","spent":2000,"currency":"JPY"}
{"name":"z","spent":21.00,"currency":"EUR"}
END
is 'currencies are never on one scale, and that is said' \
	"$(COLUMNS=30 crm-plot <two.jsonl)" \
	'EUR, on a scale of its own
name  spent EUR
x         10.50  #######
z         21.00  #############

JPY, on a scale of its own
name  spent JPY
y         2,000  #############'

# What is drawn, by the columns.
cat >cohort.csv <<'END'
cohort,month,members,share
2026-01,0,10,100.0
2026-01,1,10,40.0
2026-01,10,10,30.0
2026-02,0,5,100.0
2026-02,1,5,20.0
END
is 'heat: columns in order, its main number, what shades mean' \
	"$(crm-plot <cohort.csv)" \
	'cohort         0      1     10
2026-01   #100.0 * 40.0 = 30.0
2026-02   #100.0 : 20.0
share by cohort (down) and month (across)
:: 20.0  == 30.0  ** 40.0  ## 100.0'
is 'another number, when it is named' "$(crm-plot heat -f cohort,month,members \
	<cohort.csv | sed -n 2p)" '2026-01   *10 *10 *10'
like 'hatched without colours, which is the way in a pipe' \
	"$(utf8 crm-plot <cohort.csv)" '█100.0 ▓ 40.0'
crm-plot --color=always <cohort.csv | tr -d '\033' >out
like 'coloured where it is wanted' "$(cat out)" '\[48;5;[0-9]+;38;5;[0-9]+m 100\.0\[0m'
NO_COLOR=1 crm-plot <cohort.csv >out
unlike 'not with NO_COLOR' "$(cat out)" "$(printf '\033')"
seq 1 30 | awk '{ for (i = 1; i <= 30; i++) print $1 "\t" i "\t" i * $1 }' |
	sed '1i a\tb\tc' | COLUMNS=60 crm-plot >out
is 'narrow cells have shades alone' "$(sed 1d out | head -30 |
	widest /dev/stdin)" 34
is 'so that nothing is left out' "$(sed -n 2p out | tr -d ' 0-9\n' | wc -c)" 30
printf '%s\n' a,b,c x,1,0.00 x,2,2.00 y,1,1234567.00 y,2,3.00 |
	sed 's/$/,EUR/; 1s/EUR/currency/' | COLUMNS=20 crm-plot heat >out
unlike 'money is never rounded' "$(cat out)" 'whole numbers'
COLUMNS=24 crm-plot <cohort.csv >out
like 'shares may be, which is said' "$(cat out)" ', to whole numbers'
is 'so that they fit' "$(sed -n 2p out)" '2026-01   #100 * 40 = 30'
COLUMNS=20 crm-plot heat <cohort.csv >out
[ "$(widest out)" -le 41 ]
result $? 'a narrow map'

printf '%s\t%s\t%s\n' stage deals onward lead 120 66.7 won 80 '' |
	COLUMNS=60 crm-plot >out
is 'funnel: of the one before and of the first' "$(cat out)" \
	'stage  deals                               of last  of first
lead     120  ##########################
won       80      .################.         66.7%     66.7%'
seq 1 30 | awk '{ printf "{\"day\":\"2026-01-%02d\",\"n\":%d}\n", $1, $1 * $1 }' |
	crm-plot >out
is 'many periods are a line; its ends are told' "$(tail -n 1 out)" \
	'least 1 (2026-01-01), greatest 900 (2026-01-30), last 900 (2026-01-30)'
like 'with a mark at the top' "$(cat out)" '^1,000 \+'
is 'of 12 lines, and three of words' "$(wc -l <out)" 15
is 'lines go by time: what is not in the middle is not drawn there' \
	"$(printf '%s\n' day,n 2026-01-01,0 2026-01-02,9 2026-12-31,9 |
		COLUMNS=40 crm-plot lines | grep -c ' |\*  *\*$')" 0
is 'a lacking number breaks the line' \
	"$(printf '%s\n' k,n 1,5 2, 3,5 | COLUMNS=40 crm-plot lines |
		grep -c '^ *[|+]\*  *\*$')" 1
is 'one column is a histogram' "$(printf '%s\n' v 1 2 3 19 | crm-plot --bins 2)" \
	'v       rows
 0.. 9     3  ##################################################################
10..19     1  ######################
4 numbers: least 1, median 2, greatest 19'
is 'the greatest begins no range of its own' \
	"$(printf '%s\n' risk 85.0 96.0 99.9 100.0 75.5 | crm-plot --bins 4 |
		cut -c 1-18)" \
	'risk          rows
 70.0.. 79.9     1
 80.0.. 89.9     1
 90.0..100.0     3
5 numbers: least 7'
is 'but of few whole numbers it does, and two stay apart' \
	"$(printf '%s\n' n 1 5 10 | crm-plot --bins 3 | sed -n 4p |
		cut -c 1-11)$(printf '%s\n' n 0.00 1000.00 | crm-plot | grep -c '#')" \
	'10..14     2'
is 'rows add up' "$(seq 1 1000 | sed '1i v' | crm-plot |
	sed '1d; $d' | awk '{ n += $(NF - 1) } END { print n }')" 1000
seq 1 1000 | awk 'BEGIN { print "v" } { print $1 % 10 } END { print 100000 }' |
	crm-plot >out
like 'what lies far out is in an open range' "$(tail -n 2 out | head -1)" \
	'^ *9?[0-9]+\.\. +1 '
is 'a quarter of a million rows' "$(seq 1 250000 | sed '1i v' | crm-plot |
	tail -n 1)" '250,000 numbers: least 1, median 125,000, greatest 250,000'

# What rows stand for.
cat >late.jsonl <<'END'
{"people":12,"customers":12,"revenue":900.00,"currency":"EUR"}
{"source":"web","people":12,"customers":7,"revenue":300.00,"currency":"EUR"}
{"source":"fair","people":6,"customers":1,"revenue":150.00,"currency":"EUR"}
END
is 'a column that the first object has not stands where others have it' \
	"$(COLUMNS=30 crm-plot <late.jsonl)" \
	'source  revenue EUR
             900.00  #########
web          300.00  ###
fair         150.00  ##'
is 'in TSV it is where the header has it' \
	"$(printf '%s\n' b,a,n ,x,2 y,z,1 | COLUMNS=20 crm-plot)" \
	'b, a  n
x     2  ###########
y, z  1  ######'
is 'ids say nothing beside names' "$(cat <<'END' | COLUMNS=50 crm-plot | cut -c 1-30
{"product":"g4","name":"Tea","with":"g8","with-name":"Cup","orders":5}
{"product":"g8","name":"Cup","with":"g4","with-name":"Tea","orders":5}
END
)" 'name, with-name  orders
Tea, Cup              5  #####
Cup, Tea              5  #####'
is 'but where they are all there is' "$(printf '%s\n' who,city,n o1,Rome,1 |
	COLUMNS=30 crm-plot | sed q)" 'who, city  n'
is 'a sum over all stands for no number of its own' \
	"$(echo '{"purchases":4,"gross":10.00,"refunds":1.00,"revenue":9.00,"currency":"EUR"}' |
		COLUMNS=30 crm-plot)" \
	'  revenue EUR
         9.00  ###############'
is 'figures of somebody else do' "$(printf '%s\n' a,b 4,9 | COLUMNS=20 crm-plot)" \
	'a  b
4  9  ##############'
unlike 'no bar has no colour' "$(printf '%s\n' a,b x,1 y,0 |
	crm-plot --color=always | tail -n 1)" "$(printf '\033')"

# Nothing, and what is wrong.
for o in '' '-o x.svg'; do
	# shellcheck disable=SC2086 # words
	fails_with 0 "no rows ${o:+for a picture}" crm-plot $o </dev/null
	cat out err >both
	empty 'are nothing to tell' both
done
fails_with 1 'but for -e' crm-plot -e </dev/null
[ ! -e x.svg ]
result $? 'and no picture'
printf '{"a":"x","b":1}\n{"a":"y","b":"oops"}\n' >bad
fails_with 65 'what is no number' crm-plot -f a,b <bad
is 'is told with its line' "$(cat err)" "crm-plot: stdin:2: b: 'oops' is not a number"
printf '{"a":"x","b":1}\n{"a":' >bad
fails_with 65 'a line that is cut short' crm-plot <bad
like 'too' "$(cat err)" '^crm-plot: stdin:2: '
empty 'and nothing was drawn' out
fails_with 64 'no such kind' crm-plot pie <money.jsonl
fails_with 64 'no such column' crm-plot -f month,nope <money.jsonl
like 'names those there are' "$(cat err)" 'nope.*month, revenue, currency'
fails_with 64 'a form that is none' crm-plot -o x.gif <money.jsonl
fails_with 65 'two rows in one place' crm-plot heat -f a,a,b <<'END'
a,b
x,1
x,2
END
fails_with 65 'too many digits' crm-plot <<'END'
a,b
x,999999999999999999
y,0.000000000000000001
END
fails_with 64 'a funnel of two numbers' crm-plot funnel -f month,revenue,revenue \
	<money.jsonl
is 'controls are shown, not done' "$(printf 'n\tv\na\033[31mb\t1\n' |
	COLUMNS=30 crm-plot | tail -n 1)" 'a\x1b[31mb  1  ###############'

# Pictures.
mkdir none
ln -s "$CRM_BUILD/bin/crm-plot" none/
run env PATH="$tmp/none" crm-plot -o x.svg <money.jsonl
is 'without gnuplot' "$status" 66
like 'that is told' "$(cat err)" 'gnuplot is not installed'
mkdir fake
printf '#!/bin/sh\necho "line 1: so it goes" >&2\nexit 1\n' >fake/gnuplot
chmod +x fake/gnuplot
run env PATH="$tmp/fake:$PATH" crm-plot -o x.svg <money.jsonl
is 'when it fails' "$status" 74
like 'its word is told' "$(cat err)" 'gnuplot failed: line 1: so it goes'
[ ! -e x.svg ]
result $? 'and there is no file'
command -v gnuplot >/dev/null || {
	skip 10 'there is no gnuplot'
	exit
}
cat >hostile.jsonl <<'END'
{"name":"`touch pwned`'.system('touch pwned').'","spent":1}
{"name":"'; system 'touch pwned'","spent":2}
{"name":"50% %s %n a_b^c {/:Bold x} @v \\","spent":3}
{"name":"<b>&amp;","spent":4}
{"name":"EOD","spent":5}
{"name":"\"\n!touch pwned","spent":6}
END
for kind in bars funnel lines; do
	ok "hostile names: $kind" crm-plot $kind -o svg <hostile.jsonl
	like 'stay as they are' "$(cat out)" '50% %s %n a_b\^c( {/:Bold x} @v|…)'
done
crm-plot -o svg <hostile.jsonl >out
like 'also the first' "$(cat out)" "touch pwned.*system\\(.touch pwned"
unlike 'and no tags' "$(cat out)" '<b>'
printf '{"a":"`touch pwned`","b":"'"'"'`touch pwned`","v":1}\n' |
	crm-plot heat -o heat.svg -f a,b,v
printf '{"a":"`touch pwned`","$(touch pwned)":1}\n' | crm-plot -o b.svg
[ ! -e pwned ] && [ -s heat.svg ] && [ -s b.svg ]
result $? 'nothing of them is done'
ok 'a file named like a command' crm-plot -o '|touch pwned;.svg' <two.jsonl
[ ! -e pwned ] && [ -s '|touch pwned;.svg' ]
result $? 'is a file'
like 'an amount stands there exactly' "$(crm-plot -o svg <money.jsonl)" \
	'>1,234,567\.89<'
awk 'BEGIN { n = split("champion loyal potential promising attention sleepy hibernating", w)
	for (i = 1; i <= n; i++) printf "{\"was\":\"%s\",\"is\":\"%s\",\"n\":%d}\n",
		w[i % 2 + 1], w[i], i * 7 }' >moves.jsonl
is 'names of columns are cut where that tells them apart' \
	"$(COLUMNS=60 crm-plot heat -f was,is,n <moves.jsonl | head -n 2)" \
	'was        champ~  loyal poten~ promi~ atten~ sleepy hiber~
loyal      :    7        =   21        *   35        #   49'
sed 's/"is":"/&customer-/' moves.jsonl >alike.jsonl
is 'shades alone where it does not' \
	"$(COLUMNS=60 crm-plot heat -f was,is,n <alike.jsonl | head -n 2)" \
	'was
loyal     ::  ==  **  ##'
printf '{"a":"2017-03","b":"1..29%%7","v":1234567}\n' >digits.jsonl
is 'digits behind other signs stay what they are' "$(crm-plot heat -f a,b,v \
	-o svg <digits.jsonl | grep -c -e '>2017-03<' -e '>1\.\.29%7<')" 2
crm-plot -o p.png <cohort.csv
is 'png is one' "$(head -c 4 p.png | od -An -c | tr -d ' ')" '211PNG'
crm-plot -o p2.png <cohort.csv
same_file 'the same rows give the same bytes' p2.png p.png
# letters of no font: gnuplot would draw a sign over all the picture
printf 'n,v\nZażółć,1\n' >letters.csv
sed 's/Zażółć/Za????/' letters.csv >marks.csv
printf '#!/bin/sh\necho 20-7e a0\n' >fake/fc-list
printf '#!/bin/sh\nexit 1\n' >none/fc-list
chmod +x fake/fc-list none/fc-list
rm fake/gnuplot
run env PATH="$tmp/fake:$PATH" crm-plot -o got.png <letters.csv
like 'letters that no font has are told' "$(cat err)" 'no font here has'
crm-plot -o want.png <marks.csv
same_file 'and are marks' got.png want.png
run env PATH="$tmp/fake:$PATH" crm-plot -q -o got.svg <letters.csv
like 'not in SVG, whose fonts are those of who shows it' "$(cat got.svg)" 'Zażółć'
run env PATH="$tmp/none:$PATH" crm-plot -o got.png <letters.csv
crm-plot -o want.png <letters.csv
same_file 'nor where nobody knows the fonts' got.png want.png
empty 'and nothing is told' err
is 'no scratch is left' "$(find . -name '*.svg.*' -o -name '*.png.*')" ''
fails_with 73 'where no file can be' crm-plot -o none/such/x.svg <money.jsonl

# A bar in the tables of reports, on a terminal alone.
run crm-add person name=Anna
run crm-log Anna purchase amount=100 at=2026-01-02
run crm-log Anna purchase amount=50.50 at=2026-02-02
crm-report revenue -f month,revenue,purchases -o table >plain
unlike 'a table in a pipe has no bars' "$(cat plain)" '#'
crm-report revenue -f month,revenue,purchases -o table --color=always >out
unlike 'nor with colours' "$(cat out)" '#'
command -v script >/dev/null || {
	skip 17 'there is no script'
	exit
}
# on_terminal COLUMNS COMMAND
on_terminal()
{
	TERM=xterm COLUMNS=$1 script -qec "$2" /dev/null </dev/null 2>&1 |
		tr -d '\r' | sed "s/$(printf '\033')\[[0-9]*m//g" >shown
}
report='crm-report revenue -f month,revenue,purchases'
on_terminal 80 "$report"
is 'on a terminal it has, and lines up' "$(cat shown)" \
	'month    revenue           purchases
2026-01   100.00 ########          1
2026-02    50.50 ####              1'
on_terminal 80 "LC_ALL=C.UTF-8 $report"
is 'of blocks' "$(sed -n 3p shown)" '2026-02    50.50 ████              1'
on_terminal 32 "$report"
is 'as wide as there is room' "$(sed -n 2p shown)" '2026-01   100.00 ####          1'
on_terminal 28 "$report"
same_file 'none where there is no room' shown plain
on_terminal 80 "NO_COLOR=1 $report"
same_file 'none with NO_COLOR' shown plain
on_terminal 80 "$report --color=never"
same_file 'nor without colours' shown plain
on_terminal 80 "$report -o tsv"
unlike 'nor in another form' "$(cat shown)" '#'

# Where there is no room for bars, spare columns make it, and names do.
titles()
{
	sed q shown | tr -s ' ' | sed 's/ $//'
}
for who in Jan Piet Corneel; do
	run crm-add deal title="A deal of $who" owner=$who stage=won value=1000 \
		opened=2026-01-01 closed=2026-02-01
	run crm-log Anna call by=$who at=2026-02-02
done
run crm-log Anna call by=Jan at=2026-02-03
on_terminal 120 'crm-report staff'
is 'all columns where there is room' "$(titles)" \
	'staff events contacts answers wins losses win-rate won-value currency'
on_terminal 76 'crm-report staff'
is 'the last number that is 0 in all rows goes for a bar' "$(titles)" \
	'staff events contacts answers wins win-rate won-value … EUR'
like 'which is there' "$(cat shown)" '^Jan +2 #######  '
on_terminal 60 'crm-report staff'
is 'then spare ones' "$(titles)" 'staff events wins win-rate won-value … EUR'
like 'for one of four columns at least' "$(cat shown)" '^Corneel +1 ####  '
on_terminal 44 'crm-report staff'
unlike 'but no others, rather there is none' "$(cat shown)" '#'
is 'and nothing is left out for it' "$(titles)" \
	'staff events wins win-rate … EUR'
on_terminal 60 'crm-report staff -f staff,events,contacts,answers,wins,losses,win-rate'
is 'nor is what was named' "$(titles)" \
	'staff events contacts answers wins losses win-rate'

# Bars compare amounts of one currency: that of most rows.
crm-add deal title=Small value=5USD stage=new opened=2026-01-01 2>err
crm-add deal title=Mid value=1500 stage=proposal opened=2026-01-01
on_terminal 80 'crm-report pipeline'
is 'amounts in the currency of most rows have bars' \
	"$(awk '/#/ { print $1, $4 }' shown)" 'proposal ####
won #######'
is 'those of others have none, also where they come first' \
	"$(awk '$1 == "new" { print $3, $4, $5 }' shown)" '5.00 0.50 USD'
