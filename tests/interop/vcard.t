#!/bin/sh
# vCards that other programs wrote: all are read, and come back unchanged.
. "${0%/*}/../lib.sh"
need_data vcard/ez-vcard/gmail-single.vcf
plan 4

for f in "$CRM_DATA"/vcard/*/*.vcf; do
	CRM_STORE=$tmp/store
	export CRM_STORE
	rm -rf store && crm-store init
	crm-add <"$f" 2>>err.all || echo "$f" >>unread
	for form in vcard vcard3; do
		crm-find -o $form >first.$form
		crm-add <first.$form 2>>err.all || echo "$f" >>back
		crm-find -o $form >second.$form
		cmp -s first.$form second.$form || echo "$f $form" >>differ
	done
	n=$(grep -ci '^BEGIN:VCARD' "$f")
	[ "$(crm-find person --count)" -eq "$n" ] ||
		[ "$(crm-find org no:x-vcard --count)" -eq "$n" ] ||
		[ "$(crm-find org --count)" -eq "$n" ] || echo "$f" >>lost
done
touch unread back differ lost
empty 'all are read' unread
empty 'what we wrote too' back
empty 'and changes nothing' differ
empty 'each card is a record' lost
