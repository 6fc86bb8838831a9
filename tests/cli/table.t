#!/bin/sh
# Tables: no blanks at the end of a line.
. "${0%/*}/../lib.sh"
plan 2

run crm-add person name=Anna email=anna@x.example city=Oslo owner=ben
run crm-add person name='Bertil Andersson'
is 'columns line up and nothing is padded behind the last text' \
	"$(crm-find person -o table -f name,email,city,owner)" \
	'name              email           city  owner
Anna              anna@x.example  Oslo  ben
Bertil Andersson'
is 'an empty cell before others is' \
	"$(crm-find person -o table -f id,email,name)" \
	'id  email           name
p1  anna@x.example  Anna
p2                  Bertil Andersson'
