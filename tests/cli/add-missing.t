#!/bin/sh
# --add-missing, and --set beside name=value.
. "${0%/*}/../lib.sh"
plan 6

cat >in.tsv <<'END'
who	what
bob@x.example	call
shop:77	call
Carla Diaz	call
+48 22 123 45 67	call
END
ok 'makes who is not there' crm-log --add-missing person <in.tsv
is 'with the name, and what it is beside' \
	"$(crm-find person -f name,email,ref,phone -o tsv)" \
	'name	email	ref	phone
bob@x.example	bob@x.example		
shop:77		shop:77	
Carla Diaz			
+48 22 123 45 67			+48 22 123 45 67'
ok 'so that a number is found however it is written' \
	crm-set 0048221234567 name=Ewa
is '--set fills in what the operands lack' \
	"$(crm-add person name=Dora city=Rome --set city=Oslo \
		--set owner=ben -f city,owner -o tsv)" 'city	owner
Rome	ben'
is 'also of an event' \
	"$(crm-log Dora call --set direction=in -f direction -o tsv)" \
	'direction
in'
printf 'Foo\nBar\n' | run crm-add org
like 'a list of names without a header says what is missing' "$(cat err)" \
	"stdin:1: id: 'Foo' is not an id \(a list of one field has its name"
