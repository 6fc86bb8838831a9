#!/bin/sh
# One import adds and changes events of the same customers, in many parts:
# their sums are those of all that it wrote.
. "${0%/*}/../lib.sh"
log=$CRM_BUILD/crash/crm-log
[ -x "$log" ] || skip_all 'not built: make crash-tools'
need awk
plan 18

# purchases KEYS-FROM KEYS-TO PRICE: of ten customers in turn
purchases()
{
	awk -v from="$1" -v to="$2" -v price="$3" 'BEGIN {
		print "key\twho\tat\tamount\tcurrency\tdoc"
		for (i = from; i <= to; i++)
			printf "shop:%d\tp%d\t2025-%02d-%02d\t%d\tEUR\tshop:d%d\n",
			    i, i % 10 + 1, i % 12 + 1, i % 28 + 1,
			    price + i, i / 20
	}'
}

run crm-store init
for i in 1 2 3 4 5 6 7 8 9 10; do
	echo "{\"kind\":\"person\",\"name\":\"N$i\"}"
done >people
run crm-add <people
purchases 1 400 1000 >first
purchases 301 2000 20 >second
purchases 1 300 1000 | sed 1d >left
cp -R "$XDG_DATA_HOME" before
sums() { crm-find person -f id,orders,spent,first-order,last-order -o tsv; }

ok 'events of before' crm-log --set what=purchase <first
cp -R "$XDG_DATA_HOME" begun
ok 'in one part: adds some, changes others' \
	crm-log --correct --set what=purchase <second
sums >whole
run crm-store check
is 'the store is right' "$status" 0
rm -rf "$XDG_DATA_HOME"
cp -R begun "$XDG_DATA_HOME"
CRM_TEST_PART=4096
export CRM_TEST_PART
ok 'the same in many parts' "$log" --correct --set what=purchase <second
unset CRM_TEST_PART
sums >parts
same_file 'with the same sums' parts whole
run crm-store check
is 'and the store is right' "$status" 0

# the same events, each once as it is in the end
rm -rf "$XDG_DATA_HOME"
cp -R before "$XDG_DATA_HOME"
cat second left >all
ok 'all of it at once' crm-log --set what=purchase <all
sums >once
same_file 'gives these sums, too' once whole
ok 'which are not nothing' grep -q '^p1	101	[1-9]' whole

#
# One that is done after change sets that began later, and changed the same
# customer: the order of numbers is not that in which they were done.
#
CRM_STORE=$tmp/turned
export CRM_STORE

# overtake: p1 is changed while an import in parts is under way
overtake()
{
	rm -rf "$CRM_STORE"
	crm-store init
	crm-add <people
	CRM_TEST_PART=4096 "$log" --set what=purchase <long &
	import=$!
	while kill -0 $import 2>/dev/null; do
		crm-store stat | grep -q '"unfinished":1' || continue
		crm-set p1 city=Oslo
		break
	done
	wait $import
	crm-set p2 city=Rome
}
purchases 1 6000 7 >long
tries=0
until
	overtake
	tries=$((tries + 1))
	crm-history p1 -o jsonl >history
	grep -q '^{"change":3,.*"city"' history || [ $tries -eq 5 ]
do :; done
is 'an import is overtaken by who changes the same customer' \
	"$(sed 's/,"at".*"fields":\[{"field":"\([a-z]*\)".*/ \1/' history)" \
	'{"change":3 city
{"change":2 stage
{"change":1 name'
ok 'the store is well' crm-store check
crm-store dump >stored.dump
ok 'its dump can be loaded' sh -c 'crm-store -s loaded load <stored.dump'
crm-store -s loaded dump >again
same_file 'and gives the same dump' again stored.dump
ok 'what can be read of it is saved' crm-store repair saved
crm-find any >stored
for copy in loaded saved; do
	crm-find -s $copy any >again
	same_file "with the same people: $copy" again stored
done

# Of an import that is cut off when stories are written, and sums are not, the
# story of one customer is passed for each, not those of all.
crm-store -s cut init
awk 'BEGIN { print "name"; for (i = 1; i <= 30000; i++) print "Person " i }' |
	crm-add -s cut person >/dev/null
awk 'BEGIN { print "who\twhat\tat\tamount"
	for (i = 1; i <= 30000; i++)
		printf "p%d\tpurchase\t2025-01-01\t%d\n", i, i }' >cut.tsv
blocks=$(($(wc -c <cut/data.mdb) / 512))
left=0
for more in 12000 11000 10000 9000 8000 7000 6000 5000 4000 3000; do
	rm -rf cut2
	cp -R cut cut2
	# shellcheck disable=SC3045
	(ulimit -f $((blocks + more))
	CRM_TEST_PART=65536 "$log" -s cut2 -q <cut.tsv 2>/dev/null)
	left=$(crm-store -s cut2 stat | sed \
	    's/.*"hidden-records":\([0-9]*\),.*"story":\([0-9]*\),.*/\1 \2/' |
		awk '{ print ($1 == 30000 && $2 > 200) }')
	[ "$left" -eq 0 ] || break
done
is 'an import is cut off when its stories are written' "$left" 1
ok 'looking at each customer takes no longer' timeout 15 crm-store -s cut2 check
