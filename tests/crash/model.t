#!/bin/sh
# Some random commands against a model of the store; "make check-slow" has
# thousands of sequences.
. "${0%/*}/../lib.sh"
need python3
plan 2

model() { python3 "$top/tests/crash/model.py" "$@"; }
ok '25 sequences of 60 commands' model --sequences 25
diag <"$tmp/out"
# the test can fail
ok 'a command that is forgotten is found' model --sequences 5 --plant forget
