#!/bin/sh
# Which stage may follow which, and what a record there needs: crm.yaml(5).
. "${0%/*}/../lib.sh"
plan 25

export CRM_STORE=$tmp/store
crm-store init
cat >"$CRM_STORE/crm.yaml" <<'EOT'
pipelines:
  sales:
    - new: {chance: 10, next: [offer, lost]}
    - offer: {chance: 60, next: [won, lost], needs: [value, expected]}
    - won: {next: []}
    - lost: {needs: lost}
  service: [asked: 20, signed: won]
kinds:
  boat:
    letter: x
    fields: {name: text, berth: text}
    stages: [planned: {next: afloat}, afloat: {needs: berth}, sunk: done]
EOT
run crm-add person name=Anna email=anna@a.example
run crm-add deal title=One who=Anna
stage()
{
	crm-find "$1" -f stage -o tsv | sed 1d
}

fails_with 65 'a step that is not allowed' crm-set d1 stage=won
is 'says which would be' "$(cat err)" \
	"crm-set: stage: a deal at 'new' goes on to 'offer' or 'lost', not to 'won'
crm-set: nothing was written"
fails_with 65 'a stage without what it needs' crm-set d1 stage=offer
like 'says what is lacking' "$(cat err)" \
	"stage: a deal at 'offer' needs 'value' and 'expected': set them with it"
fails_with 65 'or with a part of it' crm-set d1 stage=offer value=10
like 'says the rest' "$(cat err)" "needs 'expected': set it with it"
ok 'with all of it the deal goes on' \
	crm-set d1 stage=offer value=10 expected=2026-04-01
is 'which the story has' "$(crm-find event what:stage -f from,to -o tsv |
	sed 1d)" 'new	offer'
fails_with 65 'what it needs is not taken away there' crm-set d1 value=
ok 'but may change' crm-set d1 value=20 stage=offer
run crm-add deal title=Two who=Anna ref=old:2
fails_with 65 'one of several that may not go on stops all' \
	crm-set d1 d2 stage=won
like 'which is named' "$(cat err)" "d2: stage: a deal at 'new'"
is 'so nothing was written' "$(stage d1) $(stage d2)" 'offer new'

# imports, and lines that change records
fails_with 65 'a new record has what its stage needs' \
	crm-add deal title=Three who=Anna stage=lost
ok 'and may begin anywhere' \
	crm-add deal title=Three who=Anna stage=lost lost=price
echo '{"ref":"old:2","stage":"won"}' >won
fails_with 65 'a stream is held to the steps' crm-add deal --key ref <won
like 'with the line' "$(cat err)" "stdin:1: stage: a deal at 'new' goes on to"
cat >steps <<'EOT'
{"ref":"old:2","stage":"offer","value":5,"expected":"2026-05-01"}
{"ref":"old:2","stage":"won"}
EOT
ok 'and may take several' crm-add deal --key ref <steps
ok 'a stage with no next ends for good: another pipeline' \
	crm-set d2 pipeline=service stage=asked
ok 'undo goes back' crm-undo
is 'to where it was' "$(stage d2)" won
fails_with 65 'what is over stays there' crm-set d2 stage=lost lost=price
like 'and says so' "$(cat err)" "a deal at 'won' stays there"

# kinds of one's own; rules that came later
run crm-add boat name=Ada
run crm-set x1 berth=7 stage=afloat
is 'kinds of crm.yaml too' "$status $(crm-set x1 berth= 2>&1 | head -1)" \
	"0 crm-set: stage: a boat at 'afloat' needs 'berth': set it with it"
sed 's/needs: lost/needs: [lost, source]/' "$CRM_STORE/crm.yaml" >new &&
	mv new "$CRM_STORE/crm.yaml"
ok 'what was there before a rule is let be' crm-set d3 note=x
