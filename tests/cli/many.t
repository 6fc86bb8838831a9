#!/bin/sh
# Many records: two threads print them, in pieces.  That must not be seen:
# they are, byte for byte and in order, what is printed of few at a time.
. "${0%/*}/../lib.sh"
plan 22

# 9,000 people with what has to be escaped, in two change sets; some have a
# date of their own, some were changed since.  4,000 purchases, half of which
# are the first one of a lead, which makes one more event.
awk 'BEGIN {
	print "name\temail\tcity\ttag\tstage\tnote"
	for (i = 1; i <= 9000; i++)
		printf "Zoë \"%d\" Łęcka\tp%d@x.example%s\t%s\t%s\t%s\t%s\n", i,
		    i, i % 7 ? "" : ",q" i "@y.example",
		    i % 3 ? "Kraków" : "New, York", i % 5 ? "vip,a\\;b" : "",
		    i % 2 ? "customer" : "lead",
		    i % 11 ? "" : "a\\tb\\nc\\\\d; =1+" i
}' >people.tsv
sed -n '1p;2,4001p' people.tsv >first.tsv
sed -n '1p;4002,9001p' people.tsv >second.tsv
ok 'people' sh -c 'crm-add -q person <first.tsv'
CRM_NOW=2026-03-16T08:00:00Z
ok 'more of them' sh -c 'crm-add -q person <second.tsv'
ok 'some created long ago' sh -c "awk 'BEGIN { for (i = 1; i <= 9000; i += 4)
	print \"p\" i }' | crm-set -q - created=2024-02-29"
CRM_NOW=2026-03-17T08:00:00Z
ok 'and some changed' sh -c "awk 'BEGIN { for (i = 1; i <= 9000; i += 3)
	print \"p\" i }' | crm-set -q - tag+=third"
awk 'BEGIN {
	print "who\twhat\tat\tamount\ttext"
	for (i = 1; i <= 4000; i++)
		printf "p%d\tpurchase\t2026-%02d-%02dT23:30:00Z\t%d.50\tt\\n%d\n",
		    i, i % 12 + 1, i % 28 + 1, i, i
}' >events.tsv
ok 'events' sh -c 'crm-log -q <events.tsv'

# few KIND OPTIONS: what is printed of so few at a time that one thread does it
few()
{
	few_kind=$1
	shift
	crm-find "$few_kind" -o ids | split -l 900 - ids.
	: >few
	for f in ids.*; do
		if [ -s few ] && [ "$headed" = yes ]; then
			crm-find - "$few_kind" "$@" <"$f" | sed 1d >>few
		else
			crm-find - "$few_kind" "$@" <"$f" >>few
		fi
	done
	rm ids.*
}

# both KIND OPTIONS: into a file, and into a pipe, whose writer lets go of the
# store meanwhile
both()
{
	few "$@"
	crm-find "$@" >many
	same "$*" many few
	crm-find "$@" | cat >many
	same "$*, piped" many few
}

same()
{
	ok "$1" cmp "$2" "$3"
}

headed=no
both person
both event
headed=yes
both person -o tsv
both person -o csv
both event -o sheet -f id,day,who,amount,text,updated
# what needs the store to be asked for each record
both person -o tsv -f id,name,spent,created

# columns that are there twice are the same; a kind may lack one
crm-find person -o tsv -f created,note,email,created,note,email >many
is 'columns twice' "$(awk -F'\t' '$1 == $4 && $2 == $5 && $3 == $6 &&
	$1 != "" && $3 != ""' many | wc -l)" 9001
printf 'p2\ne2\n' | crm-find - -o tsv -f id,what,email >many
is 'of two kinds' "$(tr '\t\n' ' /' <many)" \
    'id what email/p2  p2@x.example/e2 purchase /'

# in another order, and only some
crm-find person --sort=-id -o tsv -f id,name >many
(sed 1q many; sed 1d many | tac) >turned
crm-find person -o tsv -f id,name >few
same 'sorted' turned few
crm-find person -l 5555 -o ids >many
is 'nothing was lost' "$(crm-find person --count) $(crm-find event --count)" '9000 6000'
is 'so many and no more' "$(wc -l <many) $(sed -n '5555p' many)" '5555 p5555'
