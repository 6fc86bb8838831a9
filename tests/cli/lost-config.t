#!/bin/sh
# A crm.yaml that is lost: what a kind of it holds can still be read, dumped
# and backed up, and who writes is told what is missing, and where.
. "${0%/*}/../lib.sh"
plan 19

CRM_STORE=$tmp/store
export CRM_STORE
crm-store init
cat >"$CRM_STORE/crm.yaml" <<'END'
kinds:
  project:
    letter: j
    fields:
      name: text
      who: {type: link, to: [person]}
      due: date
      budget: money
    stages: [new, old: done]
END
crm-add person name=Anna
crm-add project name=Roof who=Anna due=2026-01-02 budget=5
crm-store dump | sed '2d;$d' >full
crm-find project >found
cp "$CRM_STORE/crm.yaml" kept

# still_reads WORD: what works without it.
still_reads()
{
	ok "$1: a dump" sh -c 'crm-store dump >dump'
	is 'holds all but crm.yaml and its checksum' "$(sed '2d;$d' dump)" "$(cat full)"
	ok "$1: a backup" crm-store backup backup
	rm -f backup
	is "$1: its records are found" "$(crm-find project)" "$(cat found)"
	like "$1: and shown" "$(crm-show j1)" '^due +2026-01-02$'
	ok "$1: the store is whole" crm-store check
}
: >"$CRM_STORE/crm.yaml"
still_reads empty
why="kinds: there are records of the kind 'project' (letter: j): put it back, with its fields (what only reads still works)"
fails_with 78 'nothing is written' crm-add person name=Bob
is 'the file and the kind are named' "$(cat err)" \
	"crm-add: $CRM_STORE/crm.yaml: $why"
fails_with 78 'crm-store config says so' crm-store config
rm "$CRM_STORE/crm.yaml"
still_reads missing
sed 's/project/work/' kept >"$CRM_STORE/crm.yaml"
fails_with 78 'another name' crm-find any
is 'is not taken for it' "$(cat err)" \
	"crm-find: $CRM_STORE/crm.yaml: kinds: there are records of the kind 'project': its letter 'j' cannot be that of 'work'"
cp kept "$CRM_STORE/crm.yaml"
ok 'when it is back all is as before' crm-add project name=Door
is 'its index too' "$(crm-find project name:roof,door -o ids | tr '\n' ' ')" \
	'j1 j2 '
