#!/bin/sh
# Pages that a disk lost: no program ends without a word.
. "${0%/*}/../lib.sh"
plan 7

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

# data behind a link has another lock than the one beside the link
cp good data.mdb
rm "$CRM_STORE/data.mdb"
ln -s ../data.mdb "$CRM_STORE/data.mdb"
fails_with 66 'a link to data' crm-find person
rm "$CRM_STORE/data.mdb" "$CRM_STORE/crm.yaml"
cp good "$CRM_STORE/data.mdb"
mkfifo "$CRM_STORE/crm.yaml"
fails_with 78 'a pipe for crm.yaml' timeout 10 crm-find person
