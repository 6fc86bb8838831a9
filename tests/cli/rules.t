#!/bin/sh
# Rules as shell loops over the feed, as crm-recipes(7) has them: a signal ends
# one, and it goes on where it was.
. "${0%/*}/../lib.sh"
need jq
plan 5

export CRM_STORE=$tmp/store
crm-store init
cat >rule <<'EOF'
#!/bin/sh
# tag who won a deal; the feed and the loop end together
trap 'kill $feed 2>/dev/null; exit 143' TERM
[ -f at ] || echo 0 >at
rm -f pipe && mkfifo pipe
crm-history --follow --since "change:$(cat at)" >pipe &
feed=$!
while IFS= read -r set; do
	printf '%s\n' "$set" | jq -r '.changed[] | select(any(.fields[]?;
	    .field == "stage" and .new == "won")).id' |
		while read -r id; do
			crm-find "$id" --get who | crm-set - tag+=buyer
			echo "$id" >>dealt
		done
	printf '%s\n' "$set" | jq .change >new && mv new at
done <pipe
EOF
: >dealt
# dealt N: wait until so many are
dealt()
{
	i=0
	while [ "$(wc -l <dealt)" -lt "$1" ] && [ $i -lt 200 ]; do
		i=$((i + 1))
		sleep 0.05
	done
	wc -l <dealt
}
for i in 1 2 3; do
	run crm-add person name="Person $i" email=p$i@x.example
	run crm-add deal title="Deal $i" who=p$i@x.example value=1
done
sh rule &
pid=$!
run crm-set d1 stage=won
is 'a rule is done' "$(dealt 1)" 1
kill -TERM $pid
wait $pid
is 'a signal ends it' $? 143
run crm-set d2 stage=won
run crm-set d3 stage=won
sh rule &
pid=$!
i=0
while ! grep -q d3 dealt && [ $i -lt 200 ]; do
	i=$((i + 1))
	sleep 0.05
done
is 'what came meanwhile is dealt with' "$(sort -u dealt | xargs)" 'd1 d2 d3'
i=0
while [ "$(crm-find tag:buyer --count)" != 3 ] && [ $i -lt 100 ]; do
	i=$((i + 1))
	sleep 0.05
done
is 'all have the tag' "$(crm-find tag:buyer --count)" 3
kill -TERM $pid
wait $pid
is 'and it ends again' $? 143
