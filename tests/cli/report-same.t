#!/bin/sh
# All reports: the same store and clock give the same bytes, whoever asks and
# wherever; as of a moment they are what they were then.
. "${0%/*}/../lib.sh"
plan 29

crm-store init
cat >"$HOME/.local/share/crm/crm.yaml" <<'EOF'
timezone: Europe/Warsaw
rates: {USD: 0.9}
quota: [{in: 2026, amount: 120000}]
sla: [{respond: 8h, solve: 40h}]
scores:
  heat: {points: [10: event what:purchase at:-30d.., 5: city:oslo]}
  chance: {learn: [source, owner]}
EOF

# Some hundred customers who come and go, deals, tickets, feedback and bills.
awk 'BEGIN { print "name,city,source,owner"
	split("oslo rome lima", c, " "); split("web fair call", s, " ")
	for (i = 0; i < 300; i++)
		print "C" i "," c[i % 3 + 1] "," s[i * 7 % 5 % 3 + 1] ",o" i % 4 }' |
	crm-add -q person
printf 'name\nLamp\nBulb\nShade\n' | crm-add -q product
awk 'function draw(n) { x = (x * 1103515245 + 12345) % 2147483648
		return int(x / 65536) % n }
	function event(who, what, day, more) {
		for (n = split(more, cell, ","); n < 10; n++)
			more = more ","
		printf "C%d,%s,%s%s\n", who, what, strftime("%Y-%m-%d", \
			day * 86400 + 1735689600, 1), more }
	BEGIN { x = 7
	print "who,what,at,amount,currency,product,doc,score,scale,by,direction,text"
	for (i = 0; i < 300; i++) {
		pace = 5 + draw(60); left = draw(4) ? 430 : 30 + draw(300)
		for (d = draw(300); d < left; d += 1 + draw(2 * pace)) {
			event(i, "purchase", d, "," 5 + draw(200) "," \
				(draw(9) ? "EUR" : "USD") "," \
				(draw(2) ? "Lamp" : "Bulb") ",O" ++doc)
			if (draw(3) == 0)
				event(i, "purchase", d, "," 5 + draw(20) \
					",EUR,Shade,O" doc)
			if (draw(4) == 0)
				event(i, "feedback", d, ",,,,," draw(11) ",nps")
			if (draw(4) == 0)
				event(i, "invoice", d, "," 50 + draw(99) ",,,F" doc)
			if (draw(9) == 0)
				event(i, "payment", d + 9, "," 50 + draw(49) ",,,F" doc)
			if (draw(5) == 0) {
				event(i, "email", d, ",,,,,,,,in,?")
				event(i, "email", d + 1, ",,,,,,,o" i % 4 ",out,!")
			}
		}
	} }' >events.csv
ok 'events' crm-log -q <events.csv
awk 'BEGIN { print "title,who,value,stage,owner,source,opened,closed,expected"
	split("new proposal negotiation won lost", s, " ")
	split("web fair call", f, " ")
	for (i = 0; i < 240; i++) printf "D%d,C%d,%d,%s,o%d,%s,2025-%02d-01,%s,%s\n",
		i, i, i * 7919 % 5000, s[i * 3 % 7 % 5 + 1], i % 4,
		f[i * 5 % 11 % 3 + 1], i % 12 + 1,
		(i * 3 % 7 % 5 > 2 ? sprintf("2026-%02d-01", i % 3 + 1) : ""),
		(i % 5 ? sprintf("2026-%02d-20", i % 6 + 2) : "") }' |
	crm-add -q deal
awk 'BEGIN { print "title,who,stage,opened"
	for (i = 0; i < 60; i++) print "K" i ",C" i "," \
		(i % 3 ? "solved" : "open") ",2026-03-" i % 14 + 1 }' |
	crm-add -q ticket
crm-add -q segment name=oslo query='person city:oslo'
crm-report list -f report -o tsv | sed 1d >reports

# every OPTIONS...: all reports in all forms.
every()
{
	while read -r name; do
		for form in jsonl tsv csv yaml table; do
			echo "== $name $form"
			crm-report "$name" -o "$form" "$@" 2>&1 </dev/null ||
				echo "status $?"
		done
	done <reports
}
every >want
is 'none fails' "$(grep -B 2 '^status' want)" ''
is 'none is empty' "$(awk '/^==/ { if (seen && !n) print name
	seen = 1; n = 0; name = $2 " " $3; next } { n++ }
	END { if (!n) print name }' want)" ''
TZ=Asia/Tokyo LC_ALL=de_DE.UTF-8 CRM_USER=somebody COLUMNS=40 every >got
same_file 'somebody else gets the same, elsewhere' want got
crm-store dump | crm-store -s copy load
CRM_STORE=$PWD/copy every >got
same_file 'so does who restored it' want got

# sides WHEN: of each report on stdin, its name if there are rows of then; and
# those of them that stand not side by side with what is now, with what was
# said: in columns NAME-then, or in those that tell rows apart.  Texts that only
# say more of a row are those of now.
sides()
{
	while read -r name; do
		crm-report "$name" --as-of "$1" -o tsv >then
		crm-report "$name" --since "$1" -o tsv >both
		awk -F'\t' -v name="$name" 'FNR == 1 { file++ }
		file == 1 && FNR == 1 { for (i = 1; i <= NF; i++) column[i] = $i; n = NF; next }
		file == 1 { row[FNR] = $1
			for (i = 2; i <= n; i++)
				if (column[i] != "reasons")
					row[FNR] = row[FNR] "\t" $i
			next }
		FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i
			for (i = 1; i <= n; i++) {
				k[i] = at[column[i] "-then"] ? at[column[i] "-then"] : at[column[i]]
				thens += at[column[i] "-then"] > 0 } next }
		{ line = $(k[1])
			for (i = 2; i <= n; i++)
				if (column[i] != "reasons")
					line = line "\t" $(k[i])
			has[line] = 1 }
		END { for (i in row) {
				rows++
				if (!(row[i] in has))
					print name " lacks: " row[i] }
			if (rows && thens)
				print name }' then both
	done 2>err
}

# Of a short time events are found by their days, else each is looked at, as it
# is for a query of events.
for in in 2025-03-09 2025-12 2025-03-30..2025-04-02 2026-01..; do
	for by in '' '--by day' '--by owner' '--by product'; do
		# shellcheck disable=SC2086
		crm-report activity --in $in $by -o tsv 2>/dev/null
	done
done >days
for in in 2025-03-09 2025-12 2025-03-30..2025-04-02 2026-01..; do
	for by in '' '--by day' '--by owner' '--by product'; do
		# shellcheck disable=SC2086
		crm-report activity --in $in $by -o tsv event has:what 2>/dev/null
	done
done >each
[ "$(wc -l <days)" -gt 60 ]
result $? "there is something on some days ($(wc -l <days))"
same_file 'by days, the same' days each

# Of few customers their events are looked up while these are few, else all are
# passed with a mark for each of them; against a join.
for query in 'C7 or C9' 'name:/C1' 'name:/C2 or name:/C3' 'city:oslo' \
	'name:nobody' 'C7 or name:/C1 or city:rome'; do
	for in in '' '--in 2025-06' '--in 2025..'; do
		# shellcheck disable=SC2086
		crm-report activity --by product $in $query -f product,events -o tsv |
			sed 1d | sort >summed
		# shellcheck disable=SC2086
		crm-find person $query -o ids >ids
		crm-find event -f product,who,day -o tsv not what:stage |
			awk -F '\t' -v when="${in#--in }" 'NR == FNR { id[$1] = 1; next }
				FNR > 1 { split($2, who, ",")
					if (who[1] in id && (when != "2025-06" || $3 ~ /^2025-06/))
						n[$1]++ }
				END { for (product in n) print product "\t" n[product] }' \
				ids - | sort >joined
		same_file "activity of $query $in" summed joined
	done
done
crm-store -s few init
# models need customers who stopped: a third bought once, another a few times
awk -F, 'NR == 1 { print "who,at,amount" }
	$2 == "purchase" && $5 == "EUR" { i = substr($1, 2)
		if (n[i]++ < (i % 3 == 1 ? 1 : i % 3 == 0 ? 2 + i % 5 : 99))
			print $1 "," $3 "," $4 }' events.csv |
	crm-log -q -s few --set what=purchase --add-missing person
printf 'churn\nclv\nmodel\n' >models
is 'models beside those of the year before' \
	"$(CRM_STORE=$PWD/few sides 2025-12-31 <models)" "$(cat models)"

# Half a year later, with more that happened.
crm-history -l 1 -o tsv | sed 1d | cut -f 1 >change
CRM_NOW=2026-09-15T12:00:00Z
export CRM_NOW
crm-log -q <<'EOF'
who,what,at,amount
C1,purchase,2026-04-01,500
C2,refund,2026-05-01,5
C3,payment,2026-06-01,70
EOF
crm-set -q d1 stage=won
crm-set -q C4 city=lima source=fair
crm-rm -q C5
crm-add -q person name=New city=oslo
every --as-of change:"$(cat change)" >got
same_file 'as of the change set before, they are what they were' want got
is 'and now they are not' "$(every >got; cmp -s want got; echo $?)" 1

# others since that change set
grep -vxF -f models reports >others
sides change:"$(cat change)" <others >got
is 'all others beside what was said then' "$(sed 30q got)" "$(cat others)"
