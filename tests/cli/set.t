#!/bin/sh
# crm-set: single and many values, several records, streams; all or nothing.
. "${0%/*}/../lib.sh"
plan 52

crm-add org name=Acme
crm-add person name=Anna email=anna@mail.example tag=a
crm-add person name=Bob tag=a,b
crm-add deal title=Chairs who=Anna value=100
crm-log Anna purchase amount=10

ok 'one field' crm-set Anna city=Kraków
is 'is set' "$(crm-find anna -f city)" '{"city":"Kraków"}'
ok 'several records and fields' crm-set anna@mail.example Bob tag+=c,d note='likes tea' org=Acme
is 'added to' "$(crm-find person -f tag,org.name)" '{"tag":["a","c","d"],"org.name":"Acme"}
{"tag":["a","b","c","d"],"org.name":"Acme"}'
ok 'taken from' crm-set Bob tag-=a tag-=zzz
is 'what was there' "$(crm-find bob -f tag)" '{"tag":["b","c","d"]}'
ok 'replaced' crm-set Bob tag=x
is 'by one' "$(crm-find bob -f tag)" '{"tag":["x"]}'
ok 'cleared' crm-set Bob tag= note=
is 'nothing is left' "$(crm-find bob -f tag,note)" '{}'
is 'prints what it wrote when asked' "$(crm-set Bob city=Lublin -o ids -m why)" p2
is 'the message is kept' "$(crm-history -l 1 | grep -c '"message":"why"')" 1
n=$(crm-history -l 1 -o csv | sed 1d | cut -d, -f1)
ok 'the same again' crm-set Bob city=Lublin
is 'writes nothing' "$(crm-history -l 1 -o csv | sed 1d | cut -d, -f1)" "$n"

ok 'from a pipe' sh -c 'crm-find person | crm-set - tag+=all'
is 'all of them' "$(crm-find person tag:all --count)" 2
fails_with 65 'a bad line spoils all' sh -c 'printf "p1\nnobody\n" | crm-set - tag+=none'
is 'with its place' "$(head -1 err)" "crm-set: stdin:2: no such record: 'nobody'"
is 'nothing was written' "$(crm-find person tag:none --count)" 0
ok 'a dry run' crm-set Anna city=Nowhere -n
is 'neither' "$(crm-find anna -f city)" '{"city":"Kraków"}'

ok 'an event is corrected' crm-set e1 amount=12.50
is 'sums follow' "$(crm-find anna -f spent)" '{"spent":12.50,"currency":"EUR"}'
ok 'a stage that ends' crm-set d1 stage=won
is 'sets closed' "$(crm-find d1 -f stage,closed)" '{"stage":"won","closed":"2026-03-15"}'
is 'and is in the story' "$(crm-find event what:stage deal:d1 -f from,to)" '{"from":"prospecting","to":"won"}'

fails_with 65 'several of a name' sh -c 'crm-add person name=Anna; crm-set Anna city=X'
like 'are listed' "$(cat err)" 'p1 Anna .anna@mail.example., p3 Anna'
fails_with 65 'a wrong value' crm-set Bob birthday=yesterday-ish
fails_with 64 'no assignment' crm-set Bob

# what other programs print of a record: a JSON string is a WHO
crm-set p1 p2 tag=
ok 'a JSON string a line' sh -c 'printf "\"p2\"\n\"p1\"\n" | crm-set - tag+=json'
is 'names a record' "$(crm-find person tag:json --count)" 2
for j in '"p9"' null 5 true '["p1"]' '"p1","Anna"' 'name,email' '"p1'; do
	fails_with 65 "refuses $j" sh -c 'printf "%s\n" "$1" | crm-set - tag+=bad' - "$j"
	like 'with its line' "$(cat err)" '^crm-set: stdin:1: '
done
fails_with 65 'other lines, too' sh -c 'printf "\"p1\"\nnull\n[1]\n" | crm-set - tag+=bad'
is 'each of them' "$(cat err)" "crm-set: stdin:2: no such record: 'null'
crm-set: stdin:3: no such record: '[1]'
crm-set: nothing was written"
fails_with 65 'a header without ids has no records' sh -c 'echo name,email | crm-set - tag+=bad'
is 'nothing was written then' "$(crm-find person tag:bad --count)" 0
