#!/bin/sh
# What stands at the top, and in tests/.
. "${0%/*}/../lib.sh"

cd "$top" || exit
# What belongs to the project: as git has it, or all but what is built.
files()
{
	git ls-files --cached --others --exclude-standard 2>/dev/null |
		grep . || find . -type f ! -path './.git/*' ! -path './build/*' |
		sed 's|^\./||'
}
files | sort >"$tmp/files"

is 'nothing else stands at the top' "$(cut -d / -f 1 "$tmp/files" | sort -u |
	grep -v '^\.' | grep -vxE \
	'cmd|libcore|man|tests|completions|Makefile|README.md|LICENSE')" ''
for f in cmd libcore man tests completions Makefile README.md LICENSE; do
	[ -e "$f" ] || echo "$f"
done >"$tmp/missing"
if [ ! -e README.md ] || [ ! -e man ]; then
	todo 'it is being written'
fi
empty 'all of it is there' "$tmp/missing"

is 'tests have their rooms' "$(grep '^tests/.*/' "$tmp/files" |
	cut -d / -f 2 | sort -u | grep -vxE \
	'unit|cli|interop|rules|honesty|fuzz|crash|bench|data|demo')" ''
is 'and can be run' "$(find tests \( -name '*.t' -o -name '*.slow' \) \
	! -perm -100)" ''
is 'a test reads lib.sh, so that it has a place of its own' \
	"$(find tests \( -name '*.t' -o -name '*.slow' \) \
		-exec grep -L '/lib.sh"$' {} +)" ''
is 'the version stands in one file' "$(grep -lE \
	"return \"$("$CRM_BUILD"/bin/crm --version | cut -d ' ' -f 2)\"" \
	libcore/*/*.c cmd/*.c)" libcore/cli/version.c
