#!/bin/sh
# crm-add: from operands and from streams, by key, all of it or nothing.
. "${0%/*}/../lib.sh"
plan 111

is 'prints the id when asked' "$(crm-add person name='Łukasz Żak' email=luk@mail.example city=Kraków -o ids)" p1
is 'prints nothing otherwise' "$(crm-add person name=Bob 2>&1)" ''
is 'a record as JSON' "$(crm-find p1)" '{"id":"p1","kind":"person","name":"Łukasz Żak","email":["luk@mail.example"],"city":"Kraków","stage":"lead","created":"2026-03-15T12:00:00Z","updated":"2026-03-15T12:00:00Z"}'
is 'a name is made of its parts' "$(crm-add person given=Anna family='van Dijk' -f name -o tsv)" 'name
Anna van Dijk'
fails_with 65 'a name is required' crm-add person city=Kraków
is 'the message says the field' "$(cat err)" 'crm-add: name: a value is required
crm-add: nothing was written'
fails_with 64 'KIND is required' crm-add name=Anna
fails_with 64 'and known' crm-add parson name=Anna
fails_with 64 'operands are assignments' crm-add person Anna
fails_with 65 'fields are known' crm-add person name=Anna cty=X
like 'with the nearest' "$(cat err)" "did you mean .city."
ok 'x-NAME passes' crm-add person name=Xenia x-shoe=42
is 'and is found' "$(crm-find x-shoe:42 -f name,x-shoe)" '{"name":"Xenia","x-shoe":"42"}'
is 'x-NAME keeps what JSON has as text' "$(echo '{"name":"Yve","x-paid":true,"x-n":1.50}' |
	crm-add person -f name,x-paid,x-n)" '{"name":"Yve","x-paid":"true","x-n":"1.50"}'

# every built-in kind
ok 'org' crm-add org name=Acme terms=14 email=info@acme.example
ok 'product' crm-add product name=Chair price=49.90 sku=C-1
ok 'deal' crm-add deal title='Ten chairs' who=Acme,p1 product=Chair value=499
ok 'task' crm-add task title=Call who=p1 due=+3d
ok 'ticket' crm-add ticket title=Broken who=p1 priority=high
ok 'campaign' crm-add campaign name=Spring budget=1000EUR start=2026-04-01
ok 'segment' crm-add segment name=gold query=spent:1000..
is 'several who, the due date' "$(crm-find deal,task 2>/dev/null; crm-find d1 -f who; crm-find t1 -f due)" '{"who":["o1","p1"]}
{"due":"2026-03-18"}'

# typed values
for v in email=x email=a@b@ phone=12 birthday=1990-02-29 every=soon stage=lost \
	org=Nobody org=p1 created=yesterdays; do
	fails_with 65 "refuses $v" crm-add person name=A "$v"
done
fails_with 65 'money has the digits of its currency' crm-add product name=A price=1.005EUR
fails_with 65 'no such currency' crm-add product name=A price=1XYZ
fails_with 65 'two currencies' crm-add product name=A price=1EUR currency=USD
is 'a birthday may lack its year' "$(crm-add person name=B birthday=--02-29 -f birthday,next-birthday)" '{"birthday":"--02-29","next-birthday":"2027-03-01"}'
is 'yen have no decimals, dinars three' "$(crm-add product name=C price=1500JPY -f price; crm-add product name=D price=1.5KWD -f price)" '{"price":1500,"currency":"JPY"}
{"price":1.500,"currency":"KWD"}'

is 'signs of currencies' "$(crm-add product name=E price='€5.50' -f price; crm-add product name=F price='12 zł' -f price)" '{"price":5.50,"currency":"EUR"}
{"price":12.00,"currency":"PLN"}'
fails_with 65 'not one that several share' crm-add product name=G price='$5'
is 'the message has codes' "$(sed 1q err)" "crm-add: price: '\$5': \$ is the sign of USD CAD AUD and others: write the code too, such as '\$5 USD'"
is 'beside one of them it is' "$(crm-add product name=G price='$5 CAD' -f price)" '{"price":5.00,"currency":"CAD"}'
is 'a query asks so too' "$(crm-find product price:€5..€6 -f name)" '{"name":"E"}'

# streams
cat >people.csv <<'EOF'
name,email,tag
Ewa,ewa@mail.example,"a,b"
"Kowal, Jan",jan@mail.example,
EOF
ok 'CSV' crm-add person <people.csv
is 'many values' "$(crm-find ewa -f tag)" '{"tag":["a","b"]}'
is 'a comma in a name' "$(crm-find jan@mail.example -f name)" '{"name":"Kowal, Jan"}'
printf 'name;city\nÉva;Győr\n' | crm-add person
printf 'name\tnote\nTab\tone\\ttwo\\nthree\n' | crm-add person
printf '{"kind":"org","name":"JSON AG","tag":["x","y"],"size":12}\n{"kind":"person","name":"Jo","org":"JSON AG"}\n' | crm-add
is 'semicolons' "$(crm-find eva -f city)" '{"city":"Győr"}'
is 'escapes of TSV' "$(crm-find tab -f note)" '{"note":"one\ttwo\nthree"}'
is 'links to a line of the same input' "$(crm-find jo -f org.name)" '{"org.name":"JSON AG"}'
printf '\377\376n\000a\000m\000e\000\n\000\323\001\n\000' | crm-add person
is 'UTF-16 with a mark' "$(crm-find person --sort -id -l 1 -f name)" '{"name":"Ǔ"}'

# who has no name
is 'an address will do, else a number, but for what is set' \
	"$(printf 'email,phone,city\n"l1@list.example,l2@list.example",601220145,\n,+48 601 220 146,Oslo\n' |
	crm-add person -f name)" '{"name":"l1@list.example"}
{"name":"+48 601 220 146"}'
is 'in every form' "$(printf '%s\n' '{"kind":"org","email":["l3@list.example"]}' | crm-add -f name)
$(printf -- '- email: l4@list.example\n' | crm-add person -f name)" \
	'{"name":"l3@list.example"}
{"name":"l4@list.example"}'
is 'a name that is set comes first' \
	"$(printf 'email,city\nl5@list.example,\n' | crm-add person --set name=Guest -f name -o tsv | sed 1d)" Guest
crm-set l4@list.example name='Li Four'
is 'who has one keeps it' "$(printf '[{"email":"l4@list.example","city":"Rom"}]\n' | sed 's/[][]//g' |
	crm-add person --key email -f name,city)" '{"name":"Li Four","city":"Rom"}'
printf 'name,city\n,\n"",\n  , \nUna,Wien\n,,\n' >gaps.csv
ok 'rows with nothing in them' crm-add person <gaps.csv
is 'are passed over, and told of' "$(cat err)" 'crm-add: passed over: 4 rows with nothing in them'

# what programs put around an address, and people behind a number
is 'an address with its name, or its scheme' "$(crm-add person name=Bare \
	email='Anna Nowak <Anna@X.example>,mailto:b@x.example,<c@x.example>,MAILTO:d@x.example?subject=Hi' -f email)" \
	'{"email":["Anna@x.example","b@x.example","c@x.example","d@x.example"]}'
for v in 'Anna <a@x.example> Nowak' 'a@x.example>' 'Anna <>' mailto: 'a <b@x.example'; do
	fails_with 65 "refuses $v" crm-add person name=Bare email="$v"
done
is 'a number with words behind it, as it was written' "$(crm-add person name=Worded \
	phone='+48 601 220 777 (work);601220888 w. 12;601 220 999 extra line' -f phone)" \
	'{"phone":["+48 601 220 777 (work)","601220888 w. 12","601 220 999 extra line"]}'
is 'is found without them' "$(crm-find '+48601220777' -f name) $(crm-find 601220888 -f name) $(crm-find 601220999 -f name)" \
	'{"name":"Worded"} {"name":"Worded"} {"name":"Worded"}'
for v in '12 Main Street' 'call 601220145' '601220145@x.example' '601220145abc'; do
	fails_with 65 "refuses $v" crm-add person name=Bare phone="$v"
done

# line ends within a value
printf 'name,street,note\r\nLin,"Row 1\r\nDoor 2","a\rb\r\n\r\nc\r\n"\r\n' | crm-add person
is 'are newlines, whatever they were' "$(crm-find name:lin -f street,note)" \
	'{"street":"Row 1\nDoor 2","note":"a\nb\n\nc"}'
printf '{"name":"Jlin","note":"a\\r\\nb"}\n' | crm-add person
is 'in every form' "$(crm-find name:jlin -f note)" '{"note":"a\nb"}'

# a key that finds nobody
printf 'name,email,phone\nKa,ka@key.example,\nKb,,\nKc,,\n' >keys.csv
ok 'who has no key is added' crm-add person --key email,phone <keys.csv
is 'and counted' "$(cat err)" \
	'crm-add: 2 of the records had no email,phone: read again, they are added again'
printf 'name\nM\374ller\n' >latin.csv
fails_with 65 'another charset' crm-add person <latin.csv
like 'the message says how to read it' "$(sed 1q err)" 'iconv -f windows-1252 -t utf-8'

# all or nothing
n=$(crm-find any --count)
printf 'name,email,city\nOne,one@mail.example,\nTwo,two,\nThree,three@mail.example,\n,,Oslo\n' >bad.csv
fails_with 65 'a bad line spoils all' sh -c 'crm-add person <bad.csv'
is 'each with its place' "$(cat err)" "crm-add: stdin:3: email: 'two' is not an email address
crm-add: stdin:5: name: a value is required
crm-add: nothing was written"
is 'nothing was written' "$(crm-find any --count)" "$n"
fails_with 65 'unless they are skipped' sh -c 'crm-add person --skip-bad --rejects rejects -o ids <bad.csv'
is 'the others are there' "$(wc -l <out | tr -d ' ')" 2
is 'the bad ones are kept' "$(cat rejects)" 'name,email,city
Two,two,
,,Oslo'
fails_with 65 'a file without names of columns' sh -c \
	"printf 'Ann,ann@no.example,Oslo\nBo,bo@no.example,Rome\n' | crm-add person"
is 'is told from one with strange columns' "$(sed 1q err)" \
	"crm-add: stdin:1: 'ann@no.example' is no field of people: is the first line missing, which names the columns?"
cp bad.csv same.csv
fails_with 64 'not over the input' sh -c 'crm-add person --skip-bad --rejects same.csv <same.csv'
is 'which is named, and stays' "$(cat err)$(cmp bad.csv same.csv)" \
	"crm-add: --rejects: 'same.csv' is the input itself"
sed s/mail.example/post.example/ bad.csv >full.csv
fails_with 74 'a full disk for the bad lines' sh -c 'crm-add person --skip-bad --rejects /dev/full <full.csv'
like 'does not hide what was written' "$(tail -n 1 err)" \
	"the good lines were written \\(change [0-9]*\\), the bad ones are not kept: cannot write '/dev/full': No space left on device"
is 'which is there' "$(crm-find person email:one@post.example --count)" 1
ok 'a dry run' crm-add person name=Nobody -n -o ids
is 'shows what it would write' "$(cut -c1 out)" p
is 'and wrote nothing' "$(crm-find nobody --count)" 0

# keys
ok 'a key finds' sh -c "printf 'email,city,tag,note\newa@mail.example,Lublin,c,\n' | crm-add person --key email"
is 'single values replaced, many added to, empty left alone' "$(crm-find ewa -f name,city,tag)" '{"name":"Ewa","city":"Lublin","tag":["a","b","c"]}'
n=$(crm-history -l 1 -o tsv | sed 1d | cut -f1)
ok 'the same again' sh -c "printf 'email,city\newa@mail.example,Lublin\n' | crm-add person --key email"
is 'writes nothing' "$(crm-history -l 1 -o tsv | sed 1d | cut -f1)" "$n"
ok 'null clears' sh -c "echo '{\"email\":\"ewa@mail.example\",\"city\":null}' | crm-add person --key email"
is 'it is gone' "$(crm-find ewa -f city)" '{}'
ok '--keep fills what is empty' sh -c "printf 'email,name,city\newa@mail.example,Eve,Radom\n' | crm-add person --key email --keep"
is 'and nothing else' "$(crm-find ewa@mail.example -f name,city)" '{"name":"Ewa","city":"Radom"}'
fails_with 65 'a key of several records' sh -c "crm-add person name=E2 email=ewa@mail.example; printf 'email,city\newa@mail.example,X\n' | crm-add person --key email"
ok 'lines of one file see each other' sh -c "printf 'email,name,tag\nnew@mail.example,New,a\nnew@mail.example,,b\n' | crm-add person --key email"
is 'one record' "$(crm-find new@mail.example -f name,tag)" '{"name":"New","tag":["a","b"]}'
ok 'edited YAML comes back' sh -c "crm-find new@mail.example -o yaml | sed 's/name: New/name: Newer/' | crm-add --key id"
is 'changed' "$(crm-find new@mail.example -f name,tag)" '{"name":"Newer","tag":["a","b"]}'
printf '%s\n' '{"id":"p1","kind":"person","name":"Numbered"}' \
	'{"kind":"task","title":"both","who":["p1","p2"]}' > ids
ok 'ids of the input are names within it, others those of the store' \
	sh -c 'crm-add --new-ids -o jsonl < ids | sed 1d > both'
is 'both are linked' "$(sed 's/.*"who":\(\[[^]]*\]\).*/\1/' both)" \
	"[\"$(crm-find name:=Numbered -o ids)\",\"p2\"]"
fails_with 65 'an id near the end of all' crm-add --skip-bad -o ids <<EOF
{"id":"p549755813888","kind":"person","name":"Last"}
{"id":"p900","kind":"person","name":"Low"}
EOF
is 'only that line is bad' "$(cat "$tmp/out")" p900
printf 'id\tname\np900\tLower\n' >ids
ok 'an id says the kind' crm-add --key id <ids
is 'of what is changed' "$(crm-find p900 -f name -o tsv | sed 1d)" Lower
printf 'id\tname\nLower\tLowest\n' >ids
fails_with 65 'what is no id does not' crm-add --key id <ids
printf 'id\tname\tcity\np700\tOne\tBergen\np701a\tTwo\tBergen\n' >ids
ok 'ids of two replicas in one file' crm-add -q <ids
is 'both are found' "$(crm-find city:Bergen -o ids | tr '\n' ' ')" \
	'p700 p701a '
ok 'and the indexes are right' crm-store check
