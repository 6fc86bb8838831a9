#!/bin/sh
# What people write in fields, and how often: "me", a field twice, an id.
. "${0%/*}/../lib.sh"
plan 5

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
