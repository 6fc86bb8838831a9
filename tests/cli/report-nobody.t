#!/bin/sh
# Deals of nobody go through stages as all others do: what the log says of them
# is what events say of twins that have a customer.
. "${0%/*}/../lib.sh"
plan 17

# store NAME: with the deals of deals.NAME
store()
{
	crm-store -s "$tmp/$1" init
	cat >"$tmp/$1/crm.yaml" <<'YAML'
timezone: Europe/Warsaw
pipelines:
  sales: [new: 10, offer: 50, talks: 80, won, lost]
YAML
	crm-add -s "$tmp/$1" person name=Anna
	crm-add -s "$tmp/$1" deal <"deals.$1"
}
# both TIME COMMAND...: with each of the two stores; change sets have the same
# numbers in both
both()
{
	CRM_NOW=$1
	shift
	for both_store in with without; do
		CRM_STORE=$tmp/$both_store "$@" 2>err || diag <err
	done
	CRM_NOW=2026-03-15T12:00:00Z
}
cat >deals.without <<'EOF'
title,value,stage,opened
A,100,new,2026-01-01
B,200,new,2026-01-01
C,300,new,2026-02-01
D,400,offer,2026-02-01
E,500,new,2026-02-01
F,600,new,2026-02-01
EOF
sed '1s/$/,who/; 1!s/$/,Anna/' deals.without >deals.with
CRM_NOW=2026-01-01T12:00:00Z
store with
store without
both 2026-01-10T23:00:00Z crm-set d1 d2 stage=offer # change 3
both 2026-01-12T23:00:00Z crm-set d1 stage=talks # 4
both 2026-01-13T23:00:00Z crm-set d1 stage=offer # 5
both 2026-02-15T23:00:00Z crm-set d1 stage=won # 6
both 2026-02-16T10:00:00Z crm-set d2 stage=lost closed=2026-02-11 # 7
both 2026-02-16T11:00:00Z crm-set d3 d4 stage=talks # 8
both 2026-02-16T12:00:00Z crm-undo 8 # 9
both 2026-02-17T12:00:00Z crm-set d3 stage=offer # 10
both 2026-02-18T12:00:00Z crm-set d5 d6 stage=talks # 11
both 2026-02-19T12:00:00Z crm-undo 11 # 12
both 2026-02-20T12:00:00Z crm-undo 12 # 13
both 2026-02-21T12:00:00Z crm-set d6 stage=lost closed=today # 14
both 2026-02-22T12:00:00Z crm-set d5 note=x
is 'no event tells of them' \
	"$(crm-find -s with event what:stage --count) $(crm-find -s without event --count)" '10 0'

# same NAME ARGS...: the same rows of both
same()
{
	same_title="$*"
	crm-report -s with "$@" -o tsv >want
	crm-report -s without "$@" -o tsv >got
	if [ "$(wc -l <want)" -lt 2 ]; then
		diag "no rows to compare: $same_title"
		is "$same_title" no rows
	else
		same_file "$same_title" got want
	fi
}
same funnel
is 'as counted by hand' \
	"$(crm-report -s without funnel -f stage,deals,won,lost -o tsv | sed 1d)" \
	"$(printf 'new\t6\t1\t2\noffer\t6\t1\t2\ntalks\t3\t1\t1\nwon\t1\t1\t0')"
for when in change:4 change:5 change:7 change:8 change:9 change:11 change:12 \
	change:13; do
	same funnel --as-of $when
done
same funnel --as-of 2026-02-18
same pipeline
same stale --silence 3650d --times 0.5 -f title,stage,days,usual,slow

# a customer who came late, or went
both 2026-03-01T12:00:00Z crm-set d2 d3 d4 who=Anna
both 2026-03-02T12:00:00Z crm-set d3 stage=talks
both 2026-03-02T12:00:00Z crm-set d5 who=
both 2026-03-03T12:00:00Z crm-set d5 stage=won
same funnel
same pipeline
same forecast --by stage
