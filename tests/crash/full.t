#!/bin/sh
# No room: /dev/full for the output of every program, ulimit -f, a small disk.
. "${0%/*}/../lib.sh"

CRM_STORE=$tmp/base
export CRM_STORE
awk 'BEGIN { print "name,email,city"
	for (i = 1; i <= 400; i++)
		printf "Person %d,p%d@x.example,Town %d\n", i, i, i % 9 }' >people
awk 'BEGIN { print "who,what,amount,text"
	for (i = 1; i <= 900; i++)
		printf "p%d,purchase,%d,words %d\n", i % 400 + 1, i, i }' >events
run crm-store init
run crm-add person <people
run crm-log <events
run crm-segment define big person spent:500..
run crm-set p1 city=Rome
ok 'there is a store' crm-store check

# full DESC COMMAND...: its output does not fit: 74, and a message
full()
{
	full_desc=$1
	shift
	"$@" >/dev/full 2>"$tmp/err"
	status=$?
	[ $status -eq 74 ] && grep -q 'No space left' "$tmp/err"
	result $? "/dev/full: $full_desc" || {
		diag "$* : status $status"
		diag <"$tmp/err"
	}
}
full 'crm-find' crm-find any
full 'crm-find, one line' crm-find p1 -f name
full 'crm-find --count' crm-find any --count
for form in jsonl tsv csv ids table yaml mutt aerc; do
	full "crm-find -o $form" crm-find person -o $form
done
full 'crm-find --explain' crm-find --explain person city:Rome
full 'crm-show' crm-show p1
full 'crm-history' crm-history
full 'crm-report' crm-report revenue
full 'crm-report rfm' crm-report rfm
full 'crm-report list' crm-report list
full 'crm-segment list' crm-segment list
full 'crm-segment show' crm-segment show big
for what in dump stat config 'backup -'; do
	# shellcheck disable=SC2086 # "backup -"
	full "crm-store $what" crm-store $what
done
full 'crm' crm
for p in crm crm-add crm-find crm-history crm-log crm-report crm-rm \
    crm-segment crm-set crm-show crm-store crm-undo; do
	full "$p --help" $p --help
	full "$p --version" $p --version
done
# who writes has written: what is printed comes behind the commit
full 'crm-add -o' crm-add person name=Late -o jsonl
is 'crm-add has written all the same' "$(crm-find person name:=Late --count)" 1
full 'crm-log -o' crm-log p1 note late -o jsonl
full 'crm-set -o' crm-set p2 city=Late -o jsonl
full 'crm-rm -o' crm-rm p3 -o jsonl
full 'crm-undo -o' crm-undo -o jsonl
is 'so have the others' "$(crm-find p3 city:Town -f id; crm-find p2 -f city
	crm-find event text:late --count)" \
    '{"id":"p3"}
{"city":"Late"}
1'
full 'a dry run' crm-set -n p4 city=Dry -o jsonl
is 'which writes nothing' "$(crm-find city:Dry --count)" 0

# it can fail: a program that says done, and one that says nothing
finds 'a program that always says done is found' /dev/full: \
    full liar sh -c 'crm-find any; exit 0'
finds 'one that does not say why, too' /dev/full: \
    full silent sh -c 'crm-find any 2>/dev/null'

# limited N COMMAND...: with files of N blocks of 512 bytes at most
limited()
{
	limit=$1
	shift
	# shellcheck disable=SC3045 # dash and bash know it
	(ulimit -f "$limit"; exec "$@")
}
size=$(($(wc -c <"$CRM_STORE/data.mdb") / 512 + 1))
# write_all BLOCKS: more than there is room for
write_all()
{
	fails_with 74 "ulimit -f: crm-add, $1 blocks more" \
	    limited $((size + $1)) sh -c 'crm-add person --map \
	    email=,city=note <people >/dev/null &&
	    crm-log <events && crm-log <events && crm-log <events &&
	    crm-log <events && crm-log <events && crm-log <events'
	like 'it says why' "$(cat "$tmp/err")" 'ulimit -f|File too large'
	ok 'all is well' crm-store check
}
for more in 0 20 100 400; do
	write_all $more
done
# it can fail: one that does not write and says done; a page that is lost
lazy()
{
	# shellcheck disable=SC2317 # write_all calls it
	limited() { true; }
	write_all 0
}
finds 'a program that writes nothing and says done is found' 'ulimit -f' lazy
torn()
{
	rm -rf "$tmp/torn"
	cp -r "$CRM_STORE" "$tmp/torn"
	CRM_STORE=$tmp/torn
	dd if=/dev/zero of="$tmp/torn/data.mdb" bs=4096 seek=9 count=9 \
	    conv=notrunc
	ok 'all is well' crm-store check
}
finds 'pages that are lost are found' 'all is well' torn
ok 'removing goes on' crm-rm p20
fails_with 74 'ulimit -f: backup' limited 8 crm-store backup b.tar
is 'nothing is left of it' "$(ls b.tar* 2>/dev/null)" ''
fails_with 74 'ulimit -f: compact' limited 8 crm-store compact
is 'nor of that' "$(ls -d base.* base/*new* 2>/dev/null)" ''
grep -v '^p20,' events >others
fails_with 74 'ulimit -f: events' limited 100 crm-log <others
ok 'at the end all is well' crm-store check

# a small disk
if [ "$(id -u)" -eq 0 ] && mkdir disk &&
    mount -t tmpfs -o size=4m tmpfs disk 2>/dev/null; then
	CRM_STORE=$tmp/disk/s
	ok 'a store on a small disk' crm-store init
	ok 'takes people' crm-add person <people
	i=0
	while [ $i -lt 40 ] && crm-log <events >out 2>err; do
		i=$((i + 1))
	done
	status=$?
	is 'until the disk is full' "$(grep -c 'No space\|is full' err)" 1
	all_there()
	{
		is 'events are those that were acknowledged' \
		    "$(crm-find event what:purchase --count)" $((i * 900))
	}
	all_there
	i=$((i + 1))
	finds 'more that say so than there are is found' events all_there
	i=$((i - 1))
	ok 'readers go on' crm-find person city:Town --count
	ok 'all is well' crm-store check
	fails_with 74 'a backup has no room' crm-store backup disk/b.tar
	rm -f disk/s/lock.mdb
	dd if=/dev/zero of=disk/fill bs=4k >/dev/null 2>&1
	run crm-find person --count
	[ $status -eq 74 ] && grep -q 'No space' "$tmp/err"
	result $? 'no room for a lock file: said in words' ||
		tell_run crm-find
	rm -f disk/fill
	ok 'with room again it reads' crm-find person --count
	ok 'removing works' crm-rm p1 p2 p3
	ok 'at the end all is well' crm-store check
	fails_with 74 'no room for a new store: load' sh -c \
	    'crm-store dump | crm-store -s disk/new load'
	is 'nothing stays of it' "$(ls disk)" s
	umount disk
	# nothing at all fits
	mount -t tmpfs -o size=8k tmpfs disk
	run crm-store -s disk/s init
	[ $status -eq 74 ] || [ $status -eq 73 ]
	result $? 'no room for an empty store' || tell_run crm-store init
	is 'nothing stays of it' "$(ls disk)" ''
	umount disk
else
	skip 16 'a small disk needs root'
fi
