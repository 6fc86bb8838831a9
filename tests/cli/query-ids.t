#!/bin/sh
# Terms that name the records themselves: no index is needed, nor a walk.
. "${0%/*}/../lib.sh"
plan 37

# ids [ARG...]: what is found, in one line.
ids()
{
	crm-find -o ids "$@" | tr '\n' ' '
}

# each WANT TERM...: what is planned is what looking at every record finds.
each()
{
	each_want=$1
	shift
	is "$*" "$(ids any "$@")" "$each_want"
	is "$*: each looked at" \
		"$(crm-find any -o ids | crm-find - any "$@" -o ids | tr '\n' ' ')" \
		"$each_want"
}

run crm-add org name=Acme
for name in Anna Bertil Cesar Dora Emil Fia; do
	run crm-add person name=$name city=Oslo
done
run crm-set p2 org=Acme city=Bergen
run crm-log Anna call hello
run crm-log Bertil note 'old friends'
run crm-add segment name=north query='person city:bergen'
run crm-segment add north p5
run crm-add segment name=all query='any not city:nowhere'

each 'p2 ' id:p2
each 'p2 p3 ' id:p3,p2
each 'p2 ' id:=p2
each 'p1 ' id:Anna
each 'e2 o1 p4 ' id:p4,o1,e2
each 'p2 ' id:p2 city:bergen
each '' id:p3 city:bergen
each 'p1 p2 p6 ' id:p1,p6 or city:bergen
each 'p3 p4 p5 p6 ' kind:person not id:p1,p2
each 'p2 p5 p6 ' id:@north,p6
each 'e1 e2 o1 p1 p2 p3 p4 p5 p6 s1 s2 ' id:@all
each 'p2 ' id:/p2
each 'p3 ' id:~3

is 'with a kind' "$(ids person id:p4,o1)" 'p4 '
is 'that has none of them' "$(ids org id:p4,p5)" ''
is 'an event by its kind' "$(ids event id:e1,e2)" 'e1 e2 '
is 'counted' "$(crm-find id:p4,o1,p3 --count)" 3
is 'the plan tells it' "$(crm-find person id:p4,o1,p3 --explain)" \
	'people: 2 by index, look at each'
is 'members of a segment too' "$(crm-find person id:@north --explain)" \
	'people: 2 by index, look at each'
is 'without a kind, other kinds have none' \
	"$(crm-find id:p4 --explain | grep -cv ': [01] by index')" 0

CRM_NOW=2026-03-20T12:00:00Z
run crm-rm p3
is 'what was removed is named, and is not found' "$(ids id:p3,p4)" 'p4 '
run crm-merge p4 p6
is 'what was merged is what it is by now' "$(ids id:p6)" 'p4 '
is 'before it was itself' "$(ids id:p3,p6 --as-of 2026-03-16)" 'p3 p6 '
fails_with 65 'an id that none has names none' crm-find id:p99
