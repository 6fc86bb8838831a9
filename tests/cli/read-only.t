#!/bin/sh
# A store that may only be read: by a user who is permitted no more, and on a
# file system that is mounted so.
. "${0%/*}/../lib.sh"
plan 38

crm-store -s shop init
i=0
while [ "$i" -lt 4000 ]; do
	i=$((i + 1))
	echo "Customer number $i of many,p$i@example.org,Lübeck"
done | { echo name,email,city; cat; } | crm-add -s shop person -q
crm-log -s shop p7@example.org purchase beans amount=10
crm-store -s shop dump >dump

# --- A user who may read, and no more.
if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null; then
	skip 25 'needs root and setpriv'
else
	eve() { setpriv --reuid=64103 --regid=64103 --clear-groups "$@"; }
	chmod 755 "$tmp"
	mkdir bin && cp "$CRM_BUILD"/bin/crm* bin && chmod -R a+rX bin
	PATH=$tmp/bin:$PATH
	mkdir -m 1777 hers

	fails_with 77 'a store is for its owner' eve crm-find -s shop
	chmod 755 shop && chmod 644 shop/data.mdb shop/crm.yaml
	fails_with 77 'without the gate nothing can be locked' \
	    eve crm-find -s shop
	grep -q "gate: Permission denied" err
	is 'which is said' $? 0
	chmod 644 shop/gate
	is 'who may read finds' "$(eve crm-find -s shop --count)" 4000
	is 'and reports' \
	    "$(eve crm-report -s shop customers -l 1 -f orders -o tsv)" \
	    "orders
1"
	ok 'checks' eve crm-store -s shop check
	ok 'shows' eve crm-show -s shop p7
	eve crm-store -s shop dump >hers/dump
	ok 'dumps' cmp dump hers/dump
	ok 'makes a backup' eve crm-store -s shop backup hers/b.tar
	ok 'sees the configuration' eve crm-store -s shop config
	ok 'is told what is in it' eve crm-store -s shop stat
	eve crm-store -s shop repair hers/saved
	is 'saves what can be read' "$(eve crm-find -s hers/saved --count)" 4000
	fails_with 77 'but does not write' eve crm-add -s shop person name=Eve
	grep -q "the store 'shop' cannot be written to" err
	is 'which is said, too' $? 0
	fails_with 77 'nor put another one in its place' \
	    eve crm-store -s shop compact
	is 'nothing was changed' "$(crm-store -s shop dump | cmp - dump)" ''

	# Output that nobody takes keeps nobody from writing.
	mkfifo slow
	eve crm-find -s shop >slow &
	reader=$!
	exec 3<slow
	head -c 1 <&3 >first
	ok 'others write while its output waits' \
	    crm-add -s shop person name=New --wait 2
	cat <&3 >rest
	exec 3<&-
	wait "$reader"
	is 'and it goes on to the end' $? 0
	is 'with every record' "$(cat first rest | grep -c '"name"')" 4001
	crm-rm -s shop New

	# Many of them, and one who writes.
	for n in 1 2; do
		(
			while ! [ -e stop ]; do
				eve crm-find -s shop --count
			done >counts.$n 2>&1
		) &
	done
	written=0
	for n in 1 2 3 4 5 6 7 8 9 10; do
		crm-set -s shop -q p1 p2 p3 city="Place $n" &&
		    written=$((written + 1))
	done
	: >stop
	wait
	is 'a writer comes in between them' "$written" 10
	is 'and they see all' "$(sort -u counts.1 counts.2)" 4000

	crm-store -s shop compact
	is 'compact leaves them the store' "$(eve crm-find -s shop --count)" \
	    4000
	crm-store -s shop dump >dump
	echo 'timezone: Asia/Tokyo' >>shop/crm.yaml
	fails_with 77 'indexes that are to be made anew are told of' \
	    eve crm-find -s shop
	grep -q 'open it once where it may be written to' err
	is 'with what to do' $? 0
	eve crm-store -s shop backup hers/old.tar &&
	    eve crm-store -s hers/old restore hers/old.tar
	is 'a copy has them' "$(eve crm-find -s hers/old --count)" 4000
fi

# --- Mounted for reading only: in a name space of its own, that ends with it.
private() { unshare -m sh -c "$@"; }
if ! private 'mount -t tmpfs none /mnt' 2>err; then
	skip 13 'may not mount anything here'
	exit 0
fi
crm-find -s shop -l 0 # its indexes are made anew
crm-store -s shop dump >dump

# The place alone: others may write elsewhere.
frozen()
{
	private 'mount --bind shop shop && mount -o remount,bind,ro shop &&
	    exec "$@"' - "$@"
}
is 'in such a place records are found' "$(frozen crm-find -s shop --count)" \
    4000
ok 'the store is checked' frozen crm-store -s shop check
is 'dumped' "$(frozen crm-store -s shop dump | cmp - dump)" ''
ok 'copied' frozen crm-store -s shop backup copy.tar
fails_with 77 'not written to' frozen crm-add -s shop person name=Eve
fails_with 77 'not repaired in place' frozen crm-store -s shop repair
fails_with 77 'and no backup is begun in it' \
    frozen crm-store -s shop backup -
is 'nothing is left in it' "$(ls shop | xargs)" 'crm.yaml data.mdb gate lock.mdb'

# All of a file system: nobody can write.
mkdir fresh && tar -C fresh -xf copy.tar
sealed()
{
	private 'mount -t tmpfs none /mnt && cp -r fresh /mnt/shop &&
	    mount -o remount,ro /mnt && exec "$@"' - "$@"
}
is 'a store that was never used is read there' \
    "$(sealed crm-find -s /mnt/shop --count)" 4000
ok 'and checked' sealed crm-store -s /mnt/shop check
fails_with 77 'not written to' sealed crm-add -s /mnt/shop person name=Eve
aside()
{
	private 'mount --bind fresh fresh && mount -o remount,bind,ro fresh &&
	    exec "$@"' - "$@"
}
fails_with 77 'where others could write it is not' aside crm-find -s fresh
crm-find -s fresh -l 0
is 'before one of them opened it' "$(aside crm-find -s fresh --count)" 4000
