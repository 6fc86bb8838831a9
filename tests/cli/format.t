#!/bin/sh
# A store of the first format, kept since: every later version opens it, finds
# in it, proves it, writes to it.  tests/data/format-1.sh says how it was made.
. "${0%/*}/../lib.sh"
plan 24

sample=$top/tests/data/format-1
export CRM_STORE=$tmp/store
fresh()
{
	rm -rf "$CRM_STORE"
	mkdir -m 700 "$CRM_STORE"
	cp "$sample/data.mdb" "$sample/crm.yaml" "$CRM_STORE"
}

fresh
ok 'it opens' crm-find person -q
ok 'it is well' crm-store check
crm-store dump >dump
same_file 'it holds what it held' dump "$sample/dump"
ok 'its dump loads' sh -c 'crm-store -s loaded load <"$1"' - "$sample/dump"
crm-store -s loaded dump >again
same_file 'as the same' again "$sample/dump"
is 'people' "$(crm-find person --count)" 72
is 'by words' "$(crm-find person 'żak' -f name,city,size -o tsv | tail -1)" \
    "$(printf 'Łukasz Żak\tGdynia\t38.5')"
is 'in another script' "$(crm-find person city:ঢাকা -o ids)" p2
is 'by a field of crm.yaml' "$(crm-find person colour:green -o ids)" p1
is 'by a tag that a bulk set gave' "$(crm-find person tag:c1 --count)" 24
is 'events' "$(crm-find event what:purchase -f amount,currency -o tsv | tail -1)" \
    "$(printf '160.00\tPLN')"
is 'by their text' "$(crm-find event 'prices' --count)" 1
is 'a kind of its own' "$(crm-find machine -f title,weight -o tsv | tail -1)" \
    "$(printf 'Espresso 9\t81.25')"
is 'sums' "$(crm-find p1 -f spent -o tsv | tail -1)" 160.00
is 'its segment' "$(crm-find @guests --count)" 24
is 'who was removed is not found' "$(crm-find person name:removed --count)" 0
like 'the history' "$(crm-history p1 -o jsonl)" '"old":"Kraków","new":"Gdynia"'
like 'an undo' "$(crm-history p2 -o jsonl)" '"undoes":'

ok 'it can be written to' crm-set p1 city=Sopot
ok 'and added to' crm-add person name=New email=new@x.example
is 'ids go on' "$(crm-find person name:New -o ids)" p74
ok 'what was done then can be taken back' crm-undo
ok 'all that is well' crm-store check

# another zone makes all that is derived anew
fresh
sed 's/Europe.Warsaw/Asia\/Tokyo/' "$sample/crm.yaml" >"$CRM_STORE/crm.yaml"
ok 'made anew it is well' crm-store check
