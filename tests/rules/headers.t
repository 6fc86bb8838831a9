#!/bin/sh
# Each header compiles alone.
. "${0%/*}/../lib.sh"
plan 2

ok 'each header stands alone' make_built check-headers
printf 'struct crm_view x;\n' >alone.h
fails_with 2 'one that does not is found' \
	make_built check-headers HDR="$tmp/alone.h"
