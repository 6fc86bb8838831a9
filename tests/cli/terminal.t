#!/bin/sh
# On a terminal: tables, a receipt on stderr, no harm from what is stored.
. "${0%/*}/../lib.sh"
command -v script >/dev/null || skip_all 'there is no script'
plan 34

# tty COMMAND: its output as a terminal sees it, into out; sets status
tty()
{
	script -qec "stty cols ${cols:-80} 2>/dev/null; $1" /dev/null </dev/null >out.raw 2>&1
	status=$?
	tr -d '\r' <out.raw >out
}
esc=$(printf '\033')

tty 'crm-add person name=Anna city=Kraków'
like 'what was written is told' "$(cat out)" '^p1 added \(change 1\)$'
tty 'crm-add person name=Anna city=Kraków -q'
is 'but not with -q' "$(cat out)" ''
tty 'crm-set p1 p2 city=Lublin'
like 'changes' "$(cat out)" '^2 changed \(change 3\)$'
tty 'crm-set p1 p2 city=Lublin'
like 'nothing to change' "$(cat out)" '2 unchanged'
tty 'crm-rm p2 -n'
like 'a dry run says so' "$(cat out)" '^p2 removed \(dry run: nothing was written\)'
tty 'crm-set p2 city=Lublin'
like 'one record goes by its id' "$(cat out)" '^p2 unchanged$'
tty 'crm-add person name=Anna -n'
like 'a new one too' "$(cat out)" '^p3 added \(dry run'
tty 'crm-find person'
is 'a table' "$(sed "s/$esc\[[0-9;]*m//g" out)" 'id  name  city    stage
p1  Anna  Lublin  lead
p2  Anna  Lublin  lead'
unlike 'no colour on a dumb one' "$(cat out)" "$esc"
TERM=xterm
tty 'crm-find person'
like 'one quiet colour on others' "$(cat out)" "$esc\[2mid"
NO_COLOR=1
export NO_COLOR
tty 'crm-find person'
unlike 'none with NO_COLOR' "$(cat out)" "$esc"
tty 'crm-find person --color=always'
like 'unless told' "$(cat out)" "$esc\[2m"
unset NO_COLOR
tty 'crm-find person -o jsonl -l 1'
like '-o beats the terminal' "$(cat out)" '^\{"id":"p1"'

crm-add person name="$(printf 'evil\033]0;x\007\302\233')" note="$(printf 'a\342\200\256b')"
tty 'crm-find evil -f name,note'
unlike 'names do not drive the terminal' "$(sed "s/$esc\[[0-9;]*m//g" out)" "$esc|$(printf '\007')"
like 'they are shown escaped' "$(cat out)" '\\x1b\]0;x\\x07'
tty 'crm-show evil'
unlike 'nor in a card' "$(sed "s/$esc\[[0-9;]*m//g" out)" "$esc\]"
tty 'crm-history p3'
unlike 'nor in the history' "$(sed "s/$esc\[[0-9;]*m//g" out)" "$esc\]"
fails_with 65 'nor in messages' crm-show "$(printf 'no\033[31m')"
unlike 'with their bytes' "$(cat err)" "$esc"

cols=40
crm-add person name='A very long name that does not fit the terminal at all' city=Kraków
tty 'crm-find person name:long'
is 'a narrow terminal cuts the widest column' "$(sed "s/$esc\[[0-9;]*m//g" out | awk '{ if (length($0) > m) m = length($0) } END { print m <= 46 }')" 1

{
	echo name
	seq -f 'Number %g' 1500
} >rows.tsv
seq -f 'Number %g' 1501 4000 >more.tsv
tty '{ cat rows.tsv; sleep 2; cat more.tsv; } | crm-add person'
like 'what takes long shows how far it has come' "$(cat out)" \
	'[234],[0-9]+ lines, [0-9,]+ a second'
like 'and is wiped away by the receipt' "$(cat out)" \
	"$esc\[K"'4,000 added \(change [0-9]+\)$'
tty '{ cat rows.tsv; sleep 2; cat more.tsv; } | crm-add person -q'
is 'not with -q' "$(cat out)" ''
tty 'crm-add person'
is 'nothing to add is wrong use on a terminal' "$status" 64

# what a pager is given comes out, or it is told that it did not
for p in 'no-such-pager' 'no-such-pager -R' './nothing/here'; do
	tty "PAGER='$p' crm-show p1"
	is "PAGER=$p: the text comes without it" \
		"$status $(grep -c 'Anna' out) $(grep -c "^crm-show: PAGER: there is no program '${p% *}'" out)" '0 1 1'
done
tty "PAGER='tr a-z A-Z' crm-show p1"
like 'a pager that is there' "$(cat out)" ANNA
tty "PAGER='LESS=-R tr a-z A-Z' crm-show p1"
like 'one with an assignment' "$(cat out)" ANNA
tty "PAGER='X=1 no-such-pager' crm-show p1"
is 'one of which only a shell can tell: no success' "$status" 74
like 'and it is said' "$(cat out)" "^crm-show: PAGER: 'X=1 no-such-pager' cannot be run"
tty "PAGER='head -n 1 >/dev/null' crm-history"
is 'one that had enough is no fault' "$status" 0

# receivables, narrower and narrower: what is late the longest stays
CRM_STORE=$tmp/late
export CRM_STORE
crm-store init -q
crm-add -q person name='Anna Maria Nowakowska'
for due in 2026-04-01 2026-03-01 2026-02-01 2026-01-01 2025-01-01; do
	crm-log -q p1 invoice amount=1234.56 due=$due at=2024-01-01
done
crm-log -q p1 payment amount=0.56 doc=none at=2024-01-01
for cols in 120 110 100 90 80 75 70 65 60 55 50 45; do
	tty 'crm-report receivables'
	sed -n 1p out
done | sed "s/$esc\[[0-9;]*m//g" >heads
is 'what is late goes in the order of their age' "$(awk '{
	n = split("not-due 1-30 31-60 61-90 over-90", age)
	for (i = 1; i <= n && index(" " $0 " ", " " age[i] " ") == 0; i++)
		;
	for (; i <= n && index(" " $0 " ", " " age[i] " ") > 0; i++)
		;
	if (i <= n)
		print
	} END { print NR }' heads)" 12
like 'at 80 columns three are left' "$(sed -n 5p heads)" \
	' open +31-60 +61-90 +over-90'
