#!/bin/sh
# Events about stages: when, in whose story, and what they are about.
. "${0%/*}/../lib.sh"
plan 8

run crm-add person name=Anna
for n in 1 2 3; do
	run crm-add deal title=D$n who=Anna
done
run crm-set d1 stage=won
run crm-set d2 stage=won closed=2026-02-01
run crm-set d3 stage=won closed=today
# at DEAL: when its stage changed
at()
{
	crm-find event what:stage deal:"$1" -f at -o tsv | sed 1d
}
is 'without a word it is now' "$(at d1)" 2026-03-15T12:00:00Z
is 'on the day it closed' "$(at d2)" 2026-02-01T00:00:00Z
is 'which may be today' "$(at d3)" 2026-03-15T12:00:00Z

# kinds of one's own: whose who is one, or none, or names what has no story
store=$HOME/.local/share/crm
cat > "$store/crm.yaml" <<'EOF'
kinds:
  contract:
    letter: v
    fields:
      title: text
      who: person
    stages: [running, ended]
  machine:
    letter: w
    fields:
      name: text
      who: {type: link, to: [org, person], many: true}
    stages: [new, old]
  event:
    fields:
      machine: machine
EOF
run crm-add org name=Mill
run crm-add contract title=Lease who=Anna
run crm-add contract title=Loose
run crm-add machine name=M1 who=Mill who=Anna
run crm-set v1 v2 stage=ended
run crm-set w1 stage=old
run crm-add task title=Call who=Anna
run crm-set t1 stage=done
# story WORD: the newest stage event whose stage was WORD
story()
{
	crm-find event "from:$1" -f who,text,machine,to -o tsv | sed 1d
}
is 'one customer' "$(story running)" "$(printf 'p1\tLease\t\tended')"
is 'several; a field of events that names the record' \
	"$(story new)" "$(printf 'o1,p1\t\tw1\told')"
is 'a task is told by its title' "$(crm-find event to:done -f text -o tsv |
	sed 1d)" Call
ok 'the store is sound' crm-store check
crm-store dump | sed 's/"who":\["p1"\],"what":"stage"/"who":[],"what":"stage"/' \
	> nobody.jsonl
crm-store -s "$PWD/copy" load < nobody.jsonl 2> err
status=$?
is 'a dump whose events are nobody'"'"'s is refused' \
	"$status $(grep -c 'who: an array is empty' err)" '65 1'
