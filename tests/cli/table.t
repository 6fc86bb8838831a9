#!/bin/sh
# Tables: no blanks at the end of a line.
. "${0%/*}/../lib.sh"
plan 52

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

is 'a column that was named is there without values' \
	"$(crm-find person -o table -f name,phone,city)" \
	'name              phone  city
Anna                     Oslo
Bertil Andersson'
is 'others are not' "$(crm-find p2 -o table | sed q)" 'id  name              stage'

# Times: TZ, else the store's zone.
run crm-log p1 call at=2026-03-01T10:00:00Z
at()
{
	crm-find e1 -o table -f at | tail -n 1
}
is 'times are those of TZ' "$(TZ=Asia/Tokyo at)" '2026-03-01 19:00'
echo 'timezone: Europe/Warsaw' >"$XDG_DATA_HOME/crm/crm.yaml"
is 'also where crm.yaml has a zone' "$(TZ=:Asia/Tokyo at)" '2026-03-01 19:00'
is 'which counts while TZ is empty' "$(TZ='' at)" '2026-03-01 11:00'
is 'or not set' "$(unset TZ; at)" '2026-03-01 11:00'
run crm-set e1 at=2026-03-02
is 'a day without a time is a day' "$(TZ='' at)" '2026-03-02'
is 'though not in another zone' "$(TZ=UTC at)" '2026-03-01 23:00'
run crm-rm e1
rm "$XDG_DATA_HOME/crm/crm.yaml"

command -v script >/dev/null || {
	skip 27 'there is no script'
	exit
}
# narrow COLUMNS COMMAND: a table on such a terminal, into the file shown.
narrow()
{
	COLUMNS=$1 script -qec "$2" /dev/null </dev/null 2>&1 |
		tr -d '\r' >shown
}
crm-add org name='株式会社テスト商事ホールディングス' city=東京
crm-add person name='தமிழ்ச்செல்வன் சுப்பிரமணியம் ராமநாதன்' \
	email=tamil.selvan@example.org phone='+91 44 2345 6789' city=சென்னை
crm-add person name='Łukasz Brzęczyszczykiewicz-Nowakowski' \
	email=lukasz@mail.example phone='+48 601 602 603' city=Bydgoszcz org=o1
crm-log p4 purchase amount=1234567.89 at=2026-03-01T10:00:00Z text='a long remark on it'
for cols in 80 60 40 24; do
	for cmd in 'crm-find person' 'crm-find event' 'crm-report customers'; do
		narrow $cols "$cmd"
		is "$cmd fits $cols columns" \
			"$(LC_ALL=C.UTF-8 wc -L <shown | awk '{ print $1 <= n }' n=$cols)" 1
	done
done
narrow 80 'crm-find event -f id,at,who,text,amount'
is 'the widest words give way, and no more than has to' \
	"$(LC_ALL=C.UTF-8 wc -L <shown | tr -d ' ')" 80
like 'numbers and times are whole' "$(cat shown)" \
	'2026-03-01 10:00  Łukasz.*…  a long.*  1,234,567.89$'
narrow 40 'crm-find event -f id,at,who,text,amount'
is 'columns go from the right, and are missed' "$(sed q shown)" \
	'id  at                who              …'
like 'what is left is whole' "$(cat shown)" '^e2  2026-03-01 10:00  Łukasz Br.*…$'
narrow 24 'crm-find p3 -f phone,name'
is 'a phone number is a number' "$(tail -n 1 shown)" '+91 44 2345 6789'
narrow 20 'crm-find event e2 -f at'
is 'the first column stays' "$(tail -n 1 shown)" '2026-03-01 10:00'
crm-find event -o table -f who,text,amount >shown
unlike 'nothing is cut elsewhere' "$(cat shown)" '…'

# names and addresses are shortened last
crm-add person name='Bartholomew Featherstone' email=bartholomew@feather.example \
	street='A very long street with a very long name 123456' city=Swansea
narrow 80 'crm-find person name:bartholomew -f id,name,email,street,city'
like 'a name is whole where a street can be shorter' "$(cat shown)" 'Bartholomew Featherstone  '
like 'an address too' "$(cat shown)" 'bartholomew@feather.example  '
like 'the street is shorter' "$(cat shown)" 'A very.*…'
narrow 44 'crm-find person name:bartholomew -f id,name,email,street'
like 'where there is no room names give way' "$(cat shown)" 'Barthol.*…'

# money of one currency says so once, where there is no room
crm-log p1 purchase amount=10 at=2026-01-01
crm-log p4 refund amount=1 at=2026-02-01
narrow 80 'crm-report revenue --color=never'
is 'a currency is a column where there is room' "$(sed q shown)" \
	'month    purchases         gross  refunds       revenue  currency'
narrow 64 'crm-report revenue --color=never'
is 'else the end of the header' "$(cat shown)" \
	'month    purchases         gross  refunds       revenue  EUR
2026-01          1         10.00     0.00         10.00
2026-02          0          0.00     1.00         -1.00
2026-03          1  1,234,567.89     0.00  1,234,567.89'
narrow 64 'crm-report revenue -f currency --color=never'
is 'never all of a table' "$(sed q shown)" currency
crm-log p1 purchase amount=20USD at=2026-01-01
narrow 64 'crm-report revenue --color=never'
is 'two currencies are a column, whatever goes' "$(sed 3q shown)" \
	'month    purchases         gross       revenue  currency  …
2026-01          1         10.00         10.00  EUR
2026-01          1         20.00         20.00  USD'
narrow 50 'crm-report revenue --color=never -f month,gross,currency,revenue'
is 'also where columns go from the right' "$(sed q shown)" \
	'month           gross  currency       revenue'
narrow 40 'crm-report revenue --color=never -f month,gross,currency,revenue'
is 'and are few' "$(sed q shown)" 'month           gross  currency  …'
# what others tell goes before what is on the right
crm-add deal title=A value=10 stage=won owner=jan closed=2026-03-01 opened=2026-02-01
narrow 66 'crm-report staff --color=never'
is 'numbers that are all 0 go first, then spare columns' "$(sed q shown | tr -s ' ')" \
	'staff events contacts wins win-rate won-value … EUR'
narrow 66 'crm-report staff --color=never -f staff,losses,events,contacts,answers,wins,win-rate,won-value'
is 'but not where they were named' "$(sed q shown | tr -s ' ')" \
	'staff losses events contacts answers wins win-rate …'
narrow 40 "crm-find person -l 1 -f name,spent,org.name,phone,email -o table"
like 'what -f names goes from the right, 0 or not' "$(sed q shown)" \
	'^name +spent'
narrow 80 'crm-report revenue --in 2026-03 --against 2026-01 --color=never'
is 'also beside another period, with what is compared of them' \
	"$(sed q shown | tr -s ' ')" \
	'month revenue revenue-then revenue-change currency …'
narrow 60 'crm-report sources --color=never'
is 'the number that a report is about stays' "$(sed q shown | tr -s ' ')" \
	'source people customers revenue currency …'

# both names of a row are whole where an id can go
crm-add product name='Espresso blend 1 kg'
crm-add product name='Cleaning tablets 60'
for g in g1 g2; do
	crm-log p1 purchase product=$g amount=1 at=2026-02-02
done
narrow 80 'crm-report basket --color=never'
like 'whatever a name is of' "$(cat shown)" \
	'Espresso blend 1 kg +Cleaning tablets 60 '

# what is about to be whole anyway is; the number that rows are about stays
crm-add person <<'EOF'
name,city
Hibernating One,Hibernating
Hibernating Two of a very long name that gives way,Dear
EOF
narrow 40 'crm-find person name:hibernating -f name,city --color=never'
like 'a word is not shortened for two columns' "$(cat shown)" '^Hibernating One +Hibernating$'
for p in 1 2 3; do
	crm-add deal title="Deal $p" value=1234567890 stage=new owner="Somebody $p" \
		opened=2026-01-01
	crm-add deal title="Won $p" value=100 stage=won owner="Somebody $p" \
		opened=2026-01-01 closed=2026-02-01
done
narrow 48 'crm-report velocity --color=never'
is 'the main number goes after others' "$(sed q shown | tr -s ' ')" \
	'owner deals win-rate velocity … EUR'
narrow 20 'crm-report velocity --color=never -f owner,deals,value,velocity'
is 'but as it is said where it was named' "$(sed q shown | tr -s ' ')" 'owner deals …'
narrow 30 'crm-report customers --color=never'
is 'whom a row is about goes last' "$(sed q shown | tr -s ' ')" 'id name currency …'

# an explanation is told whole: it goes on below
narrow 60 'crm-report customers --explain p4 --color=never'
unlike 'what explains is not shortened' "$(cat shown)" '…'
is 'nor wider than the terminal' \
	"$(LC_ALL=C.UTF-8 wc -L <shown | awk '{ print $1 <= 60 }')" 1
crm-report customers --explain p4 -f how -o tsv | sed 1d | tr -s '\n ' '  ' >want
sed 1d shown | cut -c "$(sed -n '1s/how$//p' shown | wc -c)-" |
	tr -s '\n ' '  ' >got
same_file 'word for word' got want
