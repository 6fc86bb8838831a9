#!/bin/sh
# crm-find: queries of every sort, forms of output, filters, exit status.
. "${0%/*}/../lib.sh"
plan 92

crm-add org <<'EOF'
name,city,industry,tag
Acme GmbH,Berlin,retail,"key,eu"
Żabka Sp. z o.o.,Kraków,retail,eu
বাংলা কফি,ঢাকা,café,
EOF
crm-add person <<'EOF'
given,family,email,phone,org,city,tag,stage,birthday,owner
Łukasz,Jabłoński,lukasz@mail.example,+48 601 220 145,Acme GmbH,Kraków,"vip,news",customer,1979-04-02,ewa
Anna,Nowak,anna@acme.example,+49 30 123456,Acme GmbH,Berlin,news,lead,--03-20,tester
Jürgen,Groß,groß@mail.example,,,München,,prospect,1960-12-31,ewa
মিতালী,বেগম,mitali@mail.example,+880 1711 230 455,বাংলা কফি,ঢাকা,vip,customer,,
கார்த்திக்,சண்முகம்,karthik@mail.example,,,சென்னை,,lead,,
عائشہ,بھٹی,ayesha@mail.example,,,Lahore,news,former,,
Nguyễn,Thị Hương,huong@mail.example,,,Hà Nội,,lead,,
EOF
crm-add product <<'EOF'
name,price
Chair,49.90
Table,199
EOF
crm-log <<'EOF'
who,what,at,product,qty,price,text,doc,by
lukasz@mail.example,purchase,2026-01-10,Chair,4,49.90,four chairs,D1,ewa
lukasz@mail.example,purchase,2026-02-11 10:30,Table,1,199,,D2,ewa
mitali@mail.example,purchase,2025-12-01,Table,2,199,,D3,
lukasz@mail.example,call,2026-03-01T09:00:00Z,,,,asked about delivery,,ewa
anna@acme.example,email,2025-11-11,,,,price list sent,,tester
EOF

# names TITLE QUERY...: the names found, in a line
names()
{
	names_title=$1
	names_want=$2
	shift 2
	crm-find "$@" -f name -o tsv >out 2>err
	is "$names_title" "$(sed 1d out | tr '\n' '|')" "$names_want"
}

names 'no query is everything' 'Łukasz Jabłoński|Anna Nowak|Jürgen Groß|মিতালী বেগম|கார்த்திக் சண்முகம்|عائشہ بھٹی|Nguyễn Thị Hương|' person
names 'a plural is a kind too' 'Acme GmbH|Żabka Sp. z o.o.|বাংলা কফি|' orgs
names 'an id' 'Anna Nowak|' p2
names 'an address, in either case' 'Anna Nowak|' ANNA@acme.example
names 'a word, without its marks' 'Łukasz Jabłoński|' lukasz
names 'in any order' 'Łukasz Jabłoński|' name:'jablonski lukasz'
names 'sharp s' 'Jürgen Groß|' name:gross
names 'Bengali: vowel signs count' 'মিতালী বেগম|' মিতালী
names 'not another name' '' মিতাল
names 'Tamil' 'கார்த்திக் சண்முகம்|' 'name:சண்முகம்'
names 'Urdu, with the Arabic yeh' 'عائشہ بھٹی|' 'بھٹي'
names 'Vietnamese, typed plain' 'Nguyễn Thị Hương|' huong
names 'Polish city' 'Łukasz Jabłoński|' person city:krakow
names 'a beginning' 'Anna Nowak|' name:/ann
names 'a word that begins so' 'Łukasz Jabłoński|' person /jabl
names 'exactly' 'Anna Nowak|' person name:='Anna Nowak'
names 'a regular expression sees the value as it is' 'Łukasz Jabłoński|Nguyễn Thị Hương|' person 'name:~[Łễ]'
names 'any of several' 'Łukasz Jabłoński|Anna Nowak|' person city:krakow,berlin
names 'and' 'Łukasz Jabłoński|' person tag:news stage:customer
names 'or' 'Anna Nowak|Jürgen Groß|' person city:berlin or city:münchen
names 'not binds tighter than and, and than or' 'Anna Nowak|Jürgen Groß|கார்த்திக் சண்முகம்|Nguyễn Thị Hương|' person not tag:vip stage:lead or stage:prospect
names 'brackets' 'Łukasz Jabłoński|Anna Nowak|' person '(' city:berlin or city:krakow ')' tag:news
names 'has' 'Łukasz Jabłoński|Anna Nowak|মিতালী বেগম|' person has:phone
names 'no' 'Jürgen Groß|கார்த்திக் சண்முகம்|عائشہ بھٹی|Nguyễn Thị Hương|' person no:org
names 'is' 'Łukasz Jabłoński|মিতালী বেগম|' person is:customer
names 'a link by name' 'Łukasz Jabłoński|Anna Nowak|' person org:'Acme GmbH'
names 'through a link' 'Łukasz Jabłoński|Anna Nowak|' person org.city:berlin
names 'a phone as it is dialled' 'Łukasz Jabłoński|' phone:601220145
names 'its last digits' 'Anna Nowak|' person phone:030123456
names 'a birthday by its month and day' 'Anna Nowak|' person birthday:--03-20
names 'a year' 'Łukasz Jabłoński|' person birthday:1979
names 'a range holds both ends' 'Łukasz Jabłoński|Jürgen Groß|' person birthday:1960-12-31..1979-04-02
names 'open to one side' 'Łukasz Jabłoński|' person birthday:1961..
names 'me is the user' 'Anna Nowak|' person owner:me
names 'spent' 'Łukasz Jabłoński|মিতালী বেগম|' spent:398..
names 'money with its currency' 'Łukasz Jabłoński|' person spent:398.10EUR..
names 'orders' 'Łukasz Jabłoński|' orders:2..
names 'bought' 'Łukasz Jabłoński|মিতালী বেগম|' bought:Table
names 'but not' 'মিতালী বেগম|' bought:Table not bought:Chair
names 'quiet for ever' 'Jürgen Groß|মিতালী বেগম|கார்த்திக் சண்முகம்|عائشہ بھٹی|Nguyễn Thị Hương|' person quiet:1000..
names 'quiet since' 'Acme GmbH|Łukasz Jabłoński|' quiet:..14
names 'an organisation shares its people'\''s contacts' 'Acme GmbH|' org last:2026-03
names 'next birthday' 'Łukasz Jabłoński|Anna Nowak|' next-birthday:..+30d
names '--get' 'Łukasz Jabłoński|মিতালী বেগম|' event product:Table --get who
names 'of tables, the newest ones' 'Łukasz Jabłoński|' event product:Table at:2026 --get who

is 'events of a day in the store' "$(crm-find event day:2026-02-11 -f text,doc)" '{"doc":"D2"}'
is 'text of events' "$(crm-find event delivery -f at)" '{"at":"2026-03-01T09:00:00Z"}'
is 'a phrase' "$(crm-find event 'price list' --count)" 1
is 'what' "$(crm-find event what:purchase --count)" 3
is 'amount' "$(crm-find event amount:199.. -f amount -o tsv | sed 1d | tr '\n' ' ')" '199.60 199.00 398.00 '
is 'by whom' "$(crm-find event by:ewa --count)" 3
is 'whose' "$(crm-find event who:'Acme GmbH' --count)" 4
is 'any kind' "$(crm-find any --count)" 17
is 'no kind is every one but events' "$(crm-find --count)" 12
is 'a limit on the count' "$(crm-find person --count -l 3)" 3

# output
is 'ids' "$(crm-find person tag:vip -o ids | tr '\n' ' ')" 'p1 p4 '
is 'the order of -f, dotted fields' "$(crm-find p1 -f city,org.name,id -o csv)" 'city,org.name,id
Kraków,Acme GmbH,p1'
is 'sorted, missing last' "$(crm-find person --sort -city,name -f city -o tsv -l 3 | sed 1d | tr '\n' '|')" 'சென்னை|ঢাকা|München|'
is 'sorted by a computed field' "$(crm-find person --sort -spent -f name,spent -l 2)" '{"name":"Łukasz Jabłoński","spent":398.60,"currency":"EUR"}
{"name":"মিতালী বেগম","spent":398.00,"currency":"EUR"}'
is 'TSV has every declared field' "$(crm-find org -o tsv | head -1 | tr '\t' ' ')" 'id name email phone url industry size street city region postcode country tag stage source owner every terms parent note ref created updated'
fails_with 64 'several kinds have no columns in common' crm-find -o tsv
is 'but -f' "$(crm-find city:berlin -f id,name -o tsv)" 'id	name
o1	Acme GmbH
p2	Anna Nowak'
is 'a table' "$(crm-find person tag:vip -f name,spent,org -o table)" 'name               spent  org
Łukasz Jabłoński  398.60  Acme GmbH
মিতালী বেগম       398.00  বাংলা কফি'
is 'for mutt' "$(crm-find /ann -o mutt | sed 1d)" 'anna@acme.example	Anna Nowak	Acme GmbH'
is 'YAML' "$(crm-find o3 -f name,tag,city -o yaml)" '- name: বাংলা কফি
  city: ঢাকা'

# filters
is 'a pipe' "$(crm-find person tag:news | crm-find - stage:customer -o ids)" p1
is 'it reads the record as it is now' "$(echo '{"id":"p2","city":"Nowhere"}' | crm-find - city:berlin -o ids)" p2
is 'each once' "$(printf 'p1\np1\np2\n' | crm-find - -o ids | tr '\n' ' ')" 'p1 p2 '
is 'WHO lines' "$(printf 'anna@acme.example\nAcme GmbH\n' | crm-find - -o ids | tr '\n' ' ')" 'p2 o1 '
is '--get in a pipe' "$(crm-find person tag:news | crm-find - --get org -o ids)" o1
fails_with 65 'a line that names nobody' sh -c 'printf "p1\nnobody\n" | crm-find - -o ids'
is 'is told, the others are printed' "$(cat out err)" "p1
crm-find: stdin:2: no such record: 'nobody'"

# exit status
ok 'nothing found is no error' crm-find person city:nowhere
fails_with 1 'unless asked' crm-find person city:nowhere -e
fails_with 1 '-q answers' crm-find -q city:nowhere
ok 'yes' crm-find -q city:berlin
fails_with 64 'an unknown field' crm-find cty:x
is 'with a caret' "$(cat err)" "crm-find: unknown field 'cty' (did you mean 'city'?)
  cty:x
  ^~~"
fails_with 65 'a link that names none' crm-find person org:Nobody
fails_with 66 'no store' crm-find -s "$tmp/nowhere" x
# values that differ late
long=$(printf '%0150d' 0)
run crm-add org name="${long}b" ref=late:b
run crm-add org name="${long}a" ref=late:a
is 'values are compared whole' "$(crm-find org ref:/late --sort name -f ref)" \
	"$(printf '{"ref":["late:a"]}\n{"ref":["late:b"]}')"
is 'backwards too' "$(crm-find org ref:/late --sort=-name -f ref)" \
	"$(printf '{"ref":["late:b"]}\n{"ref":["late:a"]}')"
# a regular expression that would take minutes
fails_with 64 'repetitions of repetitions' timeout 20 \
	crm-find 'name:~(((a{1,250}){1,250}){1,250})'
fails_with 64 'that are not closed either' timeout 20 \
	crm-find 'name:~((((a{1,200}){1,200}){1,200}'
is 'some do no harm' "$(crm-find org 'name:~^([0[:digit:]]{3}){50}a$' --count)" 1
is 'an index in the order that is wanted is told' \
	"$(crm-find person --sort=-name -l 2 --explain | sed 's/[0-9][0-9]*/N/')" \
	'people: N from the end of the index of name'
is 'but not where all are wanted' \
	"$(crm-find person --sort name --explain)" 'people: look at all of them'

# a word that was meant for a kind
is 'a kind misspelled' "$(crm-find persn 2>&1)" \
	"crm-find: nothing has the word 'persn' (did you mean the kind 'person'?)"
ok 'is a word all the same' crm-find persn
is 'in the plural' "$(crm-find tikets is:open 2>&1 | grep -c "'tickets'")" 1
is 'not with -q' "$(crm-find -q persn 2>&1)" ''
is 'not of what is far from any' "$(crm-find zzzz 2>&1)" ''
