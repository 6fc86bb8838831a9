#!/bin/sh
# Pages that a disk lost: no program ends without a word.
. "${0%/*}/../lib.sh"
plan 2

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
silent=0 told=0 p=2
while [ $p -lt "$pages" ]; do
	cp good "$CRM_STORE/data.mdb"
	dd if=/dev/zero of="$CRM_STORE/data.mdb" bs="$page" seek=$p count=1 \
		conv=notrunc 2>/dev/null
	if ! crm-find person >out 2>err; then
		told=$((told + 1))
		[ -s err ] || silent=$((silent + 1))
	fi
	p=$((p + 1))
done
is 'who fails says why' "$silent" 0
ok 'it was noticed' [ $told -gt 5 ]
