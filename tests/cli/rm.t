#!/bin/sh
# crm-rm: what is removed is gone from every answer, and stays in the history.
. "${0%/*}/../lib.sh"
plan 31

crm-add person name=Anna email=anna@mail.example ref=shop:1
crm-add person name=Bob
crm-log Anna purchase amount=10 key=shop:1/1
crm-log Anna call hello
ok 'an event' crm-rm e1
is 'sums follow' "$(crm-find anna -f spent,orders)" '{"spent":0.00,"currency":"EUR","orders":0}'
is 'it is not found' "$(crm-find event what:purchase --count)" 0
ok 'a record' crm-rm Anna
is 'it is not found' "$(crm-find --count) $(crm-find anna --count)" '1 0'
is 'its events are found by its id' "$(crm-find event who:p1 what:call -f what,text)" \
	'{"what":"call","text":"hello"}'
fails_with 65 'nor named' crm-show anna@mail.example
fails_with 65 'nor changed' crm-set p1 city=X
ok 'unique values are free again' crm-add person name='Other Anna' email=anna@mail.example ref=shop:1
ok 'a key too' crm-log 'Other Anna' purchase amount=5 key=shop:1/1
is 'ids are not given again' "$(crm-find 'name:other' -o ids)" p3
is 'the history has it' "$(crm-history p1 -l 1 -o tsv | sed 1d | cut -f 4,8)" 'crm-rm	removed'
ok 'from a pipe' sh -c 'crm-find person | crm-rm -'
is 'all are gone' "$(crm-find person --count)" 0
fails_with 65 'nobody is there' crm-rm Bob
fails_with 64 'WHO is missing' crm-rm
ok 'no records are no error' sh -c 'crm-find person | crm-rm -'
crm-add person name=Cleo ref=shop:9
crm-add deal title=Roof who=Cleo
crm-log Cleo call hi
crm-rm Cleo
is 'a link to what was removed is shown as such' \
	"$(crm-find deal -f who -o table | sed 1d)" 'Cleo (removed)'
is 'its id is told to programs' "$(crm-find deal -f who,who.name)" '{"who":["p4"]}'
if command -v script >/dev/null; then
	script -qec 'crm-rm p4 -n; crm-undo -q; crm-rm p4' /dev/null </dev/null |
		tr -d '\r' >out
	is 'people are told what links to it' "$(tail -n 1 out)" \
		'crm-rm: what links there stays: 1 deal, 1 event'
else
	skip 1 'there is no script'
fi
crm-undo
is 'and comes back with it' "$(crm-find deal -f who.name) $(crm-find ref:shop:9 -o ids)" \
	'{"who.name":["Cleo"]} p4'
is 'in a table too' "$(crm-find deal -f who -o table | sed 1d)" Cleo
ok 'the store is proved' crm-store check

# who asks for it is told that it was there
crm-add person name=Gone
id=$(crm-find Gone -o ids)
CRM_USER=ewa crm-rm "$id"
n=$(crm-history -l 1 -o tsv | sed -n '2s/	.*//p')
told="$id was removed by ewa on 2026-03-15 (crm-undo $n brings it back)"
is 'crm-show' "$(crm-show "$id" 2>&1)" "crm-show: $told"
is 'crm-set' "$(crm-set "$id" city=X 2>&1)" "crm-set: $told"
is 'in a pipe' "$(echo "$id" | crm-log - call 2>&1 | head -1)" "crm-log: stdin:1: $told"
is 'as a link' "$(crm-add task title=x who="$id" 2>&1 | head -1)" "crm-add: who: $told"
is 'crm-find' "$(crm-find "$id" 2>&1)" "crm-find: $told"
ok 'it does' crm-undo "$n"
is 'so it is there' "$(crm-find "$id" -f name)" '{"name":"Gone"}'
crm-rm -q --erase "$id" 2>/dev/null
is 'erased' "$(crm-set "$id" city=X 2>&1)" "crm-set: $id was erased"
