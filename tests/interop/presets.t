#!/bin/sh
# Exports of other programs, as published, read without a map.
. "${0%/*}/../lib.sh"
need_data exports/odoo-res-partner.csv exports/roundcube/gmail.csv
plan 10
d=$CRM_DATA/exports

ok 'Google, since 2024' crm-add <"$d/google-contacts-2024.csv"
is 'all addresses' "$(crm-find grace@example.com -f name,email,postcode)" \
	'{"name":"Grace Brewster Hopper","email":["grace@navy.example","grace@example.com"],"postcode":"22201"}'
fails_with 65 'Google before: words that are no phone numbers are told' \
	crm-add <"$d/roundcube/gmail.csv"
is 'each of them' "$(grep -c 'phone: .* is not a phone number' err)" 7
ok 'Thunderbird' crm-add <"$d/thunderbird-addressbook.csv"
ok 'Outlook with addresses alone' crm-add <"$d/roundcube/outlook.csv"
ok 'Odoo' crm-add <"$d/odoo-res-partner.csv"
is 'companies and people, each with its number there' \
	"$(crm-find org ref:/odoo: --count) $(crm-find person ref:/odoo: --count)" \
	"$(grep -c ',Company,' "$d/odoo-res-partner.csv") $(grep -c ',Individual,' "$d/odoo-res-partner.csv")"
ok 'Salesforce opportunities' crm-add <"$d/salesforce-dataloader-opportunity.csv"
is 'each one' "$(crm-find deal ref:/salesforce: --count)" \
	"$(grep -c '^"006' "$d/salesforce-dataloader-opportunity.csv")"
