#!/bin/sh
# The CDNOW sample: 6,919 purchases of 2,357 customers.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need clv/cdnow-sample.txt
f=$CRM_DATA/clv/cdnow-sample.txt
export CRM_NOW=1998-07-01T12:00:00Z
plan 8

awk 'BEGIN { print "who,at,qty,amount" }
	{ printf "cdnow:%s,%s,%s,%s\n", $1, $3, $4, $5 }' "$f" >in.csv
ok 'purchases' crm-log --set what=purchase --set currency=USD \
	--add-missing person <in.csv
is 'all of them' "$(crm-find event what:purchase --count)" 6919
is 'of so many' "$(crm-find person is:customer --count)" 2357
is 'revenue by month' \
	"$(crm-report revenue -f month,purchases,revenue -o tsv | sed 1d)" \
	"$(awk '{ m = substr($3, 1, 4) "-" substr($3, 5, 2); n[m]++
	s[m] += int($5 * 100 + 0.5) } END { for (m in n)
	printf "%s\t%d\t%d.%02d\n", m, n[m], int(s[m] / 100), s[m] % 100 }' "$f" |
	sort)"
is 'days of first and last purchase' \
	"$(crm-report customers -f id,first-order,last-order -o tsv >c.tsv
	crm-find person -f id,ref -o tsv >p.tsv
	awk -F'\t' 'NR == FNR { ref[$1] = $2; next } FNR > 1 {
	print ref[$1], $2, $3 }' p.tsv c.tsv | sort)" \
	"$(awk '{ d = substr($3, 1, 4) "-" substr($3, 5, 2) "-" substr($3, 7)
	if (!(($1) in a) || d < a[$1]) a[$1] = d
	if (d > z[$1]) z[$1] = d }
	END { for (c in a) print "cdnow:" c, a[c], z[c] }' "$f" | sort)"
is 'quiet does not count purchases' "$(crm-find person quiet:..10000 --count)" 0
is 'customers of the second quarter' \
	"$(crm-report customers --in 1997-q2 -f id -o tsv | sed 1d | wc -l | tr -d ' ')" \
	"$(awk '$3 >= 19970401 && $3 <= 19970630 { c[$1] } END { print length(c) }' "$f")"
ok 'everything is proved' crm-store check
