#!/bin/sh
# Events that link to events, which stand in other blocks: what one look-up
# found must still be there after the next ones.
. "${0%/*}/../lib.sh"
plan 9

crm-store init -q
cat >"$XDG_DATA_HOME/crm/crm.yaml" <<'YAML'
kinds:
  event:
    fields:
      reply: event
      about: {type: event, many: true}
  deal:
    fields:
      basis: event
      second: event
YAML
crm-add -q person name=Anna

# 900 notes in three parts; those of the last two link to notes of the parts
# before.  What is to be printed of them is worked out beside it.
awk '
function text(i) { return "note " i " of " i * i " k" i % 7 }
BEGIN {
	for (i = 0; i < 3; i++)
		print "who\twhat\tat\ttext\treply\tabout" >"part" i
	for (i = 1; i <= 900; i++) {
		part = int((i - 1) / 300)
		n = part * 300
		r[i] = n ? i * 7919 % n + 1 : 0
		a[i] = n ? i * 31 % n + 1 : 0
		b[i] = n ? (i * 31 + 150) % n + 1 : 0
		printf "p1\tnote\t2026-01-02T10:00:00Z\t%s\t%s\t%s\n", text(i),
		    n ? "e" r[i] : "", n ? "e" a[i] ",e" b[i] : "" >"part" part
		if (n == 0)
			continue
		printf "%s\t%s\t%s,%s\n", text(i), text(r[i]), text(a[i]),
		    text(b[i]) >"texts"
		print text(a[i]) >"got"
		print text(b[i]) >"got"
		if (i % 7 == 3 && (a[i] % 7 == 4 || b[i] % 7 == 4))
			print text(i) >"found"
	}
	print "title\twho\tbasis\tsecond" >"deals"
	for (i = 1; i <= 50; i++) {
		printf "deal %d\tp1\te%d\te%d\n", i, i * 17, i * 11 >"deals"
		printf "%s\t%s\n", text(i * 17), text(i * 11) >"bases"
	}
}'
ok 'events' sh -c 'for i in 0 1 2; do crm-log -q <part$i || exit; done'
ok 'deals' sh -c 'crm-add -q deal <deals'

# these ARGUMENT...: texts of what is found, and of what that links to
these()
{
	crm-find -o tsv -f text,reply.text,about.text "$@" | sed 1d
}
sort texts >sorted
these event has:reply >all
is 'texts of several events' "$(cmp all texts 2>&1)" ''
these event has:reply --sort text | sort >all
is 'of those that were sorted' "$(cmp all sorted 2>&1)" ''
crm-find -o ids event has:reply >ids
these - <ids >all
is 'of those on stdin' "$(cmp all texts 2>&1)" ''
crm-find -o tsv -f basis.text,second.text deal | sed 1d >all
is 'of two in one row' "$(cmp all bases 2>&1)" ''

# terms behind one that follows links
crm-find -o tsv -f text event about.text:k4 text:k3 | sed 1d >all
is 'terms behind one that follows links' "$(cmp all found 2>&1)" ''
crm-find -o tsv -f text - about.text:k4 text:k3 <ids | sed 1d >all
is 'of those on stdin, too' "$(cmp all found 2>&1)" ''

# each once: in the order in which they come
awk '!seen[$0]++' got >once
crm-find -o tsv -f text --get about - <ids | sed 1d >all
is 'and what links name' "$(cmp all once 2>&1)" ''
