#!/bin/sh
# crm-report churn without a model, model sbg, --summary, and what is said of
# models that cannot be fitted.
. "${0%/*}/../lib.sh"
plan 26

for name in Anna Bob Cid; do
	crm-add person name=$name
done
crm-log <<'EOF'
who,what,amount,at
Anna,purchase,10,2026-01-01
Anna,purchase,11,2026-01-11
Anna,purchase,12,2026-01-21
Bob,purchase,20,2026-01-01
Bob,purchase,20,2026-03-11
Cid,purchase,20,2026-01-01
EOF
crm-report churn -f name,risk,since,gap,stake -o tsv >got 2>err
# what Anna spent after the first day is 23 on two days
awk 'BEGIN { print "name\trisk\tsince\tgap\tstake"
	r = 1 - (20 / 73) ^ 2
	printf "Anna\t%.1f\t53\t10.0\t%.2f\n", 100 * r, 364 * 2 / 73 * 11.5 * r
	# twice is no rhythm, however near to each other
	print "Bob\t\t4\t69.0\t"
	print "Cid\t\t73\t\t" }' >want
same_file 'silence against their own rhythm' got want
like 'it says that there is no model' "$(cat err)" 'crm-report: pareto-nbd cannot be fitted to purchases in EUR .2 of 3 customers bought again.: '
like 'nor one of what they spend' "$(cat err)" 'crm-report: gamma-gamma cannot be fitted to purchases in EUR: '
is 'each once' "$(wc -l <err | tr -d ' ')" 2
is 'with -q not at all' "$(crm-report churn -q 2>&1)" ''
is 'asked for, it is not said of the model' \
	"$(crm-report churn --model silence 2>&1 >/dev/null | grep -c nbd)" 0
is 'and comes out the same' \
	"$(crm-report churn --model silence -f name,risk,since,gap,stake -o tsv 2>/dev/null)" \
	"$(cat want)"
is 'in sums, of those whom it says something of' \
	"$(crm-report churn --summary -o tsv -f customers,since 2>/dev/null | sed 1d)" \
	'1	53.0'
crm-report churn --explain Anna -f figure,value -o tsv 2>/dev/null >got
is 'explained' "$(grep -E '^(gap|alive|risk|spend|stake)' got | tr '\t\n' '= ')" \
	"gap=10.0 alive=0.075061 risk=92.5 spend=11.50 stake=$(sed -n 's/^Anna.*	//p' want) "
ok 'of somebody without a rhythm, too' sh -c \
	'crm-report churn --explain Cid 2>/dev/null'
fails_with 65 'clv has nothing to go by' crm-report clv
fails_with 64 'and knows no silence' crm-report clv --model silence
fails_with 64 'nor has it a model sbg' crm-report churn --model sbg

is 'rfm --summary is by segment' "$(crm-report rfm --summary)" \
	"$(crm-report rfm --by segment)"
is 'customers in one row' "$(crm-report customers --summary -f customers,spent -o tsv | sed 1d)" \
	'3	93.00'
fails_with 64 'revenue is a sum already' crm-report revenue --summary
fails_with 64 'either --by or --summary' crm-report rfm --summary --by m

# The high end data set of Fader and Hardie (2007): of 1000 customers so many
# were there after each of seven years; here years are months of 30.4375 days,
# and who left after n renewals bought last in period n.
crm-store -s high init
awk 'BEGIN { print "name"; for (i = 1; i <= 1000; i++) print "C" i }' |
	crm-add -s high person
awk 'BEGIN { print "who,what,amount,at"
	n = split("1000 869 743 653 593 551 517 491", left, " ")
	for (i = 1; i <= 1000; i++) {
		print "C" i ",purchase,1,2025-07-01"
		for (t = 0; t + 2 <= n && left[t + 2] >= i; t++)
			;
		# days from 1 July 2025
		d = int((t + 0.5) * 30.4375)
		split("31 31 30 31 30 31 31 28 31", m, " ")
		for (k = 1; d >= m[k]; k++)
			d -= m[k]
		y = 2025 + (k > 6); mon = (k + 5) % 12 + 1
		printf "C%d,purchase,1,%d-%02d-%02d\n", i, y, mon, d + 1
	} }' >high.csv
CRM_NOW=2026-03-05T12:00:00Z
export CRM_NOW
ok 'a thousand subscribers' crm-log -s high <high.csv
is 'so many are left' "$(crm-report -s high retention -f survival -o tsv |
	sed -n '2,8p' | tr '\n' ' ')" '86.9 74.3 65.3 59.3 55.1 51.7 49.1 '
crm-report -s high model --model sbg -o tsv >got
is 'alpha and beta are the published ones' "$(awk '$2 == "alpha" ||
	$2 == "beta" { printf "%.3f ", $3 }' got)" '0.668 3.806 '
is 'so is the likelihood' "$(awk '$2 == "log-likelihood" {
	printf "%.1f", $3 }' got)" -1611.2
is 'where nobody stayed it is said' "$(crm-report model --model sbg 2>&1)" \
	'crm-report: sbg cannot be fitted to 3 customers: all of them had left by then'
# who paid in two currencies is a customer of each
crm-log Bob purchase amount=20CHF at=2026-01-01 2>err
is 'of the customers of one currency' "$(crm-report clv 2>&1 | tail -n 1)" \
	'crm-report: bg-nbd cannot be fitted: of 3 customers who paid in EUR 1 bought again, and that says too little of when they stop'

# queries say so, too, where those who pay in the base currency have no figures
crm-store -s mixed init
awk 'BEGIN { print "who,what,at,amount"; srand(5)
	for (i = 1; i <= 600; i++) {
		end = (d = int(rand() * 600)) - log(1 - rand()) * 300 * (1 + 3 * rand())
		for (gap = 10 + rand() * rand() * 120; d < 699 && d < end; d += 1 + \
		    int(-log(1 - rand()) * gap))
			printf "C%d,purchase,-%dd,%d USD\n", i, 700 - d, 5 + rand() * 50
	}
	print "Z1,purchase,-300d,4 EUR"; print "Z2,purchase,-200d,4 EUR" }' |
	crm-log -q -s mixed --add-missing person
said='crm-find: bg-nbd cannot be fitted to purchases in EUR (0 of 2 customers bought again): they have no alive, expected or clv'
is 'a condition' "$(crm-find -s mixed person clv:1.. --count 2>&1)" "0
$said"
is 'an order and a column say it once' \
	"$(crm-find -s mixed person --sort -clv -f clv,alive 2>&1 >/dev/null)" "$said"
is 'other fields do not' "$(crm-find -s mixed person -l 1 -f spent 2>&1)" \
	'{"spent":0.00,"currency":"EUR"}'
