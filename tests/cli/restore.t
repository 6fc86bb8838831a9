#!/bin/sh
# crm-store restore and compact: stores that take the place of others.
. "${0%/*}/../lib.sh"
plan 40

CRM_STORE=$PWD/a
export CRM_STORE
run crm-store init
echo 'timezone: Europe/Warsaw' >a/crm.yaml
i=0
while [ $i -lt 2000 ]; do
	i=$((i + 1))
	echo "{\"name\":\"Person $i\",\"ref\":[\"x:$i\"],\"note\":\"A note on $i\"}"
done | crm-add person
run crm-log p1 purchase amount=10 doc=D1
crm-store dump >a.dump
run crm-store backup a.tar

ok 'a store of a backup' crm-store -s b restore a.tar
crm-store -s b dump >b.dump
same_file 'it is the same' b.dump a.dump
is 'nobody else may read it' "$(stat -c %a b b/data.mdb b/crm.yaml | xargs)" \
	'700 600 600'
ok 'from a pipe' sh -c 'cat a.tar | crm-store -s c restore -'
ok 'one that tar made' sh -c 'mkdir t && tar xf a.tar -C t &&
	tar cf t.tar -C t data.mdb crm.yaml && crm-store -s d restore t.tar'
ok 'is sound' crm-store -s d check
fails_with 73 'nothing is replaced unasked' crm-store -s b restore a.tar
mkdir other && touch other/file
fails_with 73 'nor what is no store' crm-store -s other restore a.tar
run crm-add -s b person name=New
run touch b/notes
ok 'unless it is asked for' crm-store -s b restore --replace a.tar
crm-store -s b dump >b.dump
same_file 'then it is as it was' b.dump a.dump
ok 'other files stay' test -f b/notes

head -c 100000 a.tar >cut.tar
fails_with 65 'a backup that is cut short' crm-store -s b restore --replace cut.tar
cp a.tar bad.tar
dd if=/dev/urandom of=bad.tar bs=4096 seek=12 count=2 conv=notrunc 2>/dev/null
fails_with 65 'a damaged one' crm-store -s b restore --replace bad.tar
fails_with 65 'something else' crm-store -s b restore --replace a.dump
fails_with 66 'nothing' crm-store -s b restore --replace nowhere.tar
crm-store -s b dump >b.dump
same_file 'change nothing' b.dump a.dump
is 'and leave nothing behind' "$(ls -d -- *.unfinished-* 2>/dev/null)" ''
# over a store that nothing can read
head -c 5000 </dev/urandom >b/data.mdb
fails_with 65 'a store that is no more' crm-find -s b person
ok 'is replaced' crm-store -s b restore --replace a.tar
ok 'and sound' crm-store -s b check

# who uses it
crm-history --follow >/dev/null &
pid=$!
sleep 0.5
fails_with 69 'while somebody uses it' crm-store restore --replace --wait 0 a.tar
fails_with 69 'not compacted either' crm-store compact --wait 0
kill $pid
wait $pid 2>/dev/null

crm-find person -o ids | crm-rm -
crm-store dump >a.dump
before=$(wc -c <a/data.mdb)
ok 'compact' crm-store compact
crm-store dump >c.dump
same_file 'it is the same store' c.dump a.dump
ok 'in less space' test "$(wc -c <a/data.mdb)" -lt "$before"
ok 'sound' crm-store check
ok 'and goes on' crm-add person name=Next
is 'where it was' "$(crm-find name:next -o ids)" p2001
# beside others who write
i=0
while [ $i -lt 30 ]; do
	crm-add --wait 20 person name="Beside $i" || echo "bad $?"
	i=$((i + 1))
done >bad 2>&1 &
pid=$!
i=0
while [ $i -lt 5 ]; do
	crm-store compact 2>/dev/null
	i=$((i + 1))
done
wait $pid
added=$(crm-find person name:beside --count)
is 'who writes beside it loses nothing' \
	"$((added + $(grep -c '^bad' bad)))" 30

# What a verb does not heed is refused: a dry run that writes is none.
crm-store -q backup last.tar
before=$(cksum <"$CRM_STORE/data.mdb")
fails_with 64 'restore has no -n' crm-store restore -n --replace last.tar
is 'and wrote nothing' "$(cksum <"$CRM_STORE/data.mdb")" "$before"

# templates are the user's work, too
mkdir a/templates a/templates/old
printf 'Invoice {doc}\n' >a/templates/invoice.txt
printf '<p>{doc}</p>\n' >'a/templates/quote letter.html'
run crm-store -s a backup papers.tar
ok 'a backup has the templates' crm-store -s e restore papers.tar
is 'and a store of it' "$(cat e/templates/invoice.txt e/templates/quote*)" \
	'Invoice {doc}
<p>{doc}</p>'
is 'for its owner alone' "$(stat -c %a e/templates e/templates/invoice.txt |
	xargs)" '700 600'
printf 'mine\n' >e/templates/invoice.txt
touch e/templates/more.txt e/notes
ok 'they take the place of others' crm-store -s e restore --replace papers.tar
is 'of all of them' "$(ls e/templates; cat e/templates/invoice.txt)" \
	'invoice.txt
quote letter.html
Invoice {doc}'
ok 'a backup without them leaves those there are' sh -c \
	'crm-store -s e restore --replace a.tar && test -f e/templates/invoice.txt'
ok 'and so does compacting' sh -c \
	'crm-store -s e compact && test -f e/templates/invoice.txt -a -f e/notes'
rm -r e/templates
mkdir shared
echo theirs >shared/quote.txt
ln -s ../shared e/templates
ok 'nor are they a folder that a link leads to' \
	crm-store -s e restore --replace papers.tar
is 'whose files stay' "$(cat shared/quote.txt; ls e/templates)" 'theirs
invoice.txt
quote letter.html'
