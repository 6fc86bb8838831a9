#!/bin/sh
# --map '*=': columns that nothing is said of are dropped.
. "${0%/*}/../lib.sh"
plan 15

cat >in.csv <<'END'
First Name,Last Name,email,Photo,File As,city
Anna,Nowak,anna@x.example,x.png,Nowak,Oslo
END
fails_with 65 'unknown columns are bad data' \
	crm-add person --map 'First Name=given,Last Name=family' <in.csv
like 'and the message says how to drop them' "$(cat err)" "'\*=' drops all such"
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

# several at once, with a map to copy
cat >odd.csv <<'END'
name,"Price, net",a=b,Emial,It's,Ünit,back\slash
Ada,1,2,3,4,5,6
END
fails_with 65 'all unknown columns' crm-add person <odd.csv
is 'in one message' "$(cat err)" "crm-add: stdin:1: no fields of people: 'Price, net', 'a=b', 'Emial' (email?), 'It's', 'Ünit', 'back\\slash'; '*=' drops all such, this keeps them: --map 'Price\\, net=x-price-net,a\\=b=x-a-b,Emial=x-emial,It'\\''s=x-it-s,Ünit=x-nit,back\\\\slash=x-back-slash'
crm-add: nothing was written"
sed -n "1s/.*\(--map '.*'\)\$/crm-add person \1 -o jsonl <odd.csv/p" err >copied.sh
is 'whose map works as it is' "$(sh copied.sh | sed 's/.*\("x-price.*\),"created.*/\1/')" \
	'"x-price-net":"1","x-a-b":"2","x-emial":"3","x-it-s":"4","x-nit":"5","x-back-slash":"6"'
printf 'a=b,c\nEve,x\n' >equals.csv
is 'the last = counts' "$(crm-add person --map 'a=b=name,c=' -f name <equals.csv)" '{"name":"Eve"}'
printf '"a=b,c";e\nIda;x\n' >both.csv
is 'a backslash keeps = and , in a name' "$(crm-add person --map 'a=b\,c=name,e=' -f name <both.csv)" '{"name":"Ida"}'
fails_with 64 'a name alone is no map' crm-add person --map 'a\=b' <equals.csv

# several columns make one name of a system
crm-add person name=Shop ref=shop:1 -o ids >/dev/null
printf 'Id,Day,No\nshop:1,2026-03-02,7\nshop:1,2026-03-03,bank:8\nshop:1,,9\n' \
	>bank.csv
is 'a system is said once' "$(crm-log --set what=payment --set amount=1 -f key \
	--map Id=who,Day=key:bank,No=key:bank <bank.csv)" \
	'{"key":"bank:2026-03-02 7"}
{"key":"bank:2026-03-03 8"}
{"key":"bank:9"}'
is 'each of several once' "$(crm-log --set what=payment --set amount=1 -f key \
	--map Id=who,Day=key:bank,No=key:no <bank.csv)" \
	'{"key":"bank:2026-03-02 no:7"}
{"key":"bank:2026-03-03 no:bank:8"}
{"key":"no:9"}'
