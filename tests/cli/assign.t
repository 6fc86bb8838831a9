#!/bin/sh
# Who gets what is added without an owner: assign of crm.yaml(5).
. "${0%/*}/../lib.sh"
plan 34

export CRM_STORE=$tmp/store
crm-store init
cat >"$CRM_STORE/crm.yaml" <<'EOT'
assign:
  - {query: 'person country:DE', owners: uwe}
  - {query: 'deal who.country:PL', owners: [ola]}
  - {query: 'kind:person,org', owners: [ewa, jan, ida]}
  - {query: ticket, owners: [ewa, jan], by: load}
EOT
owners()
{
	crm-find "$@" -f owner -o tsv | sed 1d | xargs
}

run crm-add person name=A
run crm-add person name=B
run crm-add person name=C country=DE
run crm-add person name=D owner=max
run crm-add person name=E country=PL
is 'each in turn, where the rule before does not fit' \
	"$(owners person)" 'ewa jan uwe max ida'
run crm-undo
run crm-add person name=F
is 'what is undone was no turn' "$(owners person name:F)" ida
run crm-rm p1
run crm-add person name=G
is 'nor what was removed' "$(owners person name:G)" ewa
run crm-add org name=O
is 'each kind has turns of its own' "$(owners org)" ewa
run crm-add deal title=X who=F
is 'no rule, no owner' "$(owners deal)" ''
run crm-set p6 country=PL
run crm-add deal title=Y who=F
is 'a rule looks through links' "$(owners deal title:Y)" ola
run crm-set d1 note=x
is 'what is changed is not given away' "$(owners d1)" ''

# a stream is dealt out line by line
i=0
while [ $i -lt 3000 ]; do
	echo "{\"name\":\"N$i\",\"ref\":\"n:$i\"}"
	i=$((i + 1))
done >many
ok 'a stream' crm-add person --key ref <many
is 'gives each the same' "$(owners person ref:/n: | xargs -n 1 | sort |
	uniq -c | xargs)" '1000 ewa 1000 ida 1000 jan'
is 'in turn' "$(owners person ref:n:0,n:1,n:2,n:3 |
	xargs -n 1 | sort -u | wc -l)" 3
ok 'again' crm-add person --key ref <many
is 'it changes nothing' "$(owners person | xargs -n 1 | sort | uniq -c |
	xargs)" '1001 ewa 1001 ida 1001 jan 1 max 1 uwe'
printf '%s\n' '{"ref":"m:1","name":"M"}' '{"ref":"m:1","owner":"max"}' >two
run crm-add person --key ref <two
is 'a later line may say who' "$(owners person ref:m:1)" max
is 'a dry run says who it would be' \
	"$(crm-add -n person name=Z -f owner)" \
	"$(crm-add person name=Z -f owner)"

# by load: open deals and tickets
crm-add deal <<'EOT'
title,who,owner,stage
a,F,ewa,new
b,F,ewa,won
c,F,jan,won
EOT
run crm-add ticket title=one who=F
run crm-add ticket title=two who=F
run crm-add ticket title=three who=F
is 'who has the least gets it' "$(owners ticket)" 'jan ewa jan'
run crm-set k1 k3 stage=closed
run crm-add ticket title=four who=F
is 'what is over is no load' "$(owners ticket title:four)" jan

# two at once
n=$(crm-find person --count)
for i in 1 2 3 4 5 6 7 8 9; do
	crm-add person name="P$i" &
done
wait
is 'writers at the same time take turns' "$(crm-find person name:/P -f owner -o tsv |
	sed 1d | sort | uniq -c | xargs)" '3 ewa 3 ida 3 jan'
is 'and all are there' "$(crm-find person --count)" $((n + 9))

# the printed configuration is one; what is wrong is said
crm-store config >printed
cp printed "$CRM_STORE/crm.yaml"
is 'it is printed' "$(crm-store config | grep -A12 '^assign')" \
	"$(grep -A12 '^assign' printed)"
echo 'assign: [{query: person citty:X, owners: ewa}]' >"$CRM_STORE/crm.yaml"
fails_with 78 'a wrong query' crm-add person name=Q
like 'is shown' "$(cat err)" "crm.yaml:1: the query of a rule of assign:.*citty"
fails_with 78 'crm-store config sees it' crm-store config
like 'with its place' "$(cat err)" "crm.yaml:1: the query of a rule of assign:.*citty"
is 'and prints nothing' "$(crm-store config 2>/dev/null)" ''

# a configuration that is to be: read with the schema that it has itself
config()
{
	printf '%s\n' "$@" >new.yaml
	crm-store config new.yaml
}
fails_with 78 'a query over events' config \
	'assign:' '  - {query: ticket, owners: ewa}' '  - {query: event what:call, owners: ewa}'
like 'is refused' "$(cat err)" 'crm.yaml:3: .*assign: events have no owner'
cp new.yaml "$CRM_STORE/crm.yaml"
fails_with 78 'where it is used, too' crm-add person name=Q
ok 'a query that names fields of its own' config \
	'kinds: {person: {fields: {shoe: number}}}' \
	'assign: [{query: "person shoe:40..", owners: ewa}]'
fails_with 78 'which others lack' config \
	'assign: [{query: "person shoe:40..", owners: ewa}]'
fails_with 78 'the query of a score' config \
	'scores:' '  heat:' '    of: person' '    points:' '      - 1: citty:X'
like 'with its place, too' "$(cat err)" "crm.yaml:5: score 'heat': .*citty"
fails_with 78 'what a score has nothing to do with' config \
	'scores:' '  heat:' '    of: deal' '    points:' '      - 1: ticket'
like 'is named' "$(cat err)" "crm.yaml:5: score 'heat': tickets have nothing"
ok 'a right one' config \
	'scores:' '  heat:' '    of: person' '    points:' '      - 1: city:X' '      - 2: event what:call'
