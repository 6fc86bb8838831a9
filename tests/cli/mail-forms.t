#!/bin/sh
# -o mutt and -o aerc: only those who have an address, newest contact first.
. "${0%/*}/../lib.sh"
plan 6

run crm-add person name='Anna Nowak' email=anna@x.example
run crm-add person name='Anna Berg' email=berg@x.example,b@y.example
run crm-add person name='Anna Without'
run crm-log berg@x.example email at=-2d
is 'mutt gets a line to show, then address, name, firm' \
	"$(crm-find -o mutt ann)" 'crm
berg@x.example	Anna Berg	
b@y.example	Anna Berg	
anna@x.example	Anna Nowak	'
is 'aerc gets address and name' "$(crm-find -o aerc now)" \
	'anna@x.example	Anna Nowak'
is 'the limit counts those who have one' \
	"$(crm-find -o aerc -l 2 --sort -id anna)" \
	'berg@x.example	Anna Berg
b@y.example	Anna Berg
anna@x.example	Anna Nowak'
is 'who has none is no match' "$(crm-find -o mutt without)" 'crm: no match'
fails_with 1 'and the answer is no' crm-find -e -o aerc without
ok 'which it is not without -e' crm-find -o aerc without
