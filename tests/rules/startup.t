#!/bin/sh
# Starting is cheap: help, version and the tables open no file; nothing is
# made by a program that reads.
. "${0%/*}/../lib.sh"

crm-add person name=Anna
find home | sort >before
if command -v strace >/dev/null && strace -o trace true 2>/dev/null; then
	for p in "$CRM_BUILD"/bin/crm*; do
		for option in --help --version --spec; do
			strace -f -o trace -e trace=file "$p" $option >/dev/null
			is "${p##*/} $option opens nothing of a store" \
				"$(grep -F -e "$HOME" -e .mdb -e crm.yaml \
					trace)" ''
		done
	done
	# Where it is linked statically it opens nothing at all.
	if ! ldd "$CRM_BUILD/bin/crm" >/dev/null 2>&1; then
		strace -f -o trace -e trace=open,openat crm-find --version \
			>/dev/null
		is 'nor anything else' "$(grep open trace)" ''
	else
		skip 1 'linked dynamically'
	fi
	strace -f -o trace -e trace=file crm-find --count >/dev/null
	like 'the trace would show it' "$(cat trace)" 'data\.mdb'
else
	skip 1 'strace cannot be used here'
fi
find home | sort >after
same_file 'and nothing was made' after before

# No reading program makes a store, named or not.
rm -rf "$XDG_DATA_HOME"
for p in "$CRM_BUILD"/bin/crm-*; do
	case ${p##*/} in
	crm-add | crm-log) continue ;; # these two may
	esac
	"$p" x </dev/null >/dev/null 2>&1
	CRM_STORE=$tmp/named "$p" x </dev/null >/dev/null 2>&1
done
for p in add log; do
	crm-$p -s "$tmp/named" person name=x </dev/null >/dev/null 2>&1
done
[ ! -e "$XDG_DATA_HOME" ] && [ ! -e named ]
result $? 'no reading program makes a store, and none makes a named one'
