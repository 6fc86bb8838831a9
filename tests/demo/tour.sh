#!/bin/sh
# A tour with a small firm that sells coffee: two years of what happened, in
# a throw-away store.  Prints each command and what it says.
#
# usage: tour.sh [STORE]     without STORE it is removed in the end
set -eu

here=$(cd "$(dirname "$0")" && pwd)
data=$here/../data/sample
store=${1:-}
if [ -z "$store" ]; then
	store=$(mktemp -d "${TMPDIR:-/tmp}/crm-demo.XXXXXX")
	trap 'rm -rf "$store"' EXIT
	trap 'exit 130' INT TERM
fi
case $store in
/*) ;;
*) store=$PWD/$store ;;
esac
CRM_STORE=$store/crm
CRM_NOW=2026-03-15T10:00:00Z # the day the sample ends
CRM_USER=ewa
export CRM_STORE CRM_NOW CRM_USER
unset TZ NO_COLOR PAGER 2>/dev/null || true

say() {
	printf '\n# %s\n' "$*"
}

run() {
	printf '$ %s\n' "$1"
	eval "$1"
}

cd "$data"
say 'A store, and what another system wrote: customers, sales, deals, cases'
run 'crm-store init'
run 'crm-add org <orgs.csv && crm-add person <people.csv'
run 'crm-add product <products.csv'
run 'crm-log <sales.csv && crm-log <contacts.csv'
run 'crm-add deal <deals.csv && crm-add ticket <tickets.csv && crm-add task <tasks.csv'

say 'Find: words a shell leaves alone; accents and scripts do not matter'
run 'crm-find lukasz -o table'
run 'crm-find org country:poland,germany spent:2000.. --sort -spent -f id,name,city,spent,balance -o table'
run 'crm-find person quiet:180d.. tag:newsletter -f name,lang,last -o table -l 5'

say 'Segments: a query with a name, or people picked by hand'
run "crm-segment define gold 'spent:5000..'"
run "crm-find org overdue:1.. -o ids | crm-segment add reminders -"
run 'crm-segment members reminders -f name,overdue -o table'

say 'Log from a pipe: one event for each customer found, in one change set'
run "crm-find org @reminders | crm-log - email 'reminder sent' direction=out"
run 'crm-history -l 1 -o table'

say 'Report: sums over what happened, by who'
run 'crm-report revenue --by quarter -o table'
run 'crm-report revenue --by product.category,year -o table'
run 'crm-report customers -l 5 -o table'
run 'crm-report pipeline -o table'
run 'crm-report segments -o table'

say 'Show: one screen before a call'
run "crm-show 'Hotel Sankt Peter' -l 6"

say 'What needs doing, most urgent first, and why'
run 'crm-due -l 6 -f urgency,due,what,title,why -o table'

say 'Everything is plain text in a pipe'
run "crm-find org @gold | crm-find - not bought:'Grinder Piccolo' -f name,city -o tsv"

say 'Next: crm help, man crm, man crm-query; the store of your own is made by'
say 'the first crm-add or crm-log.'
