#!/bin/sh
# --map '*=': columns that nothing is said of are dropped.
. "${0%/*}/../lib.sh"
plan 7

cat >in.csv <<'END'
First Name,Last Name,email,Photo,File As,city
Anna,Nowak,anna@x.example,x.png,Nowak,Oslo
END
fails_with 65 'unknown columns are bad data' \
	crm-add person --map 'First Name=given,Last Name=family' <in.csv
like 'and the message says how to drop them' "$(cat err)" "'\*=' all such"
ok 'or are dropped' crm-add person \
	--map 'First Name=given,Last Name=family,*=' <in.csv
is 'what is a field is kept' "$(crm-find -f name,email,city -o tsv)" \
	'name	email	city
Anna Nowak	anna@x.example	Oslo'
ok 'it may be that none is left to drop' crm-add person --map '*=' --key email \
	-f name <<'END'
name,email
Anna N.,anna@x.example
END
printf '%s\n' '{"name":"B","nmae":"x"}' >in.jsonl
ok 'JSON Lines too' crm-add person --map '*=' <in.jsonl
fails_with 64 'an asterisk goes nowhere' crm-add person --map '*=zzz' <in.csv
