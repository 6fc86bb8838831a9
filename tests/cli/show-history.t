#!/bin/sh
# crm-show and crm-history beyond their manuals' examples.
. "${0%/*}/../lib.sh"
plan 55

crm-add org name=Acme city=Berlin
crm-add person name=Anna org=Acme email=anna@mail.example x-shoe=42 note="$(printf 'two\nlines')"
crm-add person name=Bob org=Acme
crm-log Anna call 'hello from Anna' at=2026-03-10
crm-log Bob email 'hello from Bob' at=2026-03-11
crm-log Acme visit 'was there' who+=p1 at=2026-03-12
crm-log Anna purchase amount=10USD at=2026-03-12T10:00:00Z
crm-log Anna invoice amount=50 at=2026-01-01 due=2026-01-15
crm-segment define all person
crm-add deal title='Old one' who=Anna stage=won
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do crm-add deal title="Deal $i" who=Anna; done

ok 'a card' crm-show Anna
like 'money without a rate stands apart' "$(cat out)" 'spent 10.00 USD'
like 'overdue' "$(cat out)" 'overdue 50.00 EUR'
like 'segments' "$(cat out)" '@all'
like 'own fields' "$(cat out)" '^x-shoe    42$'
x=$(printf 'PHOTO:%030000d' 0)
crm-set Anna x-vcard="$(printf '%s\nIMPP:a\nKIND:b' "$x")" x-long="$x" \
	x-text="$(printf 'a word %.0s' 1 2 3 4 5 6 7 8 9)"
crm-set Anna x-words="$(printf 'some words %050d' 1 2 3 4 5 6 7 8 9)"
run crm-show Anna
like 'a picture is told in short' "$(cat out)" \
	'^x-vcard   3 lines, 30 kB \(crm-find p1 -f x-vcard\)$'
like 'on one line too' "$(cat out)" '^x-long    30 kB \('
like 'and a long text' "$(cat out)" '^x-words   549 bytes \('
like 'not a short one' "$(cat out)" '^x-text    a word a word'
is 'the forms for programs have it all' \
	"$(crm-find Anna -f x-long -o tsv | sed 1d)" "$x"
like 'a note on one line' "$(cat out)" '^note      two lines$'
like 'open deals are listed' "$(cat out)" 'prospecting.*Deal 10$'
like 'and counted' "$(cat out)" '^  and 2 more$'
unlike 'those that ended are not' "$(cat out)" 'Old one$'
ok "an organisation" crm-show Acme -l 2
like 'its people' "$(cat out)" 'Anna .*anna@mail.example'
is 'the newest of all of them' "$(sed -n '/^story/,$p' out | sed 1d | awk '{ print $3 }' | tr '\n' ' ')" 'stage purchase '
ok 'several' sh -c 'crm-find person | crm-show -'
is 'each' "$(grep -c '^[AB][a-z]*  p[0-9]' out)" 2
ok 'no events' crm-show Anna -l 0
unlike 'none' "$(cat out)" '^story'

crm-set Anna city=Kraków
crm-set Anna city=Lublin
is 'a field over time' "$(crm-history Anna -o tsv | awk -F'\t' '$9 == "city" { print $10 ">" $11 }')" 'Kraków>Lublin
>Kraków'
is 'the newest first' "$(crm-history Anna -l 1 | grep -c '"old":"Kraków","new":"Lublin"')" 1
is 'a day' "$(crm-history --since today -l 3 | wc -l | tr -d ' ')" 3
is 'later' "$(crm-history --since tomorrow)" ''
fails_with 1 'with -e' crm-history --since tomorrow -e
fails_with 64 'a date that is none' crm-history --since yesterdays
fails_with 64 'a number that is none' crm-history --since change:x
crm-rm Bob
is 'of who was removed' "$(crm-history p2 -o tsv -l 1 | sed 1d | cut -f8)" removed
is 'of several' "$(crm-history Acme Anna -o tsv | sed 1d | cut -f7 | sort -u | tr '\n' ' ')" 'o1 p1 '
# what each says with -q, with its exit status
quiet()
{
	for question in 'crm-show p1' 'crm-history' 'crm-report revenue' \
		'crm-report revenue city:Nowhere' 'crm-segment members none' \
		'crm-store stat' 'crm-store config'; do
		$question -q
		echo "$question $?"
	done
}
run crm-segment define none city:Nowhere
run crm-log p1 purchase amount=1
is 'questions say nothing with -q' "$(quiet | cut -d ' ' -f 1)" \
	"$(quiet | grep -o '^crm-[a-z]*')"
is 'and answer by their status' "$(quiet | sed 's/.* //' | tr '\n' ' ')" \
	'0 0 0 1 1 0 0 '
# kinds of one's own are shown with whom they name
cat > "$HOME/.local/share/crm/crm.yaml" <<'EOF'
kinds:
  contract:
    letter: v
    fields:
      title: text
      who: person
      fee: money
    stages: [running, done]
  dog:
    letter: w
    fields: {name: text, owner-of: person}
  event:
    fields: {contract: contract}
EOF
run crm-add person name=Karl url=https://karl.example
run crm-add contract title='Service 2026' who=Karl fee=100
run crm-add contract title=Ended who=Karl stage=done
run crm-add dog name=Rex owner-of=Karl
run crm-log Karl call 'about the contract' contract=v1
crm-show Karl > karl
is 'open contracts, and dogs' "$(sed -n '/^open/,/^story/p' karl)" \
	"open contracts
  v1  100.00 EUR  running  Service 2026

dogs, owner-of
  w1  Rex

story, newest first"
is 'each field once, no blanks at the end' \
	"$(grep -c 'karl.example' karl) $(grep -c ' $' karl)" '1 0'
is 'a contract shows its events' "$(crm-show v1 | sed -n '/^story/,$p' |
	sed 's/ e[0-9]* / E /')" "story, newest first
  2026-03-15  E  call  Karl  about the contract  by tester"

# Arguments are told so that a shell takes them back.
crm-set Anna note="it's \$5 & \"more\" \\ *" role='' lang=pl >/dev/null
history_args()
{
	crm-history -l 1 -o jsonl | sed 's/.*"arguments":\("\([^"\\]\|\\.\)*"\).*/\1/' |
		sed 's/^"//; s/"$//; s/\\\(.\)/\1/g'
}
crm-find -o jsonl Anna >before
args=$(history_args)
crm-set Anna note= lang=
eval "crm-set $args"
crm-find -o jsonl Anna >after
same_file 'what the history tells can be pasted' after before
is 'and is told the same again' "$(history_args)" "$args"
like 'nothing plain is quoted' "$args" '^Anna .* lang=pl$'

# Many records in one change set.
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
	echo "{\"name\":\"Firm $i\",\"city\":\"Oslo\",\"tag\":[\"many\"]}"
done | crm-add org
crm-find org tag:many | crm-set - city=Bergen
crm-history -l 1 -o table >many
is 'ten are told of' "$(grep -c '^  o[0-9]* Firm' many)" 10
is 'the others are counted' "$(tail -n 1 many)" '  and 3 more changed'
crm-find org tag:many | crm-rm -
is 'so are removed ones' "$(crm-history -l 1 -o table | tail -n 1)" \
	'  and 3 more removed'
is 'programs get all' "$(crm-history -l 1 -o tsv | sed 1d | wc -l | tr -d ' ')" 13
is 'and so does who asks for them' \
	"$(seq 2 14 | sed 's/^/o/' | xargs crm-history -o table -l 1 |
		grep -c removed)" 13

# one change set by its number
crm-add person name=Uno
crm-add person name=Duo
uno=$(crm-find Uno -o ids) duo=$(crm-find Duo -o ids)
n=$(crm-history -l 1 | jq .change)
crm-set Uno Duo city=Oslo role=boss
crm-set Duo city=Bergen
is 'change:N is that one' "$(crm-history "change:$((n + 1))" | jq -c '[.change, .changed[].id]')" \
	"[$((n + 1)),\"$uno\",\"$duo\"]"
is 'whole, whoever else is named' "$(crm-history Duo "change:$((n + 1))" -l 2 |
	jq -c '[.change, .changed[].id]')" "[$((n + 2)),\"$duo\"]
[$((n + 1)),\"$uno\",\"$duo\"]"
like 'for people' "$(crm-history "change:$((n + 1))" -o table)" 'city  *-> Oslo|city +.*Oslo'
fails_with 65 'none of that number' crm-history change:99999
like 'which is said' "$(cat err)" "no change set 99999: the newest one is $((n + 2))"
fails_with 64 'no number' crm-history change:x
fails_with 64 'none' crm-history change:

# names that are wrong
fails_with 64 'a field that no kind has' crm-history --field cty
like 'and the nearest' "$(cat err)" "did you mean 'city'"
is '--command without crm-' "$(crm-history --command set -l 1)" "$(crm-history --command crm-set -l 1)"
ok 'a command that did nothing' crm-history --command crm-sett
like 'and the nearest' "$(cat err)" "did you mean 'crm-set'"
