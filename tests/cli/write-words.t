#!/bin/sh
# What people write in fields, and how often: "me", a field twice, an id.
. "${0%/*}/../lib.sh"
plan 34

crm-add person name='Anna Nowak' owner=me
crm-add person name=Bob --set owner=me
echo '{"name":"Cid","owner":"me"}' | crm-add person
is 'owner=me is the user: operands, --set, streams' \
	"$(crm-find person -f owner)" '{"owner":"tester"}
{"owner":"tester"}
{"owner":"tester"}'
is 'owner:me finds what owner=me wrote' "$(crm-find owner:me --count)" 3
crm-log p1 call by=me
CRM_USER=ewa crm-set p2 owner=me
is 'by=me, and crm-set' "$(crm-find event -f by; crm-find p2 -f owner)" \
	'{"by":"tester"}
{"owner":"ewa"}'
crm-add person name=me city=me
is 'other fields keep the word' "$(crm-find person city:=me -f name,city)" \
	'{"name":"me","city":"me"}'
ok 'a dump holds no me' sh -c 'crm-store dump >all; ! grep -q "\"owner\":\"me\"" all'

# a field of one value
fails_with 64 'one value twice is refused' crm-add person name=Eva city=A city=B
is 'naming both' "$(cat err)" \
	"crm-add: 'city' has one value, but 'A' and 'B' are given"
fails_with 64 'also to clear and to set' crm-set p1 city= city=B
fails_with 64 'TEXT beside text=' crm-log p1 note hello text=other
is 'naming both as well' "$(cat err)" \
	"crm-log: 'text' has one value, but 'other' and 'hello' are given"
fails_with 64 'WHAT beside what=' crm-log p1 note what=call
fails_with 64 'x-NAME' crm-set p1 x-shoe=42 x-shoe=43
fails_with 64 '--set' crm-add person --set city=A --set city=B name=Eva
fails_with 64 '--set, whatever the kind' sh -c \
	'echo "{\"kind\":\"person\",\"name\":\"E\"}" | crm-add --set city=A --set city=B'
ok 'many values add up' crm-add person name=Eva tag=a tag=b tag+=c --set tag=d
is 'all of them' "$(crm-find eva -f tag)" '{"tag":["a","b","c","d"]}'
fails_with 64 'a record at a time from stdin' sh -c 'echo p1 | crm-set - city=A city=B'

# times near now; the clock stands at 12:00 UTC
at()
{
	crm-log p1 note at="$1" -f at -o tsv | sed 1d
}
is 'a time of today' "$(at 13:30)" 2026-03-15T13:30:00Z
is 'hours ago' "$(at -2h)" 2026-03-15T10:00:00Z
is 'minutes ago' "$(at -30min)" 2026-03-15T11:30:00Z
is 'm is months' "$(at -1m)" 2026-02-15T00:00:00Z
is 'ISO 8601, basic' "$(at 20240301T133000Z)" 2024-03-01T13:30:00Z
is 'a query may ask so' "$(crm-find event at:-45min..now --count)" 2
fails_with 65 'a file of times has no days' sh -c \
	'printf "who,what,at\np1,call,09:30\n" | crm-log'
like 'it says' "$(cat err)" "stdin:2: at: '09:30' has no day"

# an id of one's own
is 'an id that is free' "$(crm-add person name=Fay id=p500 -o ids)" p500
fails_with 65 'one that is taken' crm-add person name=Gus id=p500
like 'says so' "$(cat err)" 'id: p500 is taken'
fails_with 65 'one of another kind' crm-add person name=Gus id=o7
fails_with 65 'what is none' crm-add person name=Gus id=seven
fails_with 64 'two of them' crm-add person name=Gus id=p501 id=p502
fails_with 65 'a record keeps its id' crm-set p500 id=p501
is 'with --key id it is the record to change' \
	"$(crm-add person --key id id=p500 name=Faye; crm-find p500 -f name)" '{"name":"Faye"}'
is 'events too' "$(crm-log p500 note hello id=e900 -o ids)" e900
