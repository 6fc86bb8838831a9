#!/bin/sh
# Pages that a disk lost: no program ends without a word.
. "${0%/*}/../lib.sh"
plan 14

CRM_STORE=$tmp/store
export CRM_STORE
crm-store init
i=0
while [ $i -lt 400 ]; do
	i=$((i + 1))
	echo "{\"name\":\"Person $i\",\"city\":\"City $i\",\"tag\":[\"t$i\"]}"
done >people
crm-add person <people
cp "$CRM_STORE/data.mdb" good
page=$(getconf PAGESIZE)
pages=$(($(wc -c <good) / page))
crm-store backup copy
tar xOf copy data.mdb >clean
rm copy
silent=0 told=0 refused=0 wrong=0 p=2
while [ $p -lt "$pages" ]; do
	cp good "$CRM_STORE/data.mdb"
	dd if=/dev/zero of="$CRM_STORE/data.mdb" bs="$page" seek=$p count=1 \
		conv=notrunc 2>/dev/null
	if ! crm-find person >out 2>err; then
		told=$((told + 1))
		[ -s err ] || silent=$((silent + 1))
	fi
	if ! crm-store backup copy >out 2>err; then
		refused=$((refused + 1))
		[ -s err ] || silent=$((silent + 1))
	fi
	[ ! -f copy ] || { tar xOf copy data.mdb | cmp -s - clean || wrong=$((wrong + 1)); }
	rm -f copy
	p=$((p + 1))
done
is 'who fails says why' "$silent" 0
ok 'it was noticed' [ $told -gt 5 ]
ok 'backups were refused' [ $refused -gt 5 ]
is 'or were good' "$wrong" 0
is 'nothing was left behind' "$(ls -d copy* 2>/dev/null)" ''

# a head that says less than it did: what LMDB goes by is the commit before
cp good "$CRM_STORE/data.mdb"
run crm-add person name=Newest
# commit OF: the number in a head; it lies behind those of page and table
commit() { od -An -tu8 -j $(($1 * page + 144)) -N 8 "$CRM_STORE/data.mdb" | tr -d ' '; }
head=$(($(commit 1) > $(commit 0)))
is 'heads take turns' $(($(commit $head) - $(commit $((1 - head))))) 1
ok 'no head is missing' crm-find person name:Newest --count
empty 'nor is it said' "$tmp/err"
printf '\0\0' | dd of="$CRM_STORE/data.mdb" bs=1 \
	seek=$((head * page + 144)) conv=notrunc 2>/dev/null
ok 'the newest head is damaged' crm-find person name:Newest --count
like 'it is said, everywhere' "$(cat "$tmp/err")" \
	"^crm-find: a head of the store .* is damaged: the newest changes may"
fails_with 1 'check tells too' crm-store check
# while others write there is no false alarm
cp good "$CRM_STORE/data.mdb"
awk 'BEGIN { print "who,what,text"
	for (i = 1; i <= 40; i++)
		printf "p%d,note,x\n", i }' >lines
(crm-log --stream <lines && crm-log --stream <lines &&
	crm-set p1 city=Else && crm-log --stream <lines) >/dev/null 2>writers &
while kill -0 $! 2>/dev/null; do
	crm-find p1 >/dev/null 2>>readers
done
wait
is 'no false alarm beside writers' "$(cat writers readers)" ''

# data behind a link has another lock than the one beside the link
cp good data.mdb
rm "$CRM_STORE/data.mdb"
ln -s ../data.mdb "$CRM_STORE/data.mdb"
fails_with 66 'a link to data' crm-find person
rm "$CRM_STORE/data.mdb" "$CRM_STORE/crm.yaml"
cp good "$CRM_STORE/data.mdb"
mkfifo "$CRM_STORE/crm.yaml"
fails_with 78 'a pipe for crm.yaml' timeout 10 crm-find person
