#!/bin/sh
# One import adds and changes events of the same customers, in many parts:
# their sums are those of all that it wrote.
. "${0%/*}/../lib.sh"
log=$CRM_BUILD/crash/crm-log
[ -x "$log" ] || skip_all 'not built: make crash-tools'
need awk
plan 9

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
