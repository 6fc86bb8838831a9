#!/bin/sh
# Terms that ask of linked records, and of the kind: what is planned by an
# index is what looking at every record finds, now and in the past.
. "${0%/*}/../lib.sh"

awk 'BEGIN { print "name,city,industry"
	for (i = 1; i <= 30; i++)
		printf "Firm %d,Town %d,trade %d\n", i, i % 7, i % 3 }' |
	crm-add org -q
awk 'BEGIN { print "name,email,city,org,tag"
	for (i = 1; i <= 300; i++)
		printf "Person %d,p%d@x.example,Town %d,%s,t%d\n", i, i,
		    i % 11, i % 4 ? "o" i % 30 + 1 : "", i % 5 }' |
	crm-add person -q
crm-add product name=Beans price=5 -q
awk 'BEGIN { print "title,who,stage,value"
	for (i = 1; i <= 60; i++)
		printf "Deal %d,p%d,%s,%d\n", i, i * 5,
		    i % 3 ? "new" : "won", i * 100 }' | crm-add deal -q
awk 'BEGIN { print "who,what,at,amount,text,deal"
	for (i = 1; i <= 1500; i++)
		printf "%s,%s,2025-%02d-%02d,%s,word%d,%s\n",
		    i % 9 ? "p" i % 250 + 1 : "o" i % 30 + 1,
		    i % 2 ? "purchase" : "call", i % 12 + 1, i % 28 + 1,
		    i % 2 ? i : "", i % 13, i % 10 ? "" : "d" i % 60 + 1 }' |
	crm-log -q
crm-add segment name=west query='person city:"Town 3"' -q
crm-segment add west p5 -q
before=$(crm-store stat -o jsonl | sed 's/.*"changes":\([0-9]*\).*/\1/')
CRM_NOW=2026-03-20T12:00:00Z
# Changed since: records, their links, and what those lead to.
run crm-set p3 p14 city='Town 9'
run crm-set p20 org=o7
run crm-set o7 city='Town 0'
run crm-rm p25 o9
run crm-merge p30 p31
run crm-merge o4 o5
run crm-set e100 who=p2
crm-log -q p77 call 'one more'
crm-log -q p31 call 'of who was merged'

# same KIND TERM...: as above, with what else CRM_AS_OF says
same()
{
	for as_of in '' "--as-of change:$before" '--as-of 2026-03-16'; do
		# shellcheck disable=SC2086
		crm-find $as_of "$@" -o ids >planned
		# shellcheck disable=SC2086
		crm-find $as_of any -o ids |
			crm-find - $as_of "$@" -o ids >looked
		same_file "$* $as_of" planned looked
		some=$((some + $(wc -l <planned)))
	done
}
some=0
for kind in event any; do
	same $kind who.id:p77
	same $kind who.id:o3,p5,p31,p25
	same $kind who.id:o7
done
same deal who.id:p50
same person org.id:o3,o4,o5,o9
same person org.id:@west
same person org.city:'Town 0'
same person org.city:='Town 0'
same person org.city:/town
same person 'org.name:~^Firm 1.$'
same person org.industry:'trade 1' city:'Town 4'
same person org.kind:org
same person org.kind:person
same event who.city:'Town 9'
same event who.org.city:'Town 0'
same event who.org.id:o7,o8
same event who.tag:t3 what:purchase
same event who.email:p7@x.example or who.id:p8
same event deal.stage:won
same event deal.who.city:'Town 5'
same event who.spent:2000..
same event who.bought:g1
same event who.id:p77 not what:call
same event not who.id:p77
same event who.id:@west
same event has:deal
same event has:deal what:purchase
same event no:deal
same event has:product
same person has:org city:'Town 9'
same any has:org
same person no:org has:tag
same deal has:who
same any who.city:'Town 2' kind:deal
same any kind:event who:p77
for t in kind:person kind:=org kind:/e 'kind:~^(deal|task)$' kind:nothing \
    kind:person,deal; do
	same any "$t"
	same person "$t"
done

# joined KIND LINK TERM: what links so to those that the term finds, by a join
joined()
{
	for as_of in '' "--as-of change:$before" '--as-of 2026-03-16'; do
		# shellcheck disable=SC2086
		crm-find $as_of any "$3" -o ids >targets
		# shellcheck disable=SC2086
		crm-find $as_of "$1" "$2.$3" -o ids >found
		# shellcheck disable=SC2086
		crm-find $as_of "$1" -f "id,$2" -o tsv |
			awk -F '\t' 'NR == FNR { want[$1] = 1; next }
				FNR > 1 { n = split($2, to, ",")
					for (i = 1; i <= n; i++)
						if (to[i] in want) {
							print $1
							break
						} }' targets - >wanted
		same_file "$1 $2 $3, joined $as_of" found wanted
		some=$((some + $(wc -l <found)))
	done
}
joined event who 'email:~[13579]@'
joined event who stage:lead
joined event who 'org.name:~[2468]$'
joined event who spent:500..
joined event who 'tag:~[13]'
joined person org 'name:~[13579]$'
joined deal who 'org.name:~[2468]$'
[ "$some" -gt 10000 ]
result $? "there was something to find ($some)"

# sorted by what is linked to, against the sorting of another program
for as_of in '' "--as-of change:$before"; do
	for by in who.name who.org.city; do
		# shellcheck disable=SC2086
		crm-find $as_of event -f $by,id -o tsv | sed 1d |
			awk -F '\t' '{ print ($1 == "") "\t" $0 }' |
			LC_ALL=C sort -s -t "$(printf '\t')" -k 1,1 -k 2,2 |
			cut -f 2- >sorted
		# shellcheck disable=SC2086
		crm-find $as_of event -f $by,id --sort $by -o tsv |
			sed 1d >ours
		same_file "sorted by $by $as_of" ours sorted
	done
done
[ "$(cut -f 1 <ours | uniq | wc -l)" -gt 5 ]
result $? 'there are several cities'

is 'the plan is by an index' "$(crm-find event who.id:p77 --explain)" \
    'events: 6 by index, look at each'
is 'of both links' "$(crm-find person org.city:'Town 3' --explain |
    grep -c 'by index, look at each')" 1
is 'other kinds are not looked at' \
    "$(crm-find any kind:person --explain | grep 'look at all')" \
    'people: look at all of them'
plan "$tests_run"
