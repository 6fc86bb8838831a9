#!/bin/sh
# What the programs offer for completion: "--complete WHAT WORD [OPERAND ...]".
. "${0%/*}/../lib.sh"

# values PROGRAM WHAT WORD [OPERAND ...]: what is offered, without the words
# about it
values()
{
	values_of=$1
	shift
	"$values_of" --complete "$@" | cut -f 1
}

# Without a store: what is built in; and none is made.
is 'kinds' "$(values crm-add operand pe)" person
is 'a kind, then its fields' "$(values crm-add operand birth person)" birthday=
is 'words of a choice' "$(values crm-add operand stage=c person)" stage=customer
is 'nothing of a store that is not there' "$(values crm-rm operand '')" ''
[ ! -e "$XDG_DATA_HOME" ]
result $? 'which completion does not make'

crm-add person name='Anna Nowak' city=Kraków email=anna@x.example tag=vip
crm-add person name='Łukasz Żak' city='New York' tag=vip,new
crm-add person name='রহিম বন্দ্যোপাধ্যায়' city=ঢাকা phone='+880 2 123456'
crm-add org name="O'Brien \"& Co\" \$(touch x) \`y\`" ref=shop:4711
crm-add person name='Bad
Name' city='a,b'
crm-add person name='Anna Maria'
crm-add person name='anna maria'
crm-add person name='-rf'
crm-rm -- -rf
crm-add segment name=gold query='tag:vip'
crm-add product name=Lamp

# values of options
crm-add deal title=Roof owner=jan who='Anna Nowak'
is 'who owns something, and oneself' "$(values crm-due user '' | sort)" 'jan
me'
is 'models' "$(values crm-report name p)" pareto-nbd
is 'units of time' "$(values crm-report unit w)" week
is 'WHO to explain' "$(values crm-report who anna@)" anna@x.example

# WHO
is 'names, whatever their case' "$(values crm-rm operand ANNA)" 'Anna Maria
Anna Nowak
anna@x.example'
is 'without diacritics' "$(values crm-rm operand lukasz)" 'Łukasz Żak'
is 'in Bengali' "$(values crm-rm operand রহ)" 'রহিম বন্দ্যোপাধ্যায়'
is 'as they are, however odd' "$(values crm-rm operand "o'b")" \
	"O'Brien \"& Co\" \$(touch x) \`y\`"
is 'but not with a line end in them' "$(values crm-rm operand bad)" ''
is 'nor removed ones, nor like an option' "$(values crm-rm operand -)" ''
is 'with the id' "$(crm-rm --complete operand 'Anna N')" 'Anna Nowak	p1'
is 'a name of several says so' "$(crm-rm --complete operand 'anna m')" \
	'Anna Maria	p5 and others'
is 'addresses' "$(crm-rm --complete operand anna@)" \
	'anna@x.example	p1 Anna Nowak'
is 'refs' "$(values crm-rm operand shop:)" shop:4711
is 'ids' "$(crm-rm --complete operand p2)" 'p2	Łukasz Żak'
is 'crm-log is about people and organisations' "$(values crm-log operand la)" ''
is 'which others need not be' "$(values crm-rm operand la)" Lamp
is 'then what happened' "$(values crm-log operand pu p1)" purchase
is 'then fields of events' "$(values crm-log operand sca p1 call)" scale=
is 'and their values' "$(values crm-log operand product=l p1 purchase)" \
	product=Lamp

# Ids that begin as a word does.
seq -f 'Number %g' 10 130 | sed 's/^/{"kind":"task","title":"/;s/$/"}/' |
	crm-add
is 'ids of one beginning' "$(values crm-rm operand t12)" 't12
t120
t121'

# Assignments
is 'fields of the record that is named' "$(values crm-set operand du t12)" due=
is 'not those of another kind' "$(values crm-set operand birth t12)" ''
is 'values that are there' "$(values crm-set operand city=k p1)" city=Kraków
is 'to add, and to take away' "$(values crm-set operand tag+=v p1)
$(values crm-set operand tag-=v p1)" 'tag+=vip
tag-=vip'
is 'computed fields cannot be set' "$(values crm-set operand spen p1)" ''

# Queries
is 'fields' "$(values crm-find operand birth)" birthday:
is 'of one kind' "$(values crm-find operand birth org)" ''
is 'kinds only in front' "$(values crm-find operand ev)
$(values crm-find operand ev person)" 'event
every:
every:'
is 'behind - too' "$(values crm-find operand tick -)" ticket
is 'values as they were written' "$(values crm-find operand city:)" \
	'city:Kraków
city:New York
city:ঢাকা'
is 'without those that a query would part' \
	"$(values crm-find operand city:a)$(values crm-find operand city:=a)" \
	'city:=a,b'
is 'the last of several' "$(values crm-find operand tag:vip,n)" tag:vip,new
is 'stages' "$(values crm-find operand is:lea person)" is:lead
is 'has: and no:' "$(values crm-find operand has:birth)
$(values crm-find operand no:birth)" 'has:birthday
no:birthday'
is 'links' "$(values crm-find operand who:anna@ event)" who:anna@x.example
is 'segments' "$(values crm-find operand @g)
$(values crm-find operand who:@g event)" '@gold
who:@gold'
is 'words for days' "$(values crm-find operand created:tod)" created:today

# Values of options
is 'columns, the last of several' "$(values crm-find field,... id,birth person)" \
	id,birthday
is 'to sort the other way' "$(values crm-find field,... -birth person)" \
	-birthday
is 'of a linked record' "$(values crm-find field,... org.ind person)" \
	org.industry
is 'where a column goes' "$(values crm-add column=field X=birth person)" \
	X=birthday
is 'fields to fill in' "$(values crm-add field=value city=n person)" \
	'city=New York'
is 'what is not known is not offered' "$(values crm-add nothing '')" ''

# Custom fields of crm.yaml
cat >"$XDG_DATA_HOME/crm/crm.yaml" <<'END'
kinds:
  person:
    fields:
      club: [red, blue]
  machine:
    letter: x
    fields: {name: text}
END
is 'kinds of crm.yaml' "$(values crm-add operand mach)" machine
is 'and fields' "$(values crm-set operand club= p1)" 'club=red
club=blue'
echo 'nonsense: [' >"$XDG_DATA_HOME/crm/crm.yaml"
fails_with 0 'a wrong one is passed over' crm-set --complete operand city= p1
empty 'without a word' err
rm "$XDG_DATA_HOME/crm/crm.yaml"

fails_with 0 'so is what is not UTF-8' crm-set --complete operand \
	"$(printf 'a\377')"
empty 'in silence' out
fails_with 0 'and a store that is none' env CRM_STORE=/dev/null \
	crm-rm --complete operand a
empty 'in silence too' err
fails_with 64 'it is no option otherwise' crm-rm --complete

crm-add person name=X
seq -f '{"kind":"org","name":"Many %g"}' 1 300 | crm-add
is 'not more than 200' "$(values crm-rm operand many | wc -l)" 200
is 'programs' "$(values crm operand fin)" find
is 'behind help too' "$(values crm operand ad help)" add

# Programs with commands, and with words of their own
is 'commands' "$(crm-segment --complete operand mem)" \
	'members	print the records that belong to it'
is 'then what each takes' "$(values crm-segment operand g show)" gold
is 'and no more' "$(values crm-segment operand g show gold)" ''
is 'a query behind the name' "$(values crm-segment operand birth define new)
$(values crm-segment operand peo define new)
$(values crm-segment operand tick define new person)" "birthday:

"
is 'WHO behind the name' "$(values crm-segment operand anna@ add gold)" \
	anna@x.example
is 'reports' "$(values crm-report operand rev)" revenue
is 'then a query' "$(values crm-report operand birth revenue)" birthday:
