#!/bin/sh
# Stores that are damaged: what can be made anew, and what can be saved.
. "${0%/*}/../lib.sh"
plan 84

crm-store -s a init
awk 'BEGIN { print "name\temail\tcity\ttag\tx-size"
	for (i = 1; i <= 300; i++)
		printf "Person %d Żółć\tp%d@x.example\tC%d\tt%d\t%d\n",
		    i, i, i % 50, i % 7, i }' | crm-add -s a person
awk 'BEGIN { print "who\twhat\tat\tamount\tdoc\ttext"
	for (i = 1; i <= 1500; i++)
		printf "p%d\t%s\t2025-%02d-%02d\t%d.%02d\tR-%d\twords Zzunique%d\n",
		    i % 300 + 1, i % 2 ? "purchase" : "invoice", i % 12 + 1,
		    i % 28 + 1, i % 900, i % 100, i / 2, i }' | crm-log -s a
crm-find -s a person city:C7 | crm-set -s a - tag+=seven
run crm-set -s a p5 city=Gdynia note="$(printf '%05000d' 7)"
run crm-rm -s a p208 p209
run crm-undo -s a
run crm-set -s a p5 city=Sopot
ok 'there is a store' crm-store -s a check
records() { crm-store -s "$1" dump | grep '^{"id"' | grep -v '"erased":true'; }
records a >a.records

# in place: what is derived
crm-store -s a dump >a.dump
ok 'a sound store can be made anew' crm-store -s a repair
ok 'it is well' crm-store -s a check
crm-store -s a dump >b.dump
same_file 'and the same' b.dump a.dump
cp -r a derived
# the folded words stand in derived tables alone
LC_ALL=C sed -i 's/zzunique/zzuniqux/g' derived/data.mdb
fails_with 1 'the text index is damaged' crm-store -s derived check
if command -v script >/dev/null; then
	like 'and what helps is said on a terminal' \
		"$(script -qec 'crm-store -s derived check' /dev/null </dev/null 2>&1)" \
		'crm-store repair makes that anew from records and events'
else
	skip 1 'there is no script'
fi
ok 'repair' crm-store -s derived repair
ok 'makes it well' crm-store -s derived check
is 'and it finds' "$(crm-find -s derived event zzunique77 --count)" 1
cp -r a primary
LC_ALL=C sed -i 's/Person 77 /Person 99 /' primary/data.mdb
fails_with 1 'a record is damaged' crm-store -s primary check
if command -v script >/dev/null; then
	like 'and what helps is said' \
		"$(script -qec 'crm-store -s primary check' /dev/null </dev/null 2>&1)" \
		'restore a backup, or .*crm-store repair NEW'
else
	skip 1 'there is no script'
fi
fails_with 65 'a record that is damaged is not' crm-store -s primary repair
like 'it says what to do' "$(cat err)" 'crm-store repair NEW'
ok 'readers are not disturbed' sh -c '
	for i in 1 2 3 4 5 6 7 8; do crm-store -s a repair || exit 1; done &
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ "$(crm-find -s a event zzunique77 --count)" = 1 ] || exit 1
		crm-log -s a p1 note "while repaired $i" || exit 1
	done
	wait $!'
ok 'nor is what they write' crm-store -s a check
crm-store -s a dump >a.dump
records a >a.records

# a new time zone makes everything anew; killed, it begins again
cp -r a killed
echo 'timezone: Asia/Tokyo' >killed/crm.yaml
for ms in 1 3 5 8 12 20; do
	crm-find -s killed p1 >/dev/null 2>&1 &
	pid=$!
	sleep "0.0$ms"
	{ kill -KILL $pid; wait $pid; } 2>/dev/null
done
ok 'after kills it opens' crm-find -s killed p1
ok 'and is well' crm-store -s killed check

# what can be saved
ok 'of a sound store all is saved' crm-store -s a repair saved
empty 'nothing is told of' out
ok 'it is well' crm-store -s saved check
records saved >saved.records
same_file 'all records' saved.records a.records
like 'its history says where it came from' \
    "$(crm-history -s saved -l 1)" \
    'saved from the damaged store a: nothing was lost'
is 'the chain is the one of before' \
    "$(crm-store -s saved dump | grep '^{"change":7,')" \
    "$(grep '^{"change":7,' a.dump)"
# who was erased is not forgotten
crm-store -s e init
run crm-add -s e person name='Anna Zett' email=anna@x.example
run crm-add -s e person name=Bob email=bob@x.example
run crm-rm -q -s e --erase p1
crm-store -s e dump >e.dump
ok 'a store of which somebody was erased is saved' crm-store -s e repair e1
empty 'nothing is told of' out
ok 'it is well' crm-store -s e1 check
is 'the chain is the one of before' \
    "$(crm-store -s e1 dump | grep '^{"change":[123],')" \
    "$(grep '^{"change":[123],' e.dump)"
fails_with 65 'their address is refused' \
    crm-add -s e1 person name=Anna email=anna@x.example
cp -r e forgot
LC_ALL=C sed -i 's/erased\(.\)\(.\)\(.\)/erbsed\1\2\3/g' forgot/data.mdb
fails_with 1 'where that was damaged' crm-store -s forgot repair e2
like 'it is said' "$(cat out)" 'remembered of the erased is lost'
ok 'the rest is well' crm-store -s e2 check
fails_with 73 'nothing is replaced' crm-store -s a repair saved
fails_with 1 'a record that is damaged is lost' crm-store -s primary repair p1
like 'and named' "$(cat out)" '^p77( to p[0-9]+)?: lost$|^p[0-9]+ to p[0-9]+: lost$'
ok 'the rest is well' crm-store -s p1 check
like 'who is lost stands as removed' "$(crm-store -s p1 dump |
	grep '^{"id":"p77"')" '"removed":true,"erased":true'
ok 'and can be written on' crm-add -s p1 person name=Next email=p77@x.example
is 'with ids that were not used' "$(crm-find -s p1 name:Next -o ids)" p301
fails_with 66 'what is no store' crm-store -s nothing repair new
mkdir no
: >no/data.mdb
fails_with 65 'an empty file' crm-store -s no repair new
printf 'x%.0s' 1 2 3 4 5 6 7 8 >no/data.mdb
dd if=/dev/urandom of=no/data.mdb bs=4096 count=40 2>/dev/null
fails_with 65 'noise' crm-store -s no repair new
rm no/data.mdb
ln -s ../a/data.mdb no/data.mdb
fails_with 66 'a link' crm-store -s no repair new
is 'nothing was left behind' "$(ls -d new* 2>/dev/null)" ''

# damage SEED: damage d/data.mdb at random
damage()
{
	awk -v seed="$1" -v size="$(wc -c <a/data.mdb)" 'BEGIN {
		srand(seed)
		pages = int(size / 4096)
		how = int(rand() * 4)
		n = how == 3 ? 100 : 1 + int(rand() * 4)
		while (n-- > 0) {
			page = 2 + int(rand() * (pages - 2))
			at = page * 4096
			if (how == 1)
				print at, 4096
			else if (how == 2)
				print at + int(rand() * 16), 1
			else
				print at + int(rand() * 4096), 1
		}
	}' | while read -r at n; do
		head -c "$n" /dev/urandom | dd of=d/data.mdb bs=1 \
		    seek="$at" conv=notrunc 2>/dev/null
	done
}
# Times come from change sets: one that is lost does not tell its own.
plain() { sed 's/,"created":"[^"]*"\|,"updated":"[^"]*"//g' "$1" | sort; }
plain a.records >a.plain
bad=0 wrong=0 silent=0 saved=0 nameless=0 seed=0
while [ $seed -lt 40 ]; do
	seed=$((seed + 1))
	rm -rf d n
	cp -r a d
	damage $seed
	crm-store -s d repair n >told 2>why
	rc=$?
	# where the names of fields are lost, and their copy, nobody can tell
	# what is what: that is said, and nothing made
	if [ $rc -eq 65 ] && grep -q 'which fields its records have' why; then
		nameless=$((nameless + 1))
		continue
	fi
	[ $rc -le 1 ] || { bad=$((bad + 1)); diag "$seed: $(cat why)"; continue; }
	crm-store -s n check >why 2>&1 || { bad=$((bad + 1)); diag "$seed: $(head -2 why)"; }
	records n >n.records
	plain n.records >n.plain
	if [ -n "$(comm -13 a.plain n.plain)" ] && ! grep -q 'older' told; then
		wrong=$((wrong + 1))
		comm -13 a.plain n.plain | head -2 | diag
	fi
	[ $rc -eq 1 ] || cmp -s a.records n.records || silent=$((silent + 1))
	saved=$((saved + $(wc -l <n.records)))
done
diag "without the names of fields: $nameless"
[ $nameless -le 4 ] || bad=$((bad + nameless))
is 'of each damaged store one is made that is well' $bad 0
is 'with no record that is wrong' $wrong 0
is 'and nothing is lost without a word' $silent 0
ok 'most is saved' [ $saved -gt 40000 ]

# pages that lead to others: all that they lead to is found
lost=0 p=2 branches=0
while [ $p -lt $(($(wc -c <a/data.mdb) / 4096)) ]; do
	if [ "$(od -An -tu2 -j $((p * 4096 + 10)) -N2 a/data.mdb | tr -d ' ')" = 1 ]; then
		branches=$((branches + 1))
		rm -rf d n
		cp -r a d
		dd if=/dev/zero of=d/data.mdb bs=4096 seek=$p count=1 \
		    conv=notrunc 2>/dev/null
		crm-store -s d repair n >told 2>&1
		records n >n.records
		cmp -s a.records n.records || lost=$((lost + 1))
	fi
	p=$((p + 1))
done
ok 'there are such pages' [ $branches -gt 3 ]
is 'without them all records are found' $lost 0

# some thousand records, and a page of them lost; the new store is in a
# directory that is not there yet, the old one's is not touched
crm-store -s m init
awk 'BEGIN { print "name\temail\tcity"
	for (i = 1; i <= 6000; i++)
		printf "Person %d Żółć\tm%d@x.example\tC%d\n", i, i, i % 50
	}' | crm-add -s m person
awk 'BEGIN { print "who\twhat\tat\tamount\tdoc"
	for (i = 1; i <= 8000; i++)
		printf "p%d\tpurchase\t2025-%02d-%02d\t%d.50\tR-%d\n",
		    i % 6000 + 1, i % 12 + 1, i % 28 + 1, i % 900, i }' |
	crm-log -s m
crm-find -s m person city:C7 | crm-set -s m - city=Gdynia
records m >m.records
events=$(crm-find -s m event --count)
ok 'many are saved of a sound store' crm-store -s m repair many/of/them/n
records many/of/them/n >n.records
same_file 'all of them' n.records m.records
ok 'no scratch file is beside them' [ "$(ls -A many/of/them)" = n ]
LC_ALL=C sed -i 's/Person 4321 /Person 9999 /' m/data.mdb
ls -lA --time-style=full-iso m | grep -v ' lock.mdb$\| gate$' >m.before
fails_with 1 'of one that lost some' crm-store -s m repair n2
ls -lA --time-style=full-iso m | grep -v ' lock.mdb$\| gate$' >m.after
same_file 'which is left alone' m.after m.before
ok 'the store is well' crm-store -s n2 check
crm-find -s n2 person -f id --count >n.live
[ -s n.live ] && [ "$(cat n.live)" -gt 5900 ] && [ "$(cat n.live)" -lt 6000 ] &&
    [ "$(crm-find -s n2 event --count)" -eq "$events" ]
result $? 'the rest is there: all but one block of people'

# fields of one's own, in a store that was compacted, and restored
crm-store -s x init
crm-add -s x person name=A x-shoe=43
crm-store -s x compact
crm-store -s x backup x.tar
crm-store -s x2 restore x.tar
ok 'what was compacted and restored is saved' crm-store -s x2 repair x3
is 'with its fields' "$(crm-find -s x3 person x-shoe:43 -f name)" '{"name":"A"}'
# the names stand twice: one copy is enough
page=$(LC_ALL=C grep -abo 'x-shoe' x/data.mdb | head -n 1 | cut -d : -f 1)
copies=$(LC_ALL=C grep -abo 'x-shoe' x/data.mdb | wc -l)
[ "$copies" -ge 2 ]
result $? 'compacting keeps both copies of the names'
printf Q | dd of=x/data.mdb bs=1 seek="$page" conv=notrunc 2>/dev/null
crm-store -s x repair x4 2>/dev/null
is 'one of them is enough' "$(crm-find -s x4 person x-shoe:43 -f name)" \
    '{"name":"A"}'

# templates are copied, as a backup has them; hooks are not
mkdir x2/templates x2/hooks
printf 'Invoice %%s\n' >x2/templates/invoice.tmpl
printf 'Quote\n' >x2/templates/quote.tmpl
: >x2/templates/.hidden
printf '#!/bin/sh\n' >x2/hooks/changed
ok 'a store with templates is saved' crm-store -s x2 repair x5
is 'with them and nothing else' "$(cd x5 && find . -type f | sort | xargs)" \
    './crm.yaml ./data.mdb ./gate ./lock.mdb ./templates/invoice.tmpl '\
'./templates/quote.tmpl'
same_file 'as they were' x5/templates/invoice.tmpl x2/templates/invoice.tmpl
is 'for the owner alone' \
    "$(stat -c %a x5/templates x5/templates/quote.tmpl | xargs)" '700 600'
truncate -s 17M x2/templates/quote.tmpl
fails_with 1 'one that cannot be read is lost' crm-store -s x2 repair x6
is 'and named, and the other is there' "$(cut -d : -f 1,2 out; ls x6/templates)" \
    'templates: quote.tmpl
invoice.tmpl'

# where the end of a table stands is found by a name: one that is damaged is
# missed by whoever comes there, and what it led to is saved all the same
crm-store -s y init -q
crm-add -s y -q person name=Anna
for i in 1 2 3 4 5; do
	crm-log -s y -q p1 call "the call $i"
done
for name in young-event young-change young-; do
	rm -rf y1 y2
	cp -r y y1
	LC_ALL=C sed -i "s/$name/$(echo "$name" | sed s/young/youmg/)/g" y1/data.mdb
	fails_with 65 "$name: who reads misses it" crm-find -s y1 event
	fails_with 65 'so does who writes' crm-log -s y1 p1 call x
	fails_with 1 'and who checks' crm-store -s y1 check
	ok 'all is saved' crm-store -s y1 repair y2
	is 'with what was there' "$(crm-find -s y2 event -f text -o tsv | xargs)" \
	    'text the call 1 the call 2 the call 3 the call 4 the call 5'
	ok 'and well' crm-store -s y2 check
done
