#!/bin/sh
# crm-log: from operands, for many, from streams; keys, docs, corrections.
. "${0%/*}/../lib.sh"
plan 102

crm-add org name=Acme terms=14
crm-add person name='Anna Nowak' email=anna@mail.example org=Acme
crm-add product name=Chair price=49.90
crm-add deal title='Ten chairs' who='Anna Nowak' who=Acme

ok 'a call' crm-log anna@mail.example call asked for 'ten chairs' direction=in
is 'text is joined, the clock and the user fill in' "$(crm-find event -f who,what,at,by,direction,text)" '{"who":["p1"],"what":"call","at":"2026-03-15T12:00:00Z","by":"tester","direction":"in","text":"asked for ten chairs"}'
is 'qty times price is rounded, halves away from zero' "$(for q in 2.5 -2.5 5.165 1.5; do
	crm-log 'Anna Nowak' quote qty=$q price=0.33 -n -f amount
done)" '{"amount":0.83,"currency":"EUR"}
{"amount":-0.83,"currency":"EUR"}
{"amount":1.70,"currency":"EUR"}
{"amount":0.50,"currency":"EUR"}'
fails_with 65 'what was written is not' crm-log 'Anna Nowak' quote qty=2 price=0.335
ok 'an assignment may stand anywhere' crm-log at=2026-03-01 'Anna Nowak' purchase qty=3 price=19.99 product=Chair doc=R1
is 'amount is qty times price' "$(crm-find event what:purchase -f amount,at,doc)" '{"amount":59.97,"currency":"EUR","at":"2026-03-01T00:00:00Z","doc":"R1"}'
is 'a first purchase makes a customer' "$(crm-find anna -f stage)" '{"stage":"customer"}'
is 'which is an event' "$(crm-find event what:stage -f who,from,to)" '{"who":["p1"],"from":"lead","to":"customer"}'
ok 'text from a file' sh -c "printf 'line one\nline two\n' >t; crm-log Acme note -F t"
is 'whole' "$(crm-find event what:note -f text)" '{"text":"line one\nline two"}'
ok 'text from stdin' sh -c 'echo "a=b is no field" | crm-log Acme note -F -'
ok 'text that looks like one' crm-log Acme note text='amount=5'
is 'is text' "$(crm-find event 'text:="amount=5"' --count; crm-find event text:=amount=5 --count)" '0
1'
ok 'with a deal' crm-log d1 meeting 'went through it'
is 'whose story it is' "$(crm-find event deal:d1 -f who)" '{"who":["p1","o1"]}'
ok 'an invoice' crm-log Acme invoice amount=100 doc=I1 at=2026-02-01
is 'is due after the terms' "$(crm-find event what:invoice -f due)" '{"due":"2026-02-15"}'
is 'balance and overdue' "$(crm-find acme -f balance,overdue)" '{"balance":100.00,"overdue":100.00,"currency":"EUR"}'
ok 'a payment of its doc' crm-log Acme payment amount=40 doc=I1
is 'is less' "$(crm-find acme -f balance,overdue)" '{"balance":60.00,"overdue":60.00,"currency":"EUR"}'
crm-log Acme invoice amount=-10 doc=I2 at=2026-02-20
crm-log <<'EOF'
who,what,qty,price,doc,at
Acme,invoice,-1,5,I3,2026-02-20
EOF
is 'a credit note is not due, alone or in a file' \
	"$(crm-find event what:invoice no:due -f amount -o tsv | sed 1d |
		tr '\n' ' ')" '-10.00 -5.00 '
is 'and settles what is' "$(crm-find acme -f balance,overdue)" '{"balance":45.00,"overdue":45.00,"currency":"EUR"}'

ok 'for many' sh -c 'crm-find any anna or acme | crm-log - email "newsletter sent" direction=out'
is 'each' "$(crm-find event what:email -f who)" '{"who":["o1"]}
{"who":["p1"]}'
fails_with 65 'a bad line spoils all' sh -c 'printf "p1\nnobody\n" | crm-log - visit'
is 'nothing was written' "$(crm-find event what:visit --count)" 0
fails_with 65 'an unknown word' crm-log Acme cal
like 'the nearest' "$(cat err)" "did you mean 'call'"
ok 'x-words pass' crm-log Acme x-demo
fails_with 64 'WHAT is missing' crm-log Acme
fails_with 64 'stdin cannot be two things' sh -c 'crm-log - note -F - </dev/null'
fails_with 66 'no such file' crm-log Acme note -F nowhere
fails_with 65 'a score of its scale' crm-log Acme feedback score=11 scale=nps
fails_with 65 'a time that is none' crm-log Acme call at=25:00

# feeds
cat >feed.csv <<'EOF'
key,who,what,at,amount
shop:1/1,anna@mail.example,purchase,2026-01-01,10.00
shop:1/2,anna@mail.example,purchase,2026-01-01,5.50
EOF
ok 'a feed' sh -c 'crm-log <feed.csv'
ok 'again' sh -c 'crm-log <feed.csv'
is 'writes nothing twice' "$(crm-find event key:/shop: --count) $(crm-find anna -f spent -o tsv | sed 1d)" '2 75.47'
sed -i 's/5.50/6.50/' feed.csv
fails_with 65 'other content is bad data' sh -c 'crm-log <feed.csv'
is 'that names the field' "$(head -1 err)" "crm-log: stdin:3: key: 'shop:1/2' is e$(crm-find event key:=shop:1/2 -o ids | cut -c2-) with another amount (--correct changes it)"
ok 'unless it corrects' sh -c 'crm-log --correct <feed.csv'
is 'sums follow' "$(crm-find anna -f spent -o tsv | sed 1d)" 76.47
ok 'docs make keys' sh -c "printf 'doc,who,what,amount\nsho:9,Acme,purchase,1\nsho:9,Acme,purchase,1\n' | crm-log --key doc"
is 'in file order' "$(crm-find event key:/sho:9 -f key -o tsv | sed 1d | tr '\n' ' ')" 'sho:9/1 sho:9/2 '
is 'one order' "$(crm-find acme -f orders)" '{"orders":1}'
ok 'many who, the first bears the money' sh -c "echo '{\"who\":[\"Acme\",\"p1\"],\"what\":\"purchase\",\"amount\":100}' | crm-log"
is 'once' "$(crm-find any acme or anna -f spent -o tsv | sed 1d | tr '\n' ' ')" '102.00 76.47 '
is 'but it is in both stories' "$(crm-find event who:p1 amount:100 --count)" 1
ok 'other currencies stand apart' crm-log Acme purchase amount=10USD
is 'without a rate they are left out of spent' "$(crm-find acme -f spent -o tsv | sed 1d)" 102.00
is 'and have rows of their own' "$(crm-report revenue --by who who:o1 2>/dev/null; crm-report customers o1 -f spent,currency -o tsv | sed 1d)" '102.00	EUR
10.00	USD'
ok 'the store is proved' crm-store check

# purchases and invoices of the same docs, in files of their own
crm-store init -s docs
CRM_STORE=docs
export CRM_STORE
crm-add person name=Zoe
printf 'what,who,doc,amount\npurchase,Zoe,7,10\npurchase,Zoe,7,20\n' >shop.csv
printf 'what,who,InvoiceId,amount\ninvoice,Zoe,7,30\n' >invoices.csv
crm-log --key doc <shop.csv
fails_with 65 'invoices do not become purchases' \
	crm-log --key doc --map InvoiceId=doc <invoices.csv
is 'the message says what is different, and what to do' "$(sed 1q err)" \
	"crm-log: stdin:2: key: '7/1' is e1 (what: purchase, now invoice): give it a key of its own, such as --map COLUMN=key:invoice"
fails_with 65 'nor with --correct' \
	crm-log --key doc --map InvoiceId=doc --correct <invoices.csv
ok 'keys of their own' \
	crm-log --map InvoiceId=doc,InvoiceId=key:inv <invoices.csv
is 'beside the purchases' "$(crm-find event not what:stage -f what,doc,key,amount -o tsv)" \
	'what	doc	key	amount
purchase	7	7/1	10.00
purchase	7	7/2	20.00
invoice	7	inv:7	30.00'
ok 'again, and nothing is written' \
	crm-log --map InvoiceId=doc,InvoiceId=key:inv <invoices.csv
sed 's/,20$/,25/' shop.csv >new.csv
fails_with 65 'another amount is refused' crm-log --key doc <new.csv
like 'and may be corrected' "$(cat err)" "with another amount .--correct changes it"
ok 'as it is' crm-log --key doc --correct <new.csv
printf 'key,what,who,amount\nx:1,quote,Zoe,5\n' | crm-log
ok 'a key that was given may change the what' sh -c \
	'printf "key,what,who,amount\nx:1,invoice,Zoe,5\n" | crm-log --correct'

# who bought first, where purchases are added and others corrected at once
crm-store init -s first
CRM_STORE=first
printf 'name,stage\nAda,customer\nBob,lead\n' | crm-add person
crm-log Ada purchase amount=10 key=s:1
printf 'key,who,what,amount\n,Bob,purchase,5\ns:1,Bob,purchase,10\n' |
	crm-log --correct
is 'with one that becomes theirs a first purchase is one' \
	"$(crm-find p2 -f stage,spent -o tsv | sed 1d)" 'customer	15.00'
crm-add person name=Cyd
crm-log Cyd purchase amount=20 key=s:2
crm-set -q Cyd stage=lead
printf 'key,who,what,amount\n,Cyd,purchase,5\ns:2,Ada,purchase,20\n' |
	crm-log --correct
is 'and with one that was theirs it is none' \
	"$(crm-find p3 -f stage,spent -o tsv | sed 1d)" 'lead	5.00'

# a currency without a rate: kept, left out of sums, and said so
crm-store init -s rates
CRM_STORE=rates
printf 'currency: EUR\nrates:\n  USD: 0.9\n' >rates/crm.yaml
crm-add person name=Mia
ok 'an amount without a rate' crm-log Mia purchase amount=10CHF
is 'is told of' "$(cat err)" \
	'crm-log: no rate for CHF in crm.yaml: 1 amount is kept, but left out of sums'
ok 'with a rate' crm-log Mia purchase amount=10USD
empty 'it is not' err
ok '-q says nothing' crm-log -q Mia purchase amount=10CHF
empty 'at all' err
ok 'nor does what no sum holds' crm-log Mia quote amount=10CHF
empty 'a quote' err
for i in 1 2 3; do echo "s:$i,purchase,Mia,$i,CHF"; done >rest
for i in 4 5 6; do echo "s:$i,invoice,Mia,$i,JPY"; done >>rest
{ echo key,what,who,amount,currency; cat rest; } >feed.csv
ok 'a file' sh -c 'crm-log <feed.csv'
is 'one line a currency' "$(cat err)" \
	'crm-log: no rate for CHF in crm.yaml: 3 amounts are kept, but left out of sums
crm-log: no rate for JPY in crm.yaml: 3 amounts are kept, but left out of sums'
ok 'again' sh -c 'crm-log <feed.csv'
empty 'nothing is written, nothing said' err
crm-log Mia payment amount=1 -o ids >id
ok 'a correction' sh -c 'crm-set $(cat id) amount=1GBP'
like 'is told of' "$(cat err)" 'no rate for GBP in crm.yaml: 1 amount is'
is 'the sum of the rest' "$(crm-find mia -f spent)" '{"spent":9.00,"currency":"EUR"}'

# what sums are made of has an amount, and the word gives the sign
for what in purchase refund invoice payment; do
	fails_with 65 "a $what without an amount" crm-log Mia $what
	like 'says so' "$(cat err)" "^crm-log: amount: missing: an? $what has an amount"
	ok 'free of charge' crm-log Mia $what amount=0 -n
done
ok 'a price will do' crm-log Mia purchase price=3 -n
ok 'others have none' crm-log Mia quote 'on its way'
ok 'a line of discount' crm-log Mia purchase amount=-2
ok 'a credit note' crm-log Mia invoice amount=-2 -o ids
for what in refund payment; do
	fails_with 65 "no negative $what" crm-log Mia $what amount=-2
	like 'says so' "$(cat err)" "amount: a $what is a positive amount"
done
credit=$(crm-find event what:invoice amount:-2 -o ids)
fails_with 65 'an amount is not cleared' crm-set "$credit" amount=
fails_with 65 'a credit note is no payment' crm-set "$credit" what=payment

printf 'who,what,key\nshop:1,call,L1\n' >bare.csv
run crm-log --add-missing person <bare.csv
like 'a key without its system: how it gets one' "$(cat err)" \
	"'L1' is not a key .*--map COLUMN=key:shop"
ok 'which does' crm-log --add-missing person --map key=key:shop <bare.csv
