#!/bin/sh
# Quotes, orders and invoices: lines without retyping, and templates.
. "${0%/*}/../lib.sh"
need jq
plan 52

export CRM_STORE=$tmp/store
crm-store init
run crm-add org name='Hotel <Lipa> & Co' street='ul. Lipowa 4' \
	postcode=31-001 city=Kraków country=PL terms=14
run crm-add person name='Ewa Nowak'
run crm-add product name=Chair price=89.90
run crm-add deal title=Terrace who=o1
crm-log <<'EOT'
{"who":["o1","p1"],"what":"quote","doc":"Q7","product":"Chair","qty":10,"price":89.90,"tax":168.10,"deal":"d1"}
{"who":["o1","p1"],"what":"quote","doc":"Q7","text":"Delivery","amount":40,"tax":7.48,"deal":"d1"}
{"who":["o1","p1"],"what":"quote","doc":"Q7","text":"Discount\tfor \"friends\"","amount":0,"deal":"d1"}
EOT
ok 'a quote as text' crm-show -o text e1
is 'has its lines, in order, and sums' "$(cat out)" \
'Quote Q7

Hotel <Lipa> & Co
ul. Lipowa 4
31-001 Kraków
PL

Date  2026-03-15

  #  Item                                   Quantity         Price        Amount
  1  Chair                                        10         89.90        899.00
  2  Delivery                                                              40.00
  3  Discount	for "friends"                                                  0.00

     Net                                                                  763.42
     Tax    23 % of        763.42                                         175.58
     Total EUR                                                            939.00'
is 'once, whichever line is named' \
	"$(crm-find event doc:Q7 -o ids | crm-show -o text - | grep -c Quote)" 1

# accepted: the lines become an order and an invoice, nothing is typed again
# lines FROM-DOC FROM-WHAT TO-DOC TO-WHAT
lines()
{
	crm-find event doc:="$1" what:"$2" \
		-f who,product,text,qty,price,amount,tax,currency,deal -o jsonl |
		crm-log --set what="$4" --set doc="$3" --key doc
}
ok 'a quote becomes an order' lines Q7 quote B12 purchase
is 'which is the same' "$(crm-show -o text "$(crm-find event doc:B12 -l 1 -o ids)" |
	sed 1d)" "$(crm-show -o text e1 | sed 1d)"
is 'and is an order' "$(crm-find event doc:B12 -o ids | crm-show -o text - |
	sed 1q)" 'Order B12'
ok 'again: it is known' lines Q7 quote B12 purchase
is 'and nothing is written' "$(crm-find event doc:B12 --count)" 3
ok 'an order becomes an invoice' lines B12 purchase R3 invoice
is 'which is due' "$(crm-find event doc:R3 -l 1 -o ids | crm-show -o text - |
	sed -n 's/^Due *//p')" 2026-03-29
is 'and owed to the cent' "$(crm-find org -f balance -o tsv | sed 1d)" 939.00

# an invoice of one event has the lines of what was sold by its number
run crm-log o1 purchase product=Chair qty=2 doc=R4 price=89.90 tax=33.62
run crm-log o1 purchase Bolts amount=0.20 doc=R4
run crm-log o1 invoice amount=180 doc=R4 -o ids
id=$(cat out)
is 'an invoice of one event' "$(crm-show -o text "$id" | grep -A9 '#')" \
'  #  Item                                   Quantity         Price        Amount
  1  Chair                                         2         89.90        179.80
  2  Bolts                                                                  0.20

     Net                                                                  146.38
     Tax    23 % of        146.18                                          33.62
     Tax     0 % of          0.20                                           0.00
     Total EUR                                                            180.00'
run crm-set "$id" amount=181
run crm-show -o text "$id"
like 'lines that do not add up are told of' "$(cat err)" \
	'invoice R4 is 181.00, but its lines add up to 180.00'

# the number of another customer's paper is no line of this one
run crm-add org name=Lis
run crm-add person name=Adam org=Lis
run crm-log Lis purchase Nails amount=3 doc=R4
run crm-log Adam purchase Glue amount=4 doc=R4
run crm-log Lis invoice amount=7 doc=R4 -o ids
lis=$(cat out)
ok 'invoices of two customers under one number' crm-show -o text "$id" "$lis"
is 'are two, each with its own lines' "$(sed -n \
	'/^Invoice/{n;n;p;};s/^ *[0-9]  \([A-Z][a-z]*\) .* /\1 /p;s/^ *Total//p' \
	out | tr -s ' ')" 'Hotel <Lipa> & Co
Chair 179.80
Bolts 0.20
 EUR 181.00
Lis
Nails 3.00
Glue 4.00
 EUR 7.00'
is 'nor is it with purchases alone' \
	"$(crm-find event doc:R4 what:purchase -o ids | crm-show -o text - |
		sed -n 's/^ *Total//p' | tr -s ' ')" ' EUR 180.00
 EUR 7.00'
run crm-log o1 quote amount=5USD doc=Q7
fails_with 65 'two currencies are no sum' crm-show -o text e1
run crm-undo
fails_with 65 'a call is no paper' crm-show -o text \
	"$(crm-log o1 call hello -o ids)"
fails_with 64 '-o jsonl is of --all' crm-show -o jsonl e1
fails_with 64 'which has no other' crm-show --all -o html o1

# HTML
ok 'as HTML' crm-show -o html e1
is 'values are escaped' "$(grep -c \
	'>Hotel &lt;Lipa&gt; &amp; Co$\|for &quot;friends&quot;<' out)" 2
unlike 'none slips through' "$(cat out)" '<Lipa>|"friends'

# templates of one's own
mkdir "$CRM_STORE/templates"
cat >"$CRM_STORE/templates/quote.txt" <<'EOT'
{{{doc}} {who.name:-20}|{deal.title:9}|{no.such}
EOT
fails_with 78 'a field that is none' crm-show -o text e1
like 'is told of' "$(cat err)" "templates/quote.txt: .*no.such|no.*field"
cat >"$CRM_STORE/templates/quote.txt" <<'EOT'
{{{doc} {who.name:-20}|{deal.title:9}|
  {lines}
{n}:{if qty}{qty} x {else}{if text}{text} {end}{end}{amount}/{net}
  {end}
EOT
is 'one of one'"'"'s own' "$(crm-show -o text e1)" \
'{Q7 Hotel <Lipa> & Co   |  Terrace|
1:10 x 899.00/730.90
2:Delivery 40.00/32.52
3:Discount	for "friends" 0.00/0.00'
like 'is for its word alone' "$(crm-find event doc:B12 -o ids |
	crm-show -o text -)" '^Order B12'
echo '
{lines}{amount}' >"$CRM_STORE/templates/quote.txt"
fails_with 78 'a block without an end' crm-show -o text e1
like 'is pointed at' "$(cat err)" 'templates/quote.txt:2: a block has no {end}'
echo '{Total}' >"$CRM_STORE/templates/quote.txt"
fails_with 78 'a name that is none' crm-show -o text e1
rm -r "$CRM_STORE/templates"

# by its number, with what was paid
ok 'the number of a paper' crm-show -o text R3
like 'is its invoice' "$(cat out)" '^Invoice R3'
crm-show -o text R4 >got 2>/dev/null
is 'of two customers both' "$(grep -c ^Invoice got)" 2
ok 'of an order' crm-show -o text B12
like 'it is the order' "$(cat out)" '^Order B12'
fails_with 65 'of nothing' crm-show -o text R99
crm-log o1 payment amount=39.005 doc=R3 at=2026-03-20 2>/dev/null
crm-log o1 payment amount=39 doc=R3 at=2026-03-20
crm-log o1 invoice amount=-100 doc=R3 at=2026-03-21 Returned
is 'what was paid, and what is open' "$(crm-show -o text R3 |
	sed -n '/Total/,$p' | tr -s ' ')" ' Total EUR 839.00

 Payment 2026-03-20 39.00
 Open EUR 800.00'
crm-log o1 invoice amount=-50 doc=G1 text='Chairs returned' tax=-9.35
is 'a credit note' "$(crm-show -o text G1 | sed -n '1p;/Tax/p;/Open/p' |
	tr -s ' ')" 'Credit note G1
 Tax 23 % of -40.65 -9.35'

# a person of a firm, without a street; who sends it
crm-add org name=Mae street='1 Low St' postcode=N1 city=London country=GB
crm-add person name='রহিম উদ্দিন' org=Mae
crm-log 'রহিম উদ্দিন' quote qty=3 price=10 amount=25 tax=1 doc=Q8 \
	text='A text that is so long that it does not fit its column
and has a second line'
crm-log 'রহিম উদ্দিন' quote amount=10.5 tax=0.5 doc=Q8 text=abc
echo 'papers: {sender: [Oak Ltd, "1 High St"], footer: IBAN 1}' \
	>"$CRM_STORE/crm.yaml"
crm-log 'রহিম উদ্দিন' quote qty=2 price=10 amount=21.5 tax=1.5 doc=Q9
ok 'prices without the tax' crm-show -o text Q9
empty 'are as they should be' err
crm-log 'রহিম উদ্দিন' purchase amount=12
crm-log 'রহিম উদ্দিন' invoice amount=7 doc=R9
like 'the card of the firm says what its people brought and owe' \
	"$(crm-show Mae | sed -n '/^people/,/^$/p')" \
	'রহিম উদ্দিন +spent 12\.00 EUR +owes 7\.00 EUR'
crm-undo >/dev/null && crm-undo >/dev/null
ok 'of a person of a firm' crm-show -o text Q8
is 'an amount that is another is told of' "$(cat err)" \
	"crm-show: $(crm-find event doc:Q8 qty:3 -o ids): 3 times 10.00 is 30.00, but its amount is 25.00"
is 'all of it' "$(cat out)" 'Oak Ltd
1 High St

Quote Q8

Mae
রহিম উদ্দিন
1 Low St
N1 London
GB

Date  2026-03-15

  #  Item                                   Quantity         Price        Amount
  1  A text that is so long that it                3         10.00         25.00
     does not fit its column
     and has a second line
  2  abc                                                                   10.50

     Net                                                                   34.00
     Tax     5 % of         10.00                                           0.50
     Tax   4.2 % of         24.00                                           1.00
     Total EUR                                                             35.50

IBAN 1'
crm-set 'রহিম উদ্দিন' city=Dhaka
is 'a town of their own is all of their address' \
	"$(crm-show -o text Q8 2>/dev/null | sed -n '6,9p')" 'Mae
রহিম উদ্দিন
Dhaka'
is 'the configuration is printed' "$(crm-store config | grep -A2 papers)" \
	'papers:
  sender: [Oak Ltd, 1 High St]
  footer: [IBAN 1]'
ok 'as HTML' crm-show -o html Q8
is 'with all of it' "$(grep -c 'Oak Ltd\|IBAN 1\|^Dhaka\|5 % of\|second line' out)" 5
if command -v xmllint >/dev/null; then
	is 'which is in order' "$(xmllint --html --noout out 2>&1)" ''
else
	skip 1 'there is no xmllint'
fi

# yen have no decimals; 40 lines; amounts of other decimals than their tax
i=0
while [ $i -lt 40 ]; do
	i=$((i + 1))
	echo "o1,invoice,J1,item $i,110,10,JPY"
done | sed '1i who,what,doc,text,amount,tax,currency' | crm-log 2>/dev/null
is '40 lines of yen' "$(crm-show -o text J1 | sed -n '/ Net/,/Total/p' | tr -s ' ')" \
	' Net 4000
 Tax 10 % of 4000 400
 Total JPY 4400'
mkdir "$CRM_STORE/templates"
echo '{taxes}{day}{end}' >"$CRM_STORE/templates/quote.txt"
fails_with 78 'a name that the list has not' crm-show -o text Q8
like 'is told of' "$(cat err)" "'day' is no name of {taxes}"
