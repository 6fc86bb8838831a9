#!/bin/sh
# crm-report receivables: ages, documents, credit, currencies, groups.
. "${0%/*}/../lib.sh"
plan 45

# owes TITLE WANT ARGS...
owes()
{
	owes_title=$1
	owes_want=$2
	shift 2
	crm-report receivables "$@" -o tsv >out 2>err
	is "$owes_title" "$(sed 1d out | tr '\t' ' ')" "$owes_want"
}

crm-add person name=Anna city=Gdynia
crm-add person name=Bob city=Sopot
crm-add org name=Acme city=Sopot terms=30
owes 'nobody owes anything' ''
ages=not-due,1-30,31-60,61-90,over-90
crm-log <<'EOF'
who,what,at,due,amount,doc
Anna,invoice,2026-03-01,2026-03-15,1,F1
Anna,invoice,2026-03-01,2026-03-14,2,F2
Anna,invoice,2026-01-01,2026-02-13,4,F3
Anna,invoice,2026-01-01,2026-02-12,8,F4
Anna,invoice,2025-12-01,2026-01-14,16,F5
Anna,invoice,2025-12-01,2026-01-13,32,F6
Anna,invoice,2025-12-01,2025-12-15,64,F7
Anna,invoice,2025-12-01,2025-12-14,128,F8
EOF
owes 'the edges of ages' '1.00 6.00 24.00 96.00 128.00' -f $ages
owes 'the rest of the row' 'p1 Anna 8 255.00 0.00 255.00 EUR 2025-12-14' -f id,name,invoices,open,credit,balance,currency,oldest
crm-log Anna payment amount=16 doc=F5 at=2026-02-01
owes 'a payment settles the invoice of its doc' '1.00 6.00 8.00 96.00 128.00' -f $ages
crm-log Anna payment amount=140 at=2026-02-01
owes 'else the oldest by the day of the invoice' '1.00 6.00 8.00 0.00 84.00 99.00' -f $ages,open
crm-log Anna payment amount=93 doc=F2 at=2026-02-01
owes 'what is left over of one too' '1.00 0.00 5.00 0.00 0.00 6.00 2' -f $ages,open,invoices
crm-log Anna invoice amount=-3 doc=F1 at=2026-03-02
owes 'a credit note is a payment' '0.00 0.00 3.00 0.00 0.00 3.00 0.00' -f $ages,open,credit
crm-log Anna payment amount=3.01 at=2026-03-03
owes 'what is paid too much' 'p1 0 0.00 0.01 -0.01 ' -f id,invoices,open,credit,balance,oldest
crm-log Anna invoice amount=0.01 at=2026-03-04
owes 'all is paid' ''
crm-log Acme invoice amount=500 at=2026-03-01
crm-log Acme invoice amount=50 at=2026-01-01
crm-log Bob invoice amount=600 at=2026-02-01
crm-log Anna payment amount=20 at=2026-03-05
owes 'who owes most comes first; terms say when' 'p2 600.00 0.00 2026-02-01
o1 550.00 500.00 2026-01-31
p1 0.00 0.00 ' -f id,open,not-due,oldest
owes 'by town' 'Sopot 2 3 1150.00 0.00
Gdynia 1 0 0.00 20.00' --by city -f city,customers,invoices,open,credit
owes 'in all' '3 3 1150.00 500.00 0.00 650.00 0.00 0.00 20.00 1130.00 EUR 2026-01-31' --by ''
owes 'of some' 'Acme 550.00' -f name,open org
is 'as the fields have it' "$(crm-find any balance:0.01.. -f name,balance,overdue -o tsv | sed 1d | sort)" \
	"$(crm-report receivables -f name,balance,open,not-due -o tsv | awk -F'\t' 'NR > 1 && $2 > 0 {
	printf "%s\t%.2f\t%.2f\n", $1, $2, $3 - $4 }' | sort)"
crm-log Bob invoice amount=80 currency=USD at=2026-03-01 2>err
crm-log Bob payment amount=30 currency=USD at=2026-03-02 2>err
owes 'currencies without a rate apart' 'Bob 600.00 EUR
Bob 50.00 USD' -f name,open,currency Bob
echo 'rates: {USD: 0.5}' >"$XDG_DATA_HOME/crm/crm.yaml"
owes 'and brought home with one' 'Bob 2 625.00 25.00 600.00 EUR' -f name,invoices,open,1-30,31-60,currency Bob
is 'the same bytes' "$(crm-report receivables | cksum)" "$(crm-report receivables | cksum)"
crm-store -s paid init
crm-add -s paid person name=Anna
crm-log -s paid <<'EOF'
who,what,at,due,amount,doc
Anna,invoice,2026-01-01,2026-01-15,10,F1
Anna,invoice,2026-01-01,2026-01-15,20,F2
Anna,invoice,2026-02-01,2026-02-15,30,F3
Anna,payment,2026-01-11,,10,F1
Anna,payment,2026-01-05,,5,F2
Anna,payment,2026-01-20,,15,F2
Anna,payment,2026-01-25,,30,F3
EOF
owes 'who owes nothing is left out' '' -s paid
# 10 and 19 days; what was paid before the invoice came took none
owes 'unless how they pay is asked for' 'Anna 0 3 9.7 1' -s paid -f name,invoices,paid,days-to-pay,paid-late

# a firm pays the invoice of one of its people, by its number
export CRM_STORE=$tmp/firm
crm-store init
crm-add org name=Mae
crm-add person name=Lin org=Mae
crm-add person name=Kim org=Mae
crm-add person name=Other
crm-log <<'EOF'
who,what,at,due,amount,doc
Lin,invoice,2026-01-01,2026-01-15,100,R1
Kim,invoice,2026-01-01,2026-01-15,30,R1
Other,invoice,2026-01-01,2026-01-15,7,R1
EOF
crm-log Mae payment amount=110 doc=R1 at=2026-02-01
owes 'settles it, of another one as far as it goes' 'Kim 1 20.00 0.00 20.00
Other 1 7.00 0.00 7.00' -f name,invoices,open,credit,balance
is 'nor is it late' "$(crm-find any overdue:0.01.. -f name,overdue -o tsv |
	sed 1d | tr '\t' ' ')" 'Kim 20.00
Other 7.00'
owes 'in all' '27.00 27.00' --by '' -f open,balance
is 'which is what the balances are' "$(crm-find any -f balance -o tsv |
	awk 'NR > 1 { s += $1 } END { printf "%.2f", s }')" 27.00
owes 'asked for alone it is the same' 'Kim 20.00' -f name,open Kim
owes 'the firm too' '' -f name,open Mae
crm-report receivables --explain Lin -f figure,how -o tsv >out
like 'how is said' "$(cat out)" 'paid: 100.00 by payment R1 by o1 on 2026-02-01; open: 0'
crm-report receivables --explain Mae -f figure,how -o tsv >out
like 'by the firm too' "$(cat out)" 'settles: 110.00 of invoice R1 of people of theirs; left: 0'
crm-log Mae invoice amount=110 doc=R2 at=2026-01-01 due=2026-01-15
owes 'whose own is not paid by it' 'Mae 110.00 0.00
Kim 20.00 0.00
Other 7.00 0.00' -f name,open,credit
is 'and late' "$(crm-find Mae -f overdue -o tsv | sed 1d)" 110.00
is 'and found so' "$(crm-find any overdue:100.. -f name -o tsv | sed 1d)" Mae
crm-log Mae payment amount=150 doc=R2 at=2026-02-02
owes 'its own comes first, then the oldest of its own' 'Kim 20.00 0.00
Other 7.00 0.00
Mae 0.00 40.00' -f name,open,credit
# lines of one invoice
crm-log <<'EOF'
who,what,at,due,amount,doc
Other,invoice,2026-03-01,2026-03-10,1,R5
Other,invoice,2026-03-01,2026-03-20,2,R5
EOF
owes 'of one number are one invoice, late by parts' '2 10.00 2.00 1.00' \
	-f invoices,open,not-due,1-30 Other

# paid twice by the firm: it has a credit then; an invoice that two people
# share is paid to the older part first
export CRM_STORE=$tmp/twice
crm-store init
crm-add org name=Mae
crm-add person name=Kim org=Mae
crm-add person name=Lin org=Mae
crm-log <<'CSV'
who,what,at,due,amount,doc
Kim,invoice,2026-01-02,2026-01-15,100,T1
Lin,invoice,2026-01-01,2026-01-15,30,T1
Lin,invoice,2026-01-01,2026-01-15,8,T2
Mae,payment,2026-02-01,,60,T1
Mae,payment,2026-02-02,,60,T1
Mae,payment,2026-02-03,,8,T2
Mae,payment,2026-02-04,,8,T2
CSV
owes 'the older part of a number is paid first' 'Kim 10.00 0.00
Mae 0.00 8.00' -f name,open,credit
owes 'what was paid twice is a credit' '0.00 8.00' -f open,credit Mae
owes 'the same of each alone' 'Kim 10.00 0.00' -f name,open,credit Kim
owes 'who is paid for owes nothing' '' -f name,open,credit Lin
crm-log Mae payment amount=10 doc=T1 at=2026-02-05
crm-log Mae payment amount=10 doc=T1 at=2026-02-06
owes 'nor is a third one lost' 'Mae 0.00 18.00 -18.00' \
	-f name,open,credit,balance
is 'and so are the balances' "$(crm-find any -f balance -o tsv |
	awk 'NR > 1 { s += $1 } END { printf "%.2f", s }')" -18.00

# amounts of a currency with a rate, explained beside sums in the base currency
export CRM_STORE=$tmp/rates
crm-store init
echo 'rates: {PLN: 0.2331}' >"$CRM_STORE/crm.yaml"
crm-add person name=W
crm-log W invoice amount=99.16PLN doc=i1 at=2026-01-01
crm-log W payment amount=9.16PLN doc=i1 at=2026-01-02
crm-log W invoice amount=7EUR doc=i2 at=2026-01-03
crm-report receivables --explain W -o tsv >out
is 'an amount names the currency that is not the base' "$(head -n 4 out |
	cut -f 2- | tr '\t' ' ')" "value how
99.16 PLN to be paid by 2026-01-01; paid: 9.16 PLN by payment i1 on 2026-01-02; open: 90.00 PLN, 73 days late
7.00 to be paid by 2026-01-03; paid: nothing; open: 7.00, 71 days late
9.16 PLN of 2026-01-02; settles: 9.16 PLN of invoice i1; left: 0.00 PLN"
crm-add deal title=D who=W value=10PLN expected=2026-04-01 probability=50
is 'so do deals' "$(crm-report forecast --explain W -f figure,value -o tsv |
	grep -E '^(value|weighted)' | tr '\t\n' '= ')" \
	'value=10.00 PLN weighted=5.00 PLN '

# Sums are rounded, not each invoice, and what is nothing stays 0.
export CRM_STORE=$tmp/cents
crm-store init
echo 'rates: {PLN: 0.2331}' >"$CRM_STORE/crm.yaml"
crm-add person name=W
crm-log W invoice amount=99.16PLN doc=i1 at=2026-01-01
crm-log W invoice amount=710.05PLN doc=i2 at=2026-01-02
is 'all late: the fields say the same' \
	"$(crm-find person -f balance,overdue -o tsv | sed 1d | tr '\t' ' ')" \
	'188.63 188.63'
owes 'and so does the report' '188.63 0.00 0.00 0.00 188.63 0.00 0.00 188.63' \
	-f open,$ages,credit,balance
# two of each age, of 2.331 and 1.3986 cents
for day in 2026-03-14 2026-02-01 2026-01-01 2025-01-01 2026-04-01; do
	crm-log W invoice amount=0.10PLN at=2026-03-01 due=$day
	crm-log W invoice amount=0.06PLN at=2026-03-01 due=$day
done
crm-add person name=V
crm-log V payment amount=0.07PLN at=2026-03-02
# adds_up ARGS...: of how many rows the columns add up, of how many they do not
adds_up()
{
	crm-report receivables "$@" -f open,$ages,credit,balance -o tsv |
		awk 'NR > 1 { d = $1 - $2 - $3 - $4 - $5 - $6; e = $1 - $7 - $8
			if (d * d + e * e < 1e-6) yes++; else no++
		} END { print yes + 0, no + 0 }'
}
is 'columns add up, of each' "$(adds_up)" '2 0'
is 'and in all' "$(adds_up --by '')" '1 0'
is 'the fields are the same again' \
	"$(crm-find person -f name,balance,overdue -o tsv | sed 1d | sort)" \
	"$(crm-report receivables -f name,balance,open,not-due -o tsv |
	awk -F'\t' 'NR > 1 { printf "%s\t%.2f\t%.2f\n", $1, $2, $3 - $4 }' |
	sort)"
