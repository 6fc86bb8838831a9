#!/bin/sh
# Bad input: the message says what and where, nothing is written, the store is
# unharmed.
. "${0%/*}/../lib.sh"

crm-add person name=Anna email=anna@mail.example
crm-add person name=Anna
crm-add org name=Acme
before=$(crm-find any --count)

# status, what is wrong, message (ERE), command
cat >cases <<'EOF'
65|line that is no JSON|stdin:2: column 10|printf '{"kind":"person","name":"A"}\n{"name": }\n' | crm-add person
65|key that stands twice|stdin:1: the key 'name' stands there twice|printf '{"name":"A","name":"B"}\n' | crm-add person
65|kind that is none|stdin:1: kind: no such kind: 'parson'|printf '{"kind":"parson","name":"A"}\n' | crm-add
65|kind that is missing|stdin:1: kind: missing|printf '{"name":"A"}\n' | crm-add
65|bytes that are not UTF-8|stdin:2: byte 4: not UTF-8|printf 'name\nabc\377\n' | crm-add person -i csv
65|NUL|stdin:2: byte 2: a NUL|printf 'name\na\000b\n' | crm-add person -i csv
65|too few cells|stdin:3: 1 cell, but the header has 2|printf 'name,city\na,b\nc\n' | crm-add person
65|quote that is not closed|stdin:2|printf 'name,city\n"a,b\nc,d\n' | crm-add person
65|column that is no field|stdin:1: cty: no such field|printf 'name,cty\na,b\n' | crm-add person
65|column that stands twice|stdin:1: two columns are named|printf 'name,name\na,b\n' | crm-add person
65|day that is none|stdin:2: birthday: no such day '1990-02-29'|printf 'name,birthday\na,1990-02-29\n' | crm-add person
65|date that may be two|stdin:2: birthday: '3/4/2024'|printf 'name,birthday\na,3/4/2024\n' | crm-add person
65|amount that is none|stdin:2: amount: 'ten'|printf 'who,what,amount\nAcme,purchase,ten\n' | crm-log
65|currency that is none|stdin:2: currency: |printf 'who,what,amount,currency\nAcme,purchase,1,ABC\n' | crm-log
65|more digits than the currency has|stdin:2: amount: .*2 digits|printf 'who,what,amount\nAcme,purchase,1.234\n' | crm-log
65|name of several|stdin:2: who: 'Anna' is p1 Anna .anna@mail.example., p2 Anna: say|printf 'who,what\nAnna,call\n' | crm-log
65|a query where a record is wanted|no such record: 'tag:vip' .what a query finds comes through a pipe: crm-find tag:vip . crm-set - |crm-set tag:vip tag+=x
65|name of nobody|stdin:2: who: no such|printf 'who,what\nNobody,call\n' | crm-log
65|id of the wrong kind|org: 'p1' is a person, not an org|crm-add person name=X org=p1
65|id that is taken|stdin:1: id: p1 is taken|printf '{"id":"p1","name":"X"}\n' | crm-add person
65|unknown word|what: unknown 'cal' .did you mean 'call'|crm-log Acme cal
65|stage that is none|stage: |crm-add deal title=X stage=winning
65|value of a computed field|spent: is computed|crm-set p1 spent=5
65|second value of a single field|city: has one value|crm-set p1 city+=X
65|text that is not UTF-8|not UTF-8|crm-set p1 city="$(printf 'a\377')"
64|query: unknown field|unknown field 'cty' .did you mean 'city'|crm-find cty:x
64|query: bracket|'\(' is not closed|crm-find '(' city:x
64|query: or|'or' needs a term behind it|crm-find city:x or
64|query: range|spent|crm-find spent:x..y
64|query: regular expression|name|crm-find 'name:~(('
64|query: two terms in one|two terms|crm-find 'city:x spent:1..'
65|query: segment|no such segment: 'nosuch'|crm-find @nosuch
65|query: link|no such org: 'Nobody'|crm-find person org:Nobody
64|option|unknown option --limits .did you mean --limit|crm-find --limits 3
64|option that is short of a value|-l needs a count|crm-find -l
64|option with a wrong value|is not a number|crm-find -l many
64|form|is none of|crm-find -o xml
64|column of output|unknown field 'cty'|crm-find person -f cty
64|sort|unknown field 'cty'|crm-find person --sort cty
64|map|no such field: 'cty'|crm-add person --map a=cty <a.csv
64|map without a field|is not COLUMN=FIELD|crm-add person --map a <a.csv
64|clock|CRM_NOW|CRM_NOW=noon crm-find
66|store|no store|crm-find -s nowhere
66|store that is no folder|no store|crm-find -s a.csv
66|store for writing|no store|crm-add person name=A -s nowhere
EOF
printf 'a,b\n1,2\n' >a.csv
plan $(($(wc -l <cases) * 2 + 19))
while IFS='|' read -r want what message command; do
	run sh -c "$command" </dev/null
	[ "$status" -eq "$want" ]
	result $? "$what: status $want" || tell_run "$command"
	like "$what: message" "$(cat err)" "$message"
done <cases
is 'nothing was written' "$(crm-find any --count)" "$before"

# many bad lines: twenty are told, the rest is counted
{ echo name,email; seq 30 | sed 's/.*/n&,x&/'; } >many.csv
fails_with 65 'many bad lines' sh -c 'crm-add person <many.csv'
is 'twenty are told' "$(grep -c 'stdin:' err)" 20
like 'the rest is counted' "$(cat err)" 'and 10 more'

# faults are found while lines are read, and behind the last one: they are
# told in the order of the lines, and the same one once
cat >mixed.csv <<'EOF'
name,email,org,birthday,ref
A,,Nobody,,
B,x@y.example,,soon,
C,,,,s:1
D,,,,s:1
E,bad,,,
EOF
fails_with 65 'faults of all sorts' sh -c 'crm-add person <mixed.csv'
is 'come in the order of lines' "$(sed 's/^crm-add: //; s/^\(stdin:[0-9]*\).*/\1/' err)" 'stdin:2
stdin:3
stdin:5
stdin:6
nothing was written'
{ echo name,birthday; seq 313 | sed 's/.*/n&,soon/'; echo x,never; } >same.csv
fails_with 65 'the same fault often' sh -c 'crm-add person <same.csv'
is 'is told once' "$(cat err)" "crm-add: stdin:2: birthday: 'soon' is not a date (and 312 more lines like it)
crm-add: stdin:315: birthday: 'never' is not a date
crm-add: nothing was written"
{ echo name,org; seq 40 -1 1 | sed 's/.*/n&,Org &/'; echo 'x,'; } >late.csv
fails_with 65 'many that are found late' sh -c 'crm-add person <late.csv'
is 'the first lines of them' "$(sed -n '1p;20,22p' err)" "crm-add: stdin:2: org: no such org: 'Org 40'
crm-add: stdin:21: org: no such org: 'Org 21'
crm-add: and 20 more
crm-add: nothing was written"

# crm.yaml
store=$XDG_DATA_HOME/crm
cp "$store/crm.yaml" saved.yaml
printf 'currency: EUR\ntimezone: Europe/Nowhere\n' >"$store/crm.yaml"
fails_with 78 'a wrong configuration' crm-find Anna
like 'has its place' "$(cat err)" 'crm\.yaml:2:11: '
printf 'curency: EUR\n' >"$store/crm.yaml"
fails_with 78 'an unknown key' crm-find Anna
like 'has the nearest' "$(cat err)" "crm\.yaml:1:1: .*did you mean 'currency'"
cp saved.yaml "$store/crm.yaml"

# output that cannot be written
fails_with 74 'a full device' sh -c 'crm-find any >/dev/full'
fails_with 74 'also for help' sh -c 'crm-find --help >/dev/full'
fails_with 74 'what was written stays' sh -c 'crm-add person name=Full -o jsonl >/dev/full'
is 'it is there' "$(crm-find full --count)" 1
ok 'a closed pipe ends it' sh -c 'seq 3000 | sed "1i name" | crm-add person -i tsv && crm-find person | head -1 | grep -q p1'
