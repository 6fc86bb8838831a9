#!/bin/sh
# One import adds and changes events of the same customers, in many parts:
# their sums are those of all that it wrote.
. "${0%/*}/../lib.sh"
log=$CRM_BUILD/crash/crm-log
[ -x "$log" ] || skip_all 'not built: make crash-tools'
need awk
plan 16

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
