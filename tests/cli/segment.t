#!/bin/sh
# crm-segment: saved queries, hand-picked lists, both; what @ means in a query.
. "${0%/*}/../lib.sh"
plan 60

for n in Anna Bob Carla Dan; do crm-add person name=$n; done
crm-set Anna Bob tag=x
crm-set Carla Dan tag=y

# members NAME WANT
members()
{
	is "members of $1: $2" "$(crm-segment members "$1" -f name -o tsv | sed 1d | tr '\n' ' ')" "$2"
}

ok 'define' crm-segment define xs person tag:x
members xs 'Anna Bob '
ok 'add by hand' crm-segment add xs Carla
members xs 'Anna Bob Carla '
ok 'remove: it stays out whatever the query says' crm-segment remove xs Anna
members xs 'Bob Carla '
ok 'who is no member is kept out too' crm-segment remove xs Dan
crm-set Dan tag+=x
members xs 'Bob Carla '
is 'barred: finds them' "$(crm-find barred:xs -f name -o tsv | sed 1d | tr '\n' ' ')" 'Anna Dan '
crm-set Dan tag-=x
ok 'and until added again' crm-segment add xs Dan
members xs 'Bob Carla Dan '
crm-segment remove xs Dan
crm-set Dan barred-=xs
ok 'another query' crm-segment define xs person tag:x or name:dan
members xs 'Bob Carla Dan '
ok 'add again' crm-segment add xs Anna
members xs 'Anna Bob Carla Dan '
ok 'a list by hand' sh -c 'crm-find person tag:y | crm-segment add hand -'
members hand 'Carla Dan '
is 'its query is itself' "$(crm-segment show hand)" @hand
is 'show can be pasted' "$(crm-segment show xs)" 'person tag:x or name:dan'
ok 'words that need quotes' crm-segment define q 'name:Anna Nowak' or note:'it'\''s "so"'
is 'have them' "$(crm-segment show q)" "'name:Anna Nowak' or \"note:it's \\\"so\\\"\""
is 'and are read so again' "$(eval "crm-find $(crm-segment show q) --count")" 0
is 'and' "$(crm-find @xs @hand -f name -o tsv | sed 1d | tr '\n' ' ')" 'Carla Dan '
is 'or' "$(crm-find @hand or tag:x --count)" 4
is 'not' "$(crm-find @xs not @hand -f name -o tsv | sed 1d | tr '\n' ' ')" 'Anna Bob '
is 'in a pipe' "$(crm-find @xs | crm-find - not @hand -o ids | tr '\n' ' ')" 'p1 p2 '
crm-log Bob call
crm-log Dan call
is 'who:@segment' "$(crm-find event who:@hand -f who.name -o tsv | sed 1d)" Dan
ok 'segments within segments' crm-segment define both @xs @hand
members both 'Carla Dan '
fails_with 65 'not in circles' crm-segment define xs person @both
members xs 'Anna Bob Carla Dan '
fails_with 65 'nor through itself' crm-segment define xs @xs
fails_with 65 'one that another names stays' crm-segment delete xs
like 'and says which' "$(cat err)" "part of the segment 'both'"
ok 'deleted' crm-segment delete both
fails_with 65 'it is gone' crm-segment members both
is 'its members are not' "$(crm-find person --count)" 4
is 'the list' "$(crm-segment list -f name,query -o tsv)" "name	query
xs	person tag:x or name:dan
hand	
q	'name:Anna Nowak' or \"note:it's \\\\\"so\\\\\"\""

fails_with 65 'names are small letters, digits and -' crm-segment define Big person
fails_with 65 'and not empty' crm-segment define '' person
fails_with 65 'nor an id of one' crm-segment define s7 person
ok 'but that of another kind is no id here' crm-segment define g7 tag:x
members g7 'Anna Bob '
fails_with 64 'a wrong query' crm-segment define w cty:x
is 'with a caret' "$(sed -n 2,3p err)" '  cty:x
  ^~~'
fails_with 64 'an unknown command' crm-segment members-of xs
fails_with 65 'somebody who is not there' crm-segment add xs nobody
fails_with 65 'a segment that is not there' crm-segment remove nosuch Anna
is 'nothing was made by that' "$(crm-segment list -o ids | wc -l | tr -d ' ')" 4
# however a segment is written, it holds a query
run crm-segment define rome city:Rome
fails_with 65 'a query that is none' crm-set rome query='((('
fails_with 65 'of a segment that is none' crm-add segment name=lost query=@nowhere
printf '{"name":"x1","query":"citi:Rome"}\n{"name":"x2","query":"@rome"}\n' |
	crm-add segment --skip-bad -f name 2>err >out
is 'in a stream too' "$(cat out err)" '{"name":"x2"}
crm-add: stdin:1: query: unknown field '"'citi' (did you mean 'city'?)"

# as it was
crm-segment define since person tag:x
n=$(crm-history -l 1 -o tsv | sed -n '2s/	.*//p')
crm-segment define since person tag:y
crm-segment add since Anna
is 'members as of a change' "$(crm-segment members since --as-of "change:$n" -f name -o tsv | sed 1d | tr '\n' ' ')" 'Anna Bob '
is 'and now' "$(crm-segment members since -f name -o tsv | sed 1d | tr '\n' ' ')" 'Anna Carla Dan '
is 'the query too' "$(crm-segment show since --as-of "change:$n")" 'person tag:x'
is 'before it was' "$(crm-segment list --as-of "change:$((n - 1))" | grep -c '"since"')" 0
fails_with 65 'nobody was in it then' crm-segment members since --as-of "change:$((n - 1))"
fails_with 64 'what writes has no past' crm-segment add since Bob --as-of "change:$n"
like 'which is said' "$(cat err)" "'add' has no --as-of"
fails_with 65 'a date to come' crm-segment members since --as-of 2099-01-01
