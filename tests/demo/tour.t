#!/bin/sh
# What a newcomer runs first.
. "${0%/*}/../lib.sh"
plan 5

ok 'make demo' make_built demo
empty 'has nothing to complain of' err
like 'finds' "$(cat out)" '^\$ crm-find '
like 'and reports' "$(cat out)" '^\$ crm-report '
unlike 'each command does what it should' "$(cat out)" '^crm-[a-z]+: '
