#!/bin/sh
# Exports of other programs that are known by their header.
. "${0%/*}/../lib.sh"
plan 40

# no row may be thrown away by a preset: what is no field is kept
cat >google.csv <<'END'
First Name,Middle Name,Last Name,Nickname,File As,Organization Name,Birthday,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 10 - Value,Phone 2 - Value,Address 1 - Formatted,Address 1 - Street,Address 1 - City,Address 2 - City,Custom Field 1 - Value
Ada,King,Lovelace,,,Engines Ltd,1815-12-10,a.png,* friends ::: math,Work,ada@engine.example,ada@home.example ::: ada@x.example,+44 20 7946 0000,"1 Row, London",1 Row,London,Ockham,punch cards
,,,Turing,,,,,,,,,,,,,,
,,,,,,,,,,solo@mail.example,,,,,,,
END
ok 'an export is read as it is' crm-add <google.csv
is 'one line says how' "$(wc -l <err | tr -d ' ')" 1
like 'which program, what went where' "$(cat err)" \
	"^crm-add: read as an export of Google Contacts: --map 'First Name=given,Middle Name=given,.*E-mail 10 - Value=email"
is 'columns that are numbered, joined, of many values, unknown' \
	"$(crm-find ada -f name,given,email,org.name,tag,street,city,x-address-2-city,x-custom-field-1-value,x-e-mail-1-label)" \
	'{"name":"Ada King Lovelace","given":"Ada King","email":["ada@engine.example","ada@home.example","ada@x.example"],"org.name":"Engines Ltd","tag":["friends","math"],"street":"1 Row","city":"London","x-address-2-city":"Ockham","x-custom-field-1-value":"punch cards","x-e-mail-1-label":"Work"}'
is 'who has no name is called by what there is' \
	"$(crm-find person no:given -f name -o tsv | sed 1d)" 'Turing
solo@mail.example'
sed -n "s/.*--map '\(.*\)'; other.*/\1/p" err >map
printf 'First Name,Last Name,E-mail 1 - Value,Phone 1 - Value,Notes\n,,,+48 601 220 145,\n,,,,\n' >phone.csv
is 'by the number, if there is nothing else' "$(crm-add -f name <phone.csv 2>err)" \
	'{"name":"+48 601 220 145"}'
like 'an empty row is passed over' "$(cat err)" 'passed over: 1 row with nothing in it'
ok 'what it says is a map that works' crm-add person -n --add-missing org \
	--map "$(cat map),*=" --set name=x <google.csv
is 'nothing is said with it' "$(cat err)" ''
ok '-q says nothing' crm-add -q -n <google.csv
is 'indeed' "$(cat err)" ''
ok "a map of one's own stands" crm-add -n -f name,x-who \
	--set name=x --map 'Nickname=x-who' <google.csv
like 'beside the rest' "$(cat out)" '"name":"Ada King Lovelace"'
like 'where it says' "$(cat out)" '"x-who":"Turing"'
fails_with 65 'of another kind it is nothing known' crm-add product -n <google.csv

# the second address only where there is no first
cat >outlook.csv <<'END'
First Name,Last Name,Company,Business Street,Business City,Home Street,Home City,Birthday,E-mail Address,E-mail 2 Address,Business Phone,Priority
Bo,Ek,Ek AB,Kajen 1,Ystad,Ladan 2,Lund,0/0/00,bo@ek.example,b@ek.example,+46 411 100 00,Normal
My,Ek,,,,Ladan 2,Lund,4/5/1990,my@ek.example,,,Normal
END
ok 'Outlook' crm-add --dates mdy <outlook.csv
is 'addresses are not mixed, none is lost, no birthday is none' \
	"$(crm-find person family:ek -f name,street,city,x-home-city,birthday,email -o tsv)" \
	'name	street	city	x-home-city	birthday	email
Bo Ek	Kajen 1	Ystad	Lund		bo@ek.example,b@ek.example
My Ek	Ladan 2	Lund		1990-04-05	my@ek.example' || crm-find family:ek

# of Exchange: what is no address of mail is kept apart
cat >exchange.csv <<'END'
First Name,Last Name,E-mail Address,E-mail Type,E-mail 2 Address,E-mail 2 Type,E-mail 3 Address,E-mail 3 Type
Ex,One,/o=ExchangeLabs/ou=X/cn=ex,EX,ex@one.example,SMTP,,
Ex,Two,ex@two.example,smtp,ex2@two.example,,nowhere,SMTP
END
fails_with 65 'Outlook: mail that is none' crm-add <exchange.csv
is 'is told of where it should be some' "$(sed 1d err)" \
	"crm-add: stdin:3: email: 'nowhere' is not an email address
crm-add: nothing was written"
sed 's/nowhere//' exchange.csv | crm-add -q
is 'and kept where the type of the address says so' \
	"$(crm-find given:ex -f name,email,x-e-mail-address -o tsv)" \
	'name	email	x-e-mail-address
Ex One	ex@one.example	/o=ExchangeLabs/ou=X/cn=ex
Ex Two	ex@two.example,ex2@two.example	'

cat >thunder.csv <<'END'
First Name,Last Name,Display Name,Primary Email,Secondary Email,Birth Year,Birth Month,Birth Day,Web Page 1
T,One,T One,t1@t.example,,1980,5,7,https://t.example
T,Two,T Two,t2@t.example,,,5,17,
END
ok 'Thunderbird' crm-add <thunder.csv
is 'a date in three columns, or two' \
	"$(crm-find email:t1@t.example or email:t2@t.example -f birthday -o tsv)" \
	'birthday
1980-05-07
--05-17'

cat >hub.csv <<'END'
Record ID,First Name,Last Name,Email,Lifecycle Stage
7,Eve,Moe,eve@moe.example,Sales Qualified Lead
END
ok 'HubSpot' crm-add <hub.csv
is 'words of theirs in words of ours' "$(crm-find ref:hubspot:7 -f name,stage)" \
	'{"name":"Eve Moe","stage":"prospect"}'
sed 's/Moe,/Roe,/' hub.csv | crm-add 2>err
is 'again it changes and does not double' \
	"$(crm-find ref:/hubspot: -f name -o tsv)" 'name
Eve Roe'

cat >groups.csv <<'END'
Given Name,Family Name,Group Membership,E-mail 1 - Value
G,One,Choir ::: * myContacts,g1@group.example
G,Two,* myContacts,g2@group.example
G,Three,* starred ::: * myContacts ::: *odd,g3@group.example
END
ok 'Google before 2024' crm-add <groups.csv
is 'its groups, but for that of all' \
	"$(crm-find given:g -f name,tag -o tsv)" 'name	tag
G One	Choir
G Two	
G Three	starred,*odd'

cat >two.csv <<'END'
Record ID,First Name,Last Name,Email,Company Name,Associated Company
11,A,B,a@two.example,Hub Kft,Hub Kft
12,C,D,c@two.example,Kis Bt,Nagy Bt
13,E,F,e@two.example,Kis Bt,
END
ok 'HubSpot: two columns for the company' crm-add <two.csv
is 'the first that is not empty counts, another one is kept' \
	"$(crm-find ref:/hubspot:1 -f org.name,x-company-name -o tsv)" \
	'org.name	x-company-name
Hub Kft	
Nagy Bt	Kis Bt
Kis Bt	'
like 'the map that it tells of does not join them' "$(cat err)" \
	"Email=email,Associated Company=org'"

cat >odoo.csv <<'END'
ID,Name,Company Type,Related Company,City,Mobile
a1,Mill,Company,,Oslo,+47 22 00 00 00
a2,Kari,Individual,Mill,,
a3,Branch,Company,Mill,Bergen,
END
ok 'Odoo: a column says the kind' crm-add <odoo.csv
is 'a link goes where the kind has it' \
	"$(crm-find any ref:/odoo: -f kind,name,org.name,parent.name)" \
	'{"kind":"org","name":"Mill"}
{"kind":"org","name":"Branch","parent.name":"Mill"}
{"kind":"person","name":"Kari","org.name":"Mill"}'

cat >opportunity.csv <<'END'
"ID","ACCOUNTID","NAME","STAGENAME","AMOUNT","CLOSEDATE","ISCLOSED"
"6a","1a","Big one","Closed Won","500.0","2005-11-09","true"
"6b","1a","Open one","Needs Analysis","20.0","2027-01-02","false"
END
ok 'Salesforce' crm-add <opportunity.csv
is 'a column under a condition' \
	"$(crm-find deal -f title,stage,expected,closed)" \
	'{"title":"Big one","stage":"won","expected":"2005-11-09","closed":"2005-11-09"}
{"title":"Open one","stage":"qualified","expected":"2027-01-02"}'
is 'one account for both' "$(crm-find org ref:salesforce:1a --count)" 1
cat >short.csv <<'END'
"ID","ACCOUNTID","LASTNAME","LEADSOURCE"
"001A0000006Vm9r","","Short",""
"001a0000006Vm9r","","Other",""
END
ok 'ids that differ in case alone are not one' crm-add <short.csv
is 'and have the end that tells them apart' \
	"$(crm-find person name:short,other -f name,ref --sort name)" \
	'{"name":"Other","ref":["salesforce:001a0000006Vm9rAAC"]}
{"name":"Short","ref":["salesforce:001A0000006Vm9rIAC"]}'
sed 's/9r"/9rIAC"/; 3d; s/Short/Long/' short.csv >long.csv
ok 'who comes by the long one' crm-add <long.csv
is 'is the same' "$(crm-find person ref:salesforce:001A0000006Vm9rIAC -f name)" \
	'{"name":"Long"}'
printf 'First Name,Last Name,E-mail\nA,B,c@d.example\n' >own.csv
fails_with 65 'a header of no program is checked as ever' crm-add person <own.csv
