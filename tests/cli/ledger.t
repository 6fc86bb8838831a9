#!/bin/sh
# A journal for ledger and hledger.
. "${0%/*}/../lib.sh"
plan 4
crm-add org name='A: b  (c); d'
crm-log o1 purchase amount=119 tax=19 doc='R;1' at=2026-01-02 -- 'two; lines
here'
crm-log o1 invoice amount=119 doc='R;1' at=2026-01-03
crm-log o1 call
crm-log o1 payment amount=20 at=2026-01-04
crm-log o1 refund amount=5 tax=1 at=2026-01-05
is 'money alone, each side for itself, nothing that means something else' \
	"$(crm-find event -o ledger)" \
	'tag id
commodity EUR
    format 1000.00 EUR
account assets:unbilled
account income:sales
account liabilities:tax
2026-01-02 (R-1) A- b -c-- d | purchase two- lines here  ; id: e1
    assets:unbilled  119.00 EUR
    liabilities:tax  -19.00 EUR
    income:sales

account assets:receivable:A- b -c-- d o1
2026-01-03 (R-1) A- b -c-- d | invoice  ; id: e3
    assets:receivable:A- b -c-- d o1  119.00 EUR
    assets:unbilled

account assets:bank
2026-01-04 A- b -c-- d | payment  ; id: e5
    assets:bank  20.00 EUR
    assets:receivable:A- b -c-- d o1

2026-01-05 A- b -c-- d | refund  ; id: e6
    assets:unbilled  -5.00 EUR
    liabilities:tax  1.00 EUR
    income:sales'
is 'a credit note turns it round' \
	"$(crm-log o1 invoice amount=-9 at=2026-02-01 -o ledger | tail -3)" \
	'    assets:receivable:A- b -c-- d o1  -9.00 EUR
    assets:unbilled'
fails_with 64 'people are no journal' crm-find person -o ledger
is 'nothing is nothing' "$(crm-find event what:quote -o ledger)" ''
