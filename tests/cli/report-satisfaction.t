#!/bin/sh
# crm-report satisfaction: scales, edges of scores, intervals; against awk.
. "${0%/*}/../lib.sh"
plan 20

# says TITLE WANT ARGS...
says()
{
	says_title=$1
	says_want=$2
	shift 2
	crm-report satisfaction "$@" -o tsv >out 2>err
	is "$says_title" "$(sed 1d out | tr '\t' ' ')" "$says_want"
}

crm-add person name=Anna city=Gdynia
crm-add person name=Bob city=Sopot
says 'nobody said anything' ''
# answers SCALE WHO SCORE...
answers()
{
	answers_scale=$1 answers_who=$2
	shift 2
	for answers_score; do
		echo "$answers_who,feedback,$answers_score,$answers_scale,2026-02-01"
	done
}
{
	echo who,what,score,scale,at
	answers nps Anna 0 6 7 8
	answers nps Bob 9 10 10
	answers csat Anna 1 2 3
	answers csat Bob 4 5
	answers ces Bob 4.5
} >feedback
crm-log <feedback
says 'each scale' 'nps 7 14.29 -52.36 80.94 3 2 2
csat 5 40.00 0.00 88.01 2 1 2
ces 1 4.50   0 1 0' -f scale,answers,score,low,high,good,fair,bad
says 'by town and scale' 'Gdynia nps 4 -50.00
Gdynia csat 3 0.00
Sopot nps 3 100.00
Sopot csat 2 100.00
Sopot ces 1 4.50' --by city -f city,scale,answers,score
says 'the scale may come first' 'nps Gdynia 4
nps Sopot 3' --by scale,city -f scale,city,answers -l 2
says 'all the same is a sure thing' 'nps 3 100.00 100.00 100.00' -f scale,answers,score,low,high -l 1 Bob
says 'of some customers' 'nps 4
csat 3' -f scale,answers Anna
says 'of some answers' 'nps 3' -f scale,answers event scale:nps score:9..
says 'in a period' '' --in 2026-03
crm-segment define -q town city:gdynia,sopot
crm-segment define -q sopot city:sopot
says 'by segment: a customer counts in each' 'sopot nps 3 100.00
sopot csat 2 100.00
sopot ces 1 4.50
town nps 7 14.29
town csat 5 40.00
town ces 1 4.50' --by segment -f segment,scale,answers,score
crm-add person name=Cleo
crm-log Cleo feedback 'so so' score=7 scale=nps at=2026-02-02
says 'in none: a row without, the last' 'sopot nps 3
town nps 7
 nps 1' --by who.segment -f who.segment,scale,answers event scale:nps
says 'each verdict' 'good nps 3 0 0
good csat 2 0 0
fair nps 0 3 0
fair csat 0 1 0
fair ces 0 1 0
bad nps 0 0 2
bad csat 0 0 2' --by verdict -f verdict,scale,good,fair,bad
is 'what was said, by a query' \
	"$(crm-find event verdict:fair text:so -f who.name,text,verdict -o tsv | sed 1d)" \
	'Cleo	so so	fair'
is 'verdicts of scores at the edges' \
	"$(crm-find event what:feedback --sort scale,score -f scale,score,verdict -o tsv | sed 1d | tr '\t\n' ' ,')" \
	'nps 0 bad,nps 6 bad,nps 7 fair,nps 7 fair,nps 8 fair,nps 9 good,nps 10 good,nps 10 good,csat 1 bad,csat 2 bad,csat 3 fair,csat 4 good,csat 5 good,ces 4.5 fair,'
fails_with 64 'a verdict that is none' crm-find event verdict:nice
crm-rm -q Cleo
crm-rm -q "$(crm-find event what:feedback score:7 text:so -o ids)"
crm-log Anna feedback score=3 at=2026-03-01
crm-log Anna feedback 'no score' at=2026-03-01
says 'without a scale: no verdict' ' 1' --by verdict --in 2026-03 -f verdict,answers
says 'without a scale: the mean' ' 1 3.00 0 0 0' -f scale,answers,score,good,fair,bad --in 2026-03
crm-rm "$(crm-find event what:feedback score:0 scale:nps -f id -o tsv | sed 1d)"
says 'what is removed does not count' '6' -f answers event scale:nps
fails_with 64 'it is not about deals' crm-report satisfaction deal

crm-store -s many init
crm-add -s many person name=Many
awk 'BEGIN { print "what,score,scale,at,by"
	for (i = 0; i < 900; i++) {
		s = i % 3 == 0 ? "nps" : i % 3 == 1 ? "csat" : "ces"
		m = s == "nps" ? 11 : s == "csat" ? 5 : 7
		printf "feedback,%d,%s,2026-%02d-01,u%d\n",
			(i * i * 31 + i * 7 + int(i / 9)) % m + (s != "nps"), s, i % 3 + 1, i % 4 } }' |
	sed 's/^/Many,/; 1s/Many/who/' >all
ok 'many' crm-log -s many <all
is 'figures as awk has them' \
	"$(crm-report -s many satisfaction --by by,scale -o tsv | sed 1d | sort)" \
	"$(awk -F, 'NR > 1 { k = $6 "\t" $4; n[k]++
	g = $4 == "nps" ? $3 >= 9 : $4 == "csat" ? $3 >= 4 : $3 >= 5
	b = $4 == "nps" ? $3 <= 6 : $4 == "csat" ? $3 <= 2 : $3 <= 3
	w = $4 == "ces" ? $3 : 100 * g - 100 * ($4 == "nps") * b
	s[k] += w; q[k] += w * w; good[k] += g; bad[k] += b }
	function r(x,    y) {
		y = int((x < 0 ? -x : x) * 100 + 0.5 + 1e-9) / 100
		return sprintf("%.2f", x < 0 ? -y : y) }
	END { for (k in n) { m = s[k] / n[k]
	e = 1.96 * sqrt((q[k] - n[k] * m * m) / (n[k] - 1) / n[k])
	printf "%s\t%d\t%s\t%.2f\t%.2f\t%d\t%d\t%d\n", k, n[k], r(m),
	r(m) - r(e), r(m) + r(e), good[k], n[k] - good[k] - bad[k], bad[k] } }' all | sort)"
