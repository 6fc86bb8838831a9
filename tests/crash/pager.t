#!/bin/sh
# Readers whose reader does not read, such as a pager, while others write: the
# file grows by what is written, not by what was freed and may not be used again
# (how full pages are differs from run to run).  CRM_COMMITS commits (400; in
# check-slow 10,000).
. "${0%/*}/../lib.sh"
plan 14

: "${CRM_COMMITS:=$([ -n "${CRM_SLOW:-}" ] && echo 10000 || echo 400)}"
run crm-store -s base init
awk 'BEGIN { print "name,email,note"
	for (i = 1; i <= 3000; i++)
		printf "Person %d,p%d@x.example,some words to make it long\n",
		    i, i }' | crm-add -s base person
awk 'BEGIN { print "who,what,amount,text"
	for (i = 1; i <= 6000; i++)
		printf "p%d,purchase,%d,some words %d\n", i % 3000 + 1, i, i
	}' | crm-log -s base
awk -v n="$CRM_COMMITS" 'BEGIN { print "who,what,text"
	for (i = 1; i <= n; i++)
		printf "p%d,note,written meanwhile %d\n", i % 3000 + 1, i
	}' >lines

bytes() { wc -c <"$1/data.mdb"; }
# bytes of the file that nothing is in
unused()
{
	echo $(($(crm-store -s "$1" stat -o jsonl |
	    sed 's/.*"pages-free":\([0-9]*\).*/\1/') * 4096))
}
cp -r base alone
ok 'a writer alone' crm-log -s alone --stream <lines
alone=$(bytes alone)
base=$(bytes base)

# behind COMMAND...: with a reader that takes the first lines and waits
behind()
{
	rm -rf s
	cp -r base s
	rm -f go head
	# shellcheck disable=SC2016 # of the inner shell
	(sh -c 'echo $$ >pid; exec "$@"' sh "$@" -s s; echo $? >rc) | (
		dd bs=100 count=1 of=head 2>/dev/null
		while ! [ -e go ]; do sleep 0.1; done
		cat >rest
	) &
	reader=$!
	i=0
	while ! [ -s head ] && [ $i -lt 100 ]; do
		i=$((i + 1))
		sleep 0.05
	done
	before=$(bytes s)
	was=$(unused s)
	$meanwhile
	crm-log -s s --stream <lines
	grown=$(bytes s)
	: >go
	[ "$meanwhile" != stop ] || kill -CONT "$(cat pid)"
	wait $reader
	cat head rest >got
	is "$*: goes on to the end" "$(cat rc)" 0
	[ "$(unused s)" -le $((was + grown / 8)) ]
	result $? "$*: $CRM_COMMITS commits, $before to $grown bytes, $(unused s) unused"
}

# A dump is one snapshot; crm-store(1) says for how long it holds it.
hold()
{
	i=0
	while ! crm-store -s s stat | grep -q '"readers":0' &&
	    [ $i -lt 200 ]; do
		i=$((i + 1))
		crm-log -s s p1 note 'while it is held'
		sleep 0.05
	done
	before=$(bytes s)
	was=$(unused s)
}
meanwhile=true
behind crm-find event -o jsonl
is 'it has what was there, once each' "$(grep '"purchase"' got |
	sort -u | wc -l)" 6000
behind crm-find person -o tsv
is 'it has what was there, once each' "$(grep -c 'Person' got)" 3000
behind crm-history -o tsv
meanwhile=hold
behind crm-store dump
is 'a dump is whole' "$(tail -n 1 got | grep -c '^{"end"')" 1
ok 'all is well' crm-store -s s check
# it can fail: one that is stopped cannot let its snapshot go
stop() { kill -STOP "$(cat pid)"; }
meanwhile=stop
finds 'a reader that holds on to a snapshot is found' \
    'crm-store dump: [0-9]+ commits' behind crm-store dump
diag "pager: $CRM_COMMITS commits; $base bytes grow to $alone without readers"
