#!/bin/sh
# Who wrote an event, however it comes in.
. "${0%/*}/../lib.sh"
need jq
plan 16

# by QUERY...: who wrote each, in the order of ids
by()
{
	crm-find event "$@" -f id,by -o tsv | sed 1d | cut -f2 | tr '\n' ' '
}

crm-add person name=Anna email=anna@a.example
crm-add deal title=Chairs who=Anna
ok 'operands' crm-log Anna call one
ok 'for every record on stdin' sh -c 'crm-find p1 | crm-log - note two'
ok 'a file' crm-log <<'EOF'
who,what,text,by
Anna,call,three,
Anna,call,four,ewa
EOF
is 'an empty cell says nobody' "$(by)" 'tester tester  ewa '
crm-log Anna call five by=
crm-log <<'EOF'
{"who":["Anna"],"what":"call","text":"six","by":null}
{"who":["Anna"],"what":"call","text":"seven"}
EOF
is 'nobody, where that is said' "$(by text:five,six,seven)" '  tester '
printf '%s\n' '{"who":["Anna"],"what":"call","text":"eight"}' \
	'{"who":["Anna"],"what":"call","text":"nine","by":"jan"}' |
	CRM_USER=bot crm-log --stream
is 'streamed' "$(by text:eight or text:nine)" 'bot jan '
CRM_USER=bot crm-add event who=Anna what=note text=ten
is 'added as a record' "$(by text:ten)" 'bot '
i=0
while [ $i -lt 20000 ]; do
	i=$((i + 1))
	echo "Anna,clicked,shop:$i"
done | sed '1i who,what,key' >many
ok 'a bulk' env CRM_USER=import crm-log <many
is 'all of it' "$(crm-find event what:clicked by:import --count)" 20000
ok 'sent again by another' env CRM_USER=jan crm-log <many
is 'is known, and stays' "$(crm-find event what:clicked by:import --count)" 20000
awk 'BEGIN { print "who,what,by"; for (i = 1; i <= 3000; i++)
	print "Anna,opened," (i % 3 ? "" : "ewa") }' >blank
CRM_USER=import crm-log <blank
is 'nobody stays nobody in every line of a long file' \
	"$(crm-find event what:opened no:by --count) $(crm-find event \
		what:opened by:import --count)" '2000 0'
CRM_USER=jan crm-set e1 text=changed
is 'a change does not sign it' "$(by e1)" 'tester '
CRM_USER=jan crm-set d1 stage=won
is 'but the event of a stage' "$(by what:stage)" 'jan '
crm-find e1 -o jsonl | jq -c 'del(.by) | .id = "e900000"' >copy
CRM_USER=jan crm-add event <copy
is 'a copy is not signed' "$(crm-find e900000 -f by -o tsv | sed 1d)" ''
crm-log -n Anna call eleven -o jsonl >out
is 'a trial run shows it' "$(jq -r .by out)" tester
