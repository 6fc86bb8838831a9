#!/bin/sh
# What other programs export.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need exports/hubspot-contacts.csv
d=$CRM_DATA/exports
plan 12

google()
{
	crm-add person --add-missing org \
		--map 'First Name=given,Middle Name=given,Last Name=family' \
		--map 'Nickname=x-nickname,Organization Name=org' \
		--map 'Organization Title=role,Birthday=birthday,Notes=note' \
		--map 'Labels=tag,E-mail 1 - Value=email,E-mail 2 - Value=email' \
		--map 'Phone 1 - Value=phone,Address 1 - Street=street' \
		--map 'Address 1 - Extended Address=street' \
		--map 'Address 1 - City=city,Address 1 - Region=region' \
		--map 'Address 1 - Postal Code=postcode' \
		--map 'Address 1 - Country=country,Website 1 - Value=url' \
		--map '*=' "$@" <"$d/google-contacts-2024.csv"
}
ok 'Google contacts' google
is 'given names of two columns, values of many' \
	"$(crm-find grace@example.com -f name,given,email,org.name,street,birthday)" \
	'{"name":"Grace Brewster Hopper","given":"Grace Brewster","email":["grace@navy.example","grace@example.com"],"org.name":"US Navy","street":"1 Main St Suite 4","birthday":"1906-12-09"}'

hubspot()
{
	crm-add person --add-missing org --key ref \
		--map 'Record ID=ref:hubspot,First Name=given,Last Name=family' \
		--map 'Email=email,Phone Number=phone,Lead Status=x-status' \
		--map 'Create Date=created,Associated Company=org' \
		--map 'Country/Region=country,Contact owner=owner' \
		"$@" <"$d/hubspot-contacts.csv"
}
fails_with 65 'a date of another order is not guessed' hubspot
like 'it says so' "$(cat err)" "stdin:3: created: '3/15/2024'"
fails_with 65 'a row without a name is told' hubspot --dates mdy
is 'the one that has no address either' \
	"$(grep 'name: a value is required' err)" \
	'crm-add: stdin:4: name: a value is required'
fails_with 65 'the good ones are written' hubspot --dates mdy --skip-bad --rejects bad.csv
is 'four' "$(crm-find person ref:~^hubspot: --count)" 4
is 'the bad one is kept as it was, with its header' "$(wc -l <bad.csv | tr -d ' ')" 2
is 'both forms of dates' "$(crm-find person ref:~^hubspot: -f created -o tsv)" \
	'created
2024-03-12T09:14:00Z
2024-03-15T14:30:00Z
2024-03-13T09:14:00Z
2026-03-15T12:00:00Z'
ok 'again, with a name for who has none' hubspot --dates mdy --set name=Unknown
is 'one more, four as they were' \
	"$(crm-find person name:unknown --count) $(crm-find person ref:~^hubspot: --count)" '1 5'
