#!/bin/sh
# A WHO that nobody has: near names are proposed, cheaply.
. "${0%/*}/../lib.sh"
plan 18

crm-add person name='Anna Nowak' email=anna@mail.example
crm-add person name='Łukasz Żak' note='met Ana Novak'
crm-add person name='মিতালী বেগম'
crm-add org name='Acme Ltd'

near()
{
	fails_with 65 "$1" crm-set "$1" note=x
	is "$1: is proposed" "$(cat err)" "crm-set: no such record: '$1'$2"
}
near Anna ' (did you mean p1 Anna Nowak?)'
near 'Ana Nowak' ' (did you mean p1 Anna Nowak?)'
near 'nowak anna' ' (did you mean p1 Anna Nowak?)'
near Zak ' (did you mean p2 Łukasz Żak?)'
near 'মিতালি' ' (did you mean p3 মিতালী বেগম?)'
near acem ' (did you mean o1 Acme Ltd?)'
near Zenon ''

printf 'name\nJan Kowal\nJan Kowalik\nJan Kowalczyk\nJan Kowalewski\n' | crm-add person
near 'Jan Kowa' ' (did you mean p4 Jan Kowal, p5 Jan Kowalik, p6 Jan Kowalczyk?)'
is 'in a link, of its kinds alone' "$(crm-add person name=X org=Acne 2>&1 | sed 1q)" \
	"crm-add: org: no such org: 'Acne' (did you mean o1 Acme Ltd?)"
crm-rm p1
is 'nobody who was removed' "$(crm-set Anna note=x 2>&1)" "crm-set: no such record: 'Anna'"
