#!/bin/sh
# What crm-report clv and churn explain on the CDNOW sample, done again.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need clv/cdnow-sample.txt
export CRM_NOW=1997-09-30T12:00:00Z
plan 10

awk 'BEGIN { print "who,at,qty,amount" }
	$3 <= 19970930 { printf "cdnow:%s,%s,%s,%s\n", $1, $3, $4, $5 }' \
	"$CRM_DATA/clv/cdnow-sample.txt" >in.csv
ok 'purchases' crm-log --set what=purchase --set currency=USD \
	--add-missing person <in.csv
for report in 'clv' 'clv --model pareto-nbd' 'churn'; do
	for who in p1 p17 p999; do
		# shellcheck disable=SC2086 # a report and an option
		crm-report $report --explain "$who" -o tsv | sed 1d >said
		is "$report: the arithmetic of $who" \
			"$(python3 "$top/tests/interop/buying.py" <said 2>&1)" ''
	done
done
