#!/bin/sh
# Tasks that come again: made in the change set that ends the one before.
. "${0%/*}/../lib.sh"
plan 17

# tasks: what there is, in words
tasks()
{
	crm-find task -f id,title,who,due,stage,repeat,closed,owner,ref,note -o tsv |
		sed 1d | tr '\t' ' '
}

crm-add person name=Anna
crm-add task title='Call Anna' who=Anna due=2026-03-10 repeat=2w owner=ewa \
	ref=x:1 note='as ever'
crm-set t1 stage=done
is 'the next one is due a span after today, not after it was due' "$(tasks)" \
	't1 Call Anna p1 2026-03-10 done 2w 2026-03-15 ewa x:1 as ever
t2 Call Anna p1 2026-03-29 open 2w  ewa  as ever'
is 'both stand in one change set' "$(crm-history t2 -o tsv | sed 1d |
	cut -f 1 | sort -u)" "$(crm-history t1 -o tsv | sed 1d | cut -f 1 | sort -rnu | head -1)"
is 'it is found by its customer' "$(crm-find task who:p1 is:open -o ids)" t2
is 'and by its words' "$(crm-find task call stage:open -o ids)" t2
is 'the customer has one open task' "$(crm-find p1 -f open-tasks -o tsv | sed 1d)" 1
crm-undo
is 'undo takes both back' "$(tasks)" \
	't1 Call Anna p1 2026-03-10 open 2w  ewa x:1 as ever'
crm-undo
is 'and undoing that brings both again' "$(crm-find task -f id,stage -o tsv | sed 1d |
	tr '\t\n' ' ;')" 't1 done;t2 open;'
crm-set t2 stage=done closed=2026-03-31
is 'counted from the day that is said' "$(crm-find task is:open -f id,due -o tsv |
	sed 1d)" "t3	2026-04-14"
crm-set t2 note=more
is 'a change of one that is done makes none' "$(crm-find task --count)" 3
crm-set t3 stage=done repeat=1m closed=2026-01-31
is 'what is changed with it counts; a month ends in time' \
	"$(crm-find task is:open -f id,due,repeat -o tsv | sed 1d)" \
	"t4	2026-02-28	1m"
crm-set t4 repeat= stage=done
is 'without repeat none comes' "$(crm-find task is:open --count)" 0
crm-add task title=Old stage=done repeat=1w
is 'nor of one that is added as done' "$(crm-find task is:open --count)" 0
crm-add task title=A repeat=1d due=today
crm-add task title=B repeat=1d due=today
crm-find task is:open | crm-set - stage=done -n -o ids >out
is 'a dry run adds none' "$(crm-find task is:open --count)" 2
crm-find task is:open | crm-set - stage=done
is 'several at once' "$(crm-find task is:open -f id,title,due -o tsv | sed 1d |
	tr '\t\n' ' ;')" 't8 A 2026-03-16;t9 B 2026-03-16;'
crm-rm t8
is 'one that is removed does not come again' "$(crm-find task is:open -o ids)" t9
ok 'the store is whole' crm-store check
cat >"$XDG_DATA_HOME/crm/crm.yaml" <<'YAML'
kinds:
  service:
    letter: x
    fields:
      name: text
      due: date
      repeat: span
    stages: [planned, over: done]
YAML
crm-add service name=Boiler repeat=1y due=2026-03-01
crm-set Boiler stage=over
is "a kind of one's own with these fields" "$(crm-find service -f id,due,stage,closed -o tsv |
	sed 1d | tr '\t\n' ' ;')" 'x1 2026-03-01 over 2026-03-15T12:00:00Z;x2 2027-03-15 planned ;'
