#!/bin/sh
# Phone numbers with the number of their country and without.
. "${0%/*}/../lib.sh"
plan 38

CRM_STORE=$tmp/store
export CRM_STORE
crm-store init >out || exit 99
conf=$CRM_STORE/crm.yaml

add()
{
	crm-add person "name=$1" "phone=$2" -o ids 2>&1
}

# which record a number is of, for each that is typed
who()
{
	for number in "$@"; do
		crm-find "$number" -f id -o ids 2>&1
		crm-find "phone:$number" -f id -o ids 2>&1
		crm-show "$number" -o jsonl 2>&1 |
			sed -n '1s/^{"id":"\([^"]*\)".*/\1/p'
	done | sort -u
}

# Without a country numbers are their digits.
add Ada '0171 23-45678' >/dev/null
add Bob '+49 171 2345679' >/dev/null
is 'a number without its country finds one with it' \
	"$(who '0171 2345679')" p2
is 'but not the other way' "$(crm-find '+491712345678' -f id -o ids)" ''
is 'a number with its country is E.164 then' \
	"$(crm-find person -f phone.e164)" '{}
{"phone.e164":["+491712345679"]}'

# Now they are numbers of Germany: of all that was there before.
echo 'country: DE' >"$conf"
ok 'a country is set' crm-store config
is 'and printed' "$(crm-store config | grep country)" "country: 'DE'"
is 'each way to write it finds one typed at home' \
	"$(who '0171 2345678' '(0171) 23-45678' '+49 171 2345678' \
		'+491712345678' '0049 171 2345678' '+49 (0)171 2345678' \
		'0171/2345678')" p1
is 'and one typed for abroad' \
	"$(who '0171 2345679' '(0171) 23-45679' '+49 171 2345679' \
		'+491712345679' '0049 171 2345679' '+49 (0)171 2345679' \
		'0171/2345679')" p2
is 'the end of a number still finds it' "$(crm-find 2345678 -f id -o ids)" p1
is 'what was typed is printed' "$(crm-find p1 -f phone)" \
	'{"phone":["0171 23-45678"]}'
is 'and what machines want' "$(crm-find person -f id,phone.e164 -o tsv)" \
	"id	phone.e164
p1	+491712345678
p2	+491712345679"
add Eve '030 12345 ext. 7' >/dev/null
is 'an extension does not count' "$(who '+49 30 12345' '030 12345 x9')" p3
is 'a number of a town is its digits' "$(add Ian 2345678)" p4
is 'and is not known elsewhere' "$(crm-find p4 -f id,phone.e164)" '{"id":"p4"}'
is 'crm-store check agrees' "$(crm-store check 2>&1)" ''
is 'other numbers stay apart' "$(crm-find '+43 171 2345678' -f id -o ids)" ''

# Somebody added again under the number that the store knows otherwise.
grep_err()
{
	grep -c "$1" err
}
crm-add person name='Adah' phone='+49 171 2345678' >out 2>err
is 'crm-add sees who it may be' "$(grep_err p1)" 1
is 'crm-merge find too' \
	"$(crm-merge find -o tsv 2>&1 | grep -c 'phone')" 1
crm-log +491712345679 call 'by its number' >out 2>err
is 'crm-log knows whom' "$(crm-find event -f who -o tsv | tail -1)" p2
is 'words of one import are one number' "$(
	printf '%s\n' '{"kind":"person","name":"Joe","phone":"040 555555"}' \
		'{"kind":"task","title":"T","who":"+49 40 555555"}' |
		crm-add 2>&1 >/dev/null
	crm-find task -f who.name -o tsv | tail -1)" Joe

# Through links, as other output, and mistakes.
crm-add org name=Acme phone='089 123456' >/dev/null
crm-set p1 org=Acme >/dev/null
is 'through links' "$(crm-find p1 -f org.phone.e164)" \
	'{"org.phone.e164":["+4989123456"]}'
is 'in CSV' "$(crm-find p1 -f name,phone.e164 -o csv)" 'name,phone.e164
Ada,+491712345678'
is 'of what is no phone number' "$(crm-find p1 -f name.e164 2>&1)" \
	"crm-find: name.e164: 'name' is no field of phone numbers"
is 'a vCard has it as it was written' \
	"$(crm-find p1 -o vcard | tr -d '\r' | grep '^TEL')" 'TEL:0171 23-45678'

# The erased are remembered through all of it.
crm-rm --erase p2 >out 2>err
is 'who was erased does not come back, however written' "$(
	for number in '0171 2345679' '+491712345679' '0049171 2345679'; do
		crm-add person name=Bob "phone=$number" 2>&1 |
			grep -c 'was erased'
	done | uniq)" 1
echo 'country: AT' >"$conf"
is 'nor when the firm moves' "$(
	crm-add person name=Bob phone=+491712345679 2>&1 |
		grep -c 'was erased')" 1
: >"$conf"
add Cid '0172 111111' >/dev/null
cid=$(crm-find Cid -f id -o ids)
crm-rm --erase "$cid" >out 2>err
echo 'country: DE' >"$conf"
is 'nor when a country is set later' "$(
	crm-add person name=Cid phone='+49 172 111111' 2>&1 |
		grep -c 'was erased')" 1
ok 'another number of theirs is no matter' \
	crm-add person name=Cid phone='+49 172 111112'

# Another country: other digits.
echo 'country: US' >"$conf"
add Kim '(202) 555-0123' >/dev/null
kim=$(crm-find Kim -f id -o ids)
is 'a number of the United States' \
	"$(who '1-202-555-0123' '+1 202 555 0123' '2025550123' \
		'001 202 555 0123')" "$kim"
is 'one of Germany, as dialled there' \
	"$(crm-find '011 49 171 2345678' -f name -o tsv | tail -1)" Adah
is 'the indexes are right' "$(crm-store check 2>&1)" ''

# Two that become one.
cat >"$conf" <<'END'
kinds:
  person:
    fields:
      mobile: {type: phone, unique: true}
END
crm-add person name=Lea mobile='0151 222222' >/dev/null
crm-add person name=Lia mobile='+49 151 222222' >/dev/null
is 'two numbers are two' "$(crm-store check 2>&1)" ''
{
	echo 'country: DE'
	cat "$conf"
} >new && mv new "$conf"
is 'both are there when they become one' \
	"$(crm-find mobile:+49151222222 -f name -o tsv | sort)" 'Lea
Lia
name'
run crm-store check
is 'crm-store check names them' "$(grep -c 'have the same mobile' out err |
	cut -d: -f2 | sort | tail -1)" 1
ok 'each can still be changed' crm-set Lea city=Bonn
run crm-add person name=Leo mobile=0151222222
is 'a third is refused' "$status" 65
lea=$(crm-find Lea -f id -o ids)
ok 'one gives it up' crm-set "$lea" mobile=0152333333
is 'and all is well' "$(crm-store check 2>&1)" ''

# What was meant.
echo 'country: UK' >"$conf"
is 'a country is a code' "$(crm-find person 2>&1)" \
	"crm-find: $conf:1:10: no country 'UK' (did you mean 'GB'?)"
