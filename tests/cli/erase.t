#!/bin/sh
# crm-rm --erase: what is erased is nowhere any more, what counts stays, and
# the history is proved all the same.
. "${0%/*}/../lib.sh"

CRM_STORE=$PWD/s
export CRM_STORE
run crm-store init

# Words that stand nowhere else, in some form of theirs: each must be gone.
words='annaq zz.secret 301234567 765432103 4711q rzodkiewka kapusta halinka
tymianek koperek pietruszka wyszkow wyszk fortyone 1980-02-03 kminek szczypior
cebulka majeranek lubczyk 77q88'

# held FILE: which of the words a file holds
held()
{
	for word in $words; do
		! LC_ALL=C grep -aqiF "$word" "$1" || printf '%s ' "$word"
	done
}
# counts: what the numbers say
counts()
{
	crm-report revenue --by what
	crm-report pipeline
	crm-find event --count
	crm-find event -f id,what,at,amount,doc,who
	crm-find deal -f id,value,stage,opened
}

crm-add org name=Acme
crm-add person name='Annaq Nowak' email=annaq@zz.secret.example \
	phone='+48 301 234 567' ref=shop:4711q birthday=1980-02-03 \
	note='likes Rzodkiewka' org=o1 x-shoe=fortyone tag=gold
crm-add person name='Bob Zielony' email=bob@x.example note='cousin of Annaq Nowak'
crm-set p1 city=Wyszków email+=second@zz.secret.example
crm-set p1 note='likes Kapusta now'
crm-set p1 p2 lang=pl -m 'Majeranek asked for it'
crm-log 'Annaq Nowak' purchase 'chairs for Halinka' amount=320 doc=A1 key=shop:77q88
crm-log annaq@zz.secret.example call 'asked about Tymianek'
crm-log p1 note 'a note on Lubczyk'
crm-rm e4
crm-log 'Bob Zielony' meeting 'met both, Koperek' who+=p1
crm-set e1 text='chairs for Cebulka' qty=2 price=160
crm-add deal title='Roof Pietruszka' who=p1 value=900 tag=roof
crm-set d1 title='Roof Kminek' stage=negotiation
crm-add deal title='Roof of Acme with Annaq Nowak' who=o1 who+=p1 value=100
crm-add task title='ask +48301234567 again' who=p2
crm-set p2 city=Lund -m 'said annaq@zz.secret.example, not Szczypior'
# in a group of digests with others
awk 'BEGIN { for (i = 1; i <= 300; i++)
	printf "{\"name\":\"Person %d\",\"email\":[\"p%d@y.example\"]%s}\n", i, i,
	    i % 70 == 0 ? ",\"note\":\"rzodkiewka " i "\"" : "" }' |
	crm-add person --key email
ok 'the store is sound before' crm-store check
counts >counts.before
# what is held about somebody, for them to see
crm-segment define poles 'lang:pl'
crm-show --all -o jsonl 'Annaq Nowak' >held.jsonl
crm-segment delete poles
is 'their record, and all that links to it' \
	"$(sed -n 's/^{"id":"\([a-z0-9]*\)","kind".*/\1/p' held.jsonl | tr '\n' ' ')" \
	'p1 d1 d2 e1 e2 e3 e4 e5 e6 '
is 'what was removed is named' "$(grep '^{"removed"' held.jsonl)" '{"removed":["e4"]}'
is 'segments' "$(grep '^{"segment"' held.jsonl)" '{"segment":"s1","name":"@poles"}'
is 'what names them elsewhere' "$(grep '^{"names"' held.jsonl)" \
	'{"names":"Annaq Nowak","id":"p2","field":"note"}
{"names":"+48 301 234 567","id":"t1","field":"title"}'
is 'every change set about them' "$(sed -n 's/^{"change":\([0-9]*\),.*/\1/p' held.jsonl | tr '\n' ' ')" \
	'2 4 5 6 7 8 9 10 11 12 13 14 '
is 'all that goes with them was shown' "$(held held.jsonl | wc -w)" 17
ok 'of what was removed, too' sh -c 'crm-show --all e4 | grep -q Lubczyk'
fails_with 64 '-o alone' crm-show -o jsonl p1

crm-store dump >before.dump
is 'all that is to go is there' "$(held before.dump | wc -w) $(held s/data.mdb | wc -w)" '19 21'

# look first
is 'a dry run says what is concerned' "$(crm-rm --erase -n p1 2>&1 | sed 1q)" \
	'1 record erased, 4 events without their texts, 1 of them with others, 1 other record without its text, 16 change sets without their words (dry run: nothing was written)'
is 'and prints it' "$(crm-rm --erase -n p1 -q -o ids | tr '\n' ' ')" 'd1 e1 e2 e3 e4 e5 e6 p1 '
crm-store dump >dry.dump
same_file 'nothing was written' dry.dump before.dump
fails_with 64 'a message that names them' crm-rm --erase p1 -m 'for Annaq Nowak'
fails_with 65 'nobody' crm-rm --erase 'Nobody Here'
fails_with 64 'WHO is missing' crm-rm --erase

crm-rm --erase 'annaq@zz.secret.example' -m 'request 17' 2>err
is 'it is done' $? 0
is 'who else names them is told' "$(sed 's/crm-rm: //; $d' err)" \
	"d2: title: names 'Annaq Nowak', and stays
p2: note: names 'Annaq Nowak', and stays
t1: title: names '+48 301 234 567', and stays"
like 'and what is left to do' "$(cat err)" 'crm-store compact.*backups'
like 'till then the file has it' "$(held s/data.mdb)" zz.secret
ok 'the store is sound' crm-store check
counts >counts.after
same_file 'counts and sums are as before' counts.after counts.before
fails_with 65 'nobody is there' crm-show p1
is 'no event says more than its numbers' \
	"$(crm-find event who:p1 -f text | grep -c text)" 0
is 'tags and stages stay' "$(crm-find d1 -f tag,stage,title)" \
	'{"tag":["roof"],"stage":"negotiation"}'
is 'the history says so' "$(crm-history p1 -l 1 -o tsv | sed 1d | cut -f 4,5,6,8)" \
	'crm-rm	--erase p1	request 17	erased'
is 'and nothing else of it' "$(crm-history p1 | grep -c '"field":')" 0
is 'nor the words of others' "$(crm-history -o jsonl | grep -ic 'szczypior\|majeranek')" 0
is 'what others did is told' "$(crm-history p2 --field city -o tsv | sed 1d | cut -f 9-11)" \
	'city		Lund'

# what it took is not asked for again
is 'its deal lacks its title' "$(crm-find d1 -f title)" '{}'
ok 'a deal without its title is changed' crm-set d1 stage=lost lost='left us'
is 'so' "$(crm-find d1 -f title,stage,lost)" '{"stage":"lost","lost":"left us"}'
ok 'in a batch too' sh -c 'crm-find deal -o ids | crm-set - owner=jan'
is 'which is written' "$(crm-find deal owner:jan --count)" 2
crm-undo
crm-undo
fails_with 65 'one that is there is not taken away' crm-set d2 title=
fails_with 65 'nor is a new one without' crm-add deal who=p2 value=1
is 'a title is given again' \
	"$(crm-set d1 title=Roof && crm-find d1 -f title)" '{"title":"Roof"}'
fails_with 65 'and stays' crm-set d1 title=
crm-undo
ok 'all of it is sound' crm-store check

# an event without its text is one like any other
crm-rm e3
ok 'its removal is taken back' crm-undo
is 'it is there' "$(crm-find e3 -f who,what)" '{"who":["p1"],"what":"call"}'

# what cannot be taken back
fails_with 65 'an erasure cannot be undone' crm-undo "$(crm-history \
	--command crm-rm -o jsonl | sed -n 's/.*"change":\([0-9]*\).*--erase.*/\1/p')"
like 'which is said' "$(cat err)" .
fails_with 1 'what it took is in conflict' crm-undo 5
is 'so' "$(crm-undo 5 -o tsv 2>/dev/null | sed 1d | cut -f 1,4)" 'p1	erased'
ok 'and stays with force' crm-undo 6 --force
is 'the rest is taken back' "$(crm-find p2 -f lang) $(crm-find person --count)" '{} 301'

# nor by an import
printf 'name,email\nNew One,n@x.example\nAnnaq,AnnaQ@ZZ.secret.example\n' >again.csv
fails_with 65 'an import does not bring them back' crm-add person <again.csv
is 'the line is named' "$(sed -n 1p "$tmp/err")" \
	"crm-add: stdin:3: email: 'AnnaQ@zz.secret.example' was erased, and is not to come back (--allow-erased)"
fails_with 65 'nor by a key' sh -c 'crm-add person --key email <again.csv'
fails_with 65 'nor their number' crm-set p2 phone+=+48301234567
fails_with 65 'nor their ref' crm-add org name=X ref=shop:4711q email=second@zz.secret.example
fails_with 65 'nor a link to them' sh -c \
	'echo "{\"who\":\"annaq@zz.secret.example\",\"what\":\"call\"}" | crm-log --add-missing person'
fails_with 65 'nor an event by its key' crm-log p2 purchase amount=1 key=shop:77q88
ok 'the good lines are written' crm-add person --skip-bad -q <again.csv
is 'these alone' "$(crm-find person --count)" 302
crm-undo

# the file
words_were=$words
ok 'compact' crm-store compact
words=$(printf '%s\n' "$words" | tr ' ' '\n' | grep -v '^annaq$\|^301234567$\|^765432103$\|^rzodkiewka$')
is 'it has none any more' "$(held s/data.mdb)" ''
ok 'and is sound' crm-store check
crm-set d2 title='Roof of Acme'
crm-set p2 note=
crm-set t1 title='ask again'
crm-store dump >after.dump
is 'nor has a dump' "$(held after.dump)" ''
ok 'which is loaded' sh -c 'crm-store -s t load <after.dump'
crm-store -s t dump >loaded.dump
same_file 'as it was' loaded.dump after.dump
ok 'and proved' crm-store -s t check
fails_with 65 'what is remembered too' sh -c 'crm-add -s t person <again.csv'
words=$words_were

# what was attested is proved: a change set that was rewritten is not to be
# rewritten once more
awk '{ print } /^{"change":2,/ { exit }' after.dump | sed -n '$p' >line
sed 's/^\({"change":2,.*"program":"\)crm-add"/\1crm-set"/' after.dump >forged.dump
ok 'it is another dump' sh -c '! cmp -s after.dump forged.dump'
fails_with 65 'which is found' sh -c "sed '\$d' forged.dump | crm-store -s u load"

# events that indexes do not have yet, what was removed before, several at once
CRM_STORE=$PWD/many
run crm-store init
awk 'BEGIN { for (i = 1; i <= 130; i++)
	printf "{\"name\":\"Person %d\",\"email\":[\"p%d@y.example\"],\"ref\":[\"r:%d\"]}\n", i, i, i }' |
	crm-add person
awk 'BEGIN { for (i = 1; i <= 9000; i++)
	printf "{\"who\":[\"p%d\"],\"what\":\"call\",\"text\":\"word%d said\"}\n", i % 130 + 1, i % 130 + 1 }' |
	crm-log
awk 'BEGIN { for (i = 1; i <= 260; i++)
	printf "{\"who\":[\"p%d\"],\"what\":\"note\",\"text\":\"tail%d said\"}\n", i % 130 + 1, i % 130 + 1 }' |
	crm-log
crm-rm p7
ok 'several, by a pipe' sh -c 'printf "p3\np64\nr:65\n" | crm-rm --erase - p7'
ok 'all is sound' crm-store check
for word in word3 tail3 word65 tail65 word7 tail7; do
	is "$word is not found" "$(crm-find event "$word" --count)" 0
done
is 'those of others are' "$(crm-find event word4 --count) $(crm-find event tail4 --count)" '70 2'
is 'all are counted' "$(crm-find event --count)" 9260
ok 'erased again, it is no error' crm-rm --erase p3
is 'and no change set' "$(crm-history -l 1 -o tsv | sed 1d | sed -n '1s/	.*//p')" 5
crm-log p4 call 'hello' who+=p64 2>/dev/null
ok 'one more of the same group' crm-rm --erase p4
ok 'is sound' crm-store check
run crm-store compact
for word in p3@y.example p4@y.example p7@y.example p64@y.example p65@y.example \
	'person 3"' word65 tail7 word4; do
	! LC_ALL=C grep -aqiwF "$word" many/data.mdb
	result $? "$word is not in the file"
done
ok 'those of others are' grep -aqwF word5 many/data.mdb
# who is reading lines meanwhile: only what was erased stops them
# behind MAIL COMMAND...: a new person with an address, and a batch that began
# before they were erased and ends behind it with "MAIL2"
behind()
{
	mail=$1
	shift
	rm -f go
	crm-add person name=Behind email="$mail"
	{ printf 'name,email\nFirst,first-%s\n' "$mail"
	while ! [ -e go ]; do sleep 0.05; done
	printf 'Second,%s\n' "$mail2"; } | { "$@" 2>err; echo $? >rc; } &
	i=0
	while crm-store stat | grep -q '"readers":0' && [ $i -lt 200 ]; do
		i=$((i + 1))
		sleep 0.05
	done
	crm-rm --erase "$mail" 2>/dev/null
	: >go
	wait
	status=$(cat rc)
}
mail2=other@b1.example
behind who@b1.example crm-add person
is 'others write behind an erasure' "$status $(crm-find "$mail2" -f name)" \
	'0 {"name":"Second"}'
mail2=who@b2.example
behind who@b2.example crm-add person
is 'but not what it took' "$status $(crm-find person "email:$mail2" --count)" '65 0'
like 'which is said' "$(cat err)" 'email: .* was erased, and is not to come back'
printf 'name,email\nSecond,who@b2.example\nGood,good@b2.example\n' >again.csv
fails_with 65 'a list that still has them' crm-add person --key email <again.csv
ok 'is read without them' crm-add person --key email --skip-bad \
	--rejects left.csv <again.csv
is 'how many is said, not who' "$(cat err)" \
	'crm-add: 1 line of who was erased is left out (--allow-erased)'
is 'the others are written' "$(crm-find good@b2.example -f name -o tsv | sed 1d)" Good
is 'and they are not' "$(crm-find person email:who@b2.example --count)" 0
run crm-add person --key email --skip-bad <<'LIST'
name,email
Bad,not-an-address
Second,who@b2.example
LIST
is 'a bad line is bad all the same' "$status" 65
crm-rm good@b2.example
mail2=who@b3.example
behind who@b3.example crm-add person --allow-erased
is 'unless it is allowed' "$status $(crm-find "$mail2" -f name)" \
	'0 {"name":"Second"}'
mail2=who@b4.example
behind who@b4.example crm-add person --key email
is 'nor by a key' "$status" 65
ok 'sound behind it' crm-store check
# an address that somebody else has is not theirs alone
crm-add person name=One phone=+441234567890
crm-add person name=Two phone=+441234567890
run crm-rm --erase One
ok 'a number of two stays free' crm-add person name=Three phone=+441234567890
# an organisation
crm-add org name='Gone Ltd' phone=+4420999888777
crm-set Two org='Gone Ltd'
crm-log 'Gone Ltd' invoice 'for Gone' amount=50 doc=I9
ok 'an organisation' crm-rm --erase 'Gone Ltd'
is 'its people stay, and its invoice' \
	"$(crm-find person name:two -f org) $(crm-find event doc:I9 -f text,amount)" \
	'{"org":"o1"} {"amount":50.00,"currency":"EUR"}'
ok 'an event' crm-rm --erase "$(crm-find event doc:I9 -o ids)"
is 'is not counted any more' "$(crm-find event doc:I9 --count)" 0
ok 'sound to the end' crm-store check
# who is only called the same is somebody else, whatever names them is not
export CRM_NOW=2026-05-01T10:00:00Z
crm-add person name='Twin Name' city=Oslo
crm-add person name='twin name' city=Rome
crm-add person name=Other note='met Twin Name there'
one=$(crm-find person city:Oslo name:twin -o ids)
crm-add org name='Twin Name & Sons'
run crm-show --all "$one"
is 'namesakes are not among what names them' \
	"$(sed -n 's/.*"names":.*"field":"\([a-z]*\)".*/\1/p' out | tr '\n' ' ')" \
	'name note '
CRM_NOW=2026-05-09T10:00:00Z
run crm-rm --erase "$one"
is 'nor told of when they are erased' "$(grep -c 'and stays' err)" 2
is 'as of then there is nothing left of them' \
	"$(crm-find --as-of 2026-05-05 person name:twin -f city -o tsv | sed 1d)" Rome
is 'nor a shell' "$(crm-find --as-of 2026-05-05 "$one" 2>&1)" \
	"crm-find: $one was erased"
