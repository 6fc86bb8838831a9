#!/bin/sh
# Messages about wrong input say what is wanted, and guess only what is near.
. "${0%/*}/../lib.sh"
plan 5

run crm-add person name=Anna
printf '%s\n' '{"name":"A","email":5}' '{"name":true}' |
	run crm-add person
is 'a JSON value of the wrong type' "$(cat err)" \
'crm-add: stdin:1: email: wants a string, not a number
crm-add: stdin:2: name: wants a string, not true or false
crm-add: nothing was written'
printf '%s\n' '{"name":"A","email":["a@x.example",null]}' |
	run crm-add person
is 'null within a list clears nothing' "$(sed q err)" \
	'crm-add: stdin:1: email: wants values, not null in a list'
fails_with 65 'an unknown field' crm-set Anna foo=1
is 'is not said to be one that is as short' "$(sed q err)" \
	'crm-set: foo: no such field of people'
run crm-set Anna nmae=1
like 'but a swap is seen' "$(cat err)" "did you mean 'name'"
