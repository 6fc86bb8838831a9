#!/bin/sh
# crm-store: making, checking, copying and describing stores.
. "${0%/*}/../lib.sh"
plan 92

# A small store with a bit of everything in it.
fill()
{
	cat >"$1/crm.yaml" <<-'EOF'
	timezone: Europe/Warsaw
	kinds:
	  person:
	    fields:
	      shoe-size: number
	      club: [red, blue]
	  machine:
	    letter: x
	    plural: machines
	    fields:
	      name: text
	      price: money
	      owner: {to: [person, org], many: true}
	    stages: [planned, running, scrapped: done]
	EOF
	crm-add -s "$1" org name='Acme, Inc.' city=Kraków terms=30 &&
	crm-add -s "$1" -m 'first ones' person given=Łukasz family=Żółć \
	    email=L.Zolc@Example.COM phone='+48 600 100 200' org=o1 tag=vip,b \
	    birthday=--02-29 shoe-size=42.5 club=red every=30d &&
	crm-add -s "$1" person name='রহিম "R" হোসেন' ref=shop:4711 \
	    created=2020-02-02 x-old='a\b' note="two
lines" &&
	crm-add -s "$1" machine name=M1 owner=p1 owner=o1 price=1200.5USD &&
	crm-add -s "$1" segment name=gold query='tag:vip' &&
	crm-add -s "$1" deal title=Big who=p1 value=1000 stage=new &&
	crm-set -s "$1" d1 stage=won closed=2026-02-01 &&
	crm-set -s "$1" p2 picked=s1 &&
	crm-log -s "$1" p1 purchase amount=12.50 qty=3 doc=R-1 key=k:1 \
	    at=2026-01-05T10:00:00.25Z &&
	crm-log -s "$1" p2 x-fair 'was there' &&
	crm-log -s "$1" p2 call direction=in &&
	crm-set -s "$1" e2 amount=13 &&
	crm-rm -s "$1" e4 p2
}

# init
ok 'init makes a named store' crm-store -s a init
is 'that only its owner sees' "$(stat -c %a a a/data.mdb a/crm.yaml | xargs)" \
    '700 600 600'
fails_with 73 'init refuses a store that is there' crm-store -s a init
like 'and says so' "$(cat "$tmp/err")" "there is a store at 'a'"
ok 'init makes the default store' crm-store init
ok 'with its parents' test -f "$HOME/.local/share/crm/data.mdb"
fails_with 73 'but once' crm-store init
mkdir full && touch full/x
fails_with 73 'init leaves a full directory alone' crm-store -s full init
is 'as it was' "$(ls full)" x
touch file
fails_with 73 'init leaves a file alone' crm-store -s file init
mkdir none
ok 'init takes an empty directory, with a slash' crm-store -s none/ init
ok 'and that is a store' crm-find -s none
fails_with 64 'init knows its groups' crm-store -s b --group no-such init
ok 'nothing is left of that' test ! -e b

# check
ok 'there is something to check' fill a
ok 'check finds nothing' crm-store -s a check
empty 'and says nothing' "$tmp/out"
empty 'at all' "$tmp/err"
fails_with 66 'check needs a store' crm-store -s nowhere check
crm-find -s a any -o jsonl >a.before
cp -r a bad
# a letter of a name, where it is stored
at=$(grep -obUa 'Acme, Inc.' bad/data.mdb | tail -1 | cut -d: -f1)
printf X | dd of=bad/data.mdb bs=1 seek="$at" conv=notrunc 2>/dev/null
fails_with 1 'check finds a changed letter' crm-store -s bad check
like 'and says where' "$(cat "$tmp/out")" '^[a-z]+: a wrong checksum at key [0-9a-f]+$'
empty 'on stdout alone' "$tmp/err"
fails_with 65 'a damaged store cannot be dumped' crm-store -s bad dump
ok 'without a last line' sh -c '! tail -1 "$1" | grep -q "\"end\""' - "$tmp/out"
truncate -s 8192 bad/data.mdb
fails_with 1 'check bears a file cut short' crm-store -s bad check
: >bad/data.mdb
fails_with 66 'an empty file is no store' crm-store -s bad check
cp -r a bad2
head -c 65536 /dev/urandom >bad2/data.mdb
fails_with 1 'nor are random bytes' crm-store -s bad2 check

# dump and load
ok 'dump' crm-store -s a dump
cp "$tmp/out" a.dump
ok 'load' sh -c 'crm-store -s b load <a.dump'
empty 'says nothing' "$tmp/out"
ok 'what was loaded is well' crm-store -s b check
crm-store -s b dump >b.dump
same_file 'and is the same' b.dump a.dump
crm-find -s b any -o jsonl >b.after
same_file 'to crm-find too' b.after a.before
same_file 'as is its configuration' b/crm.yaml a/crm.yaml
is 'it goes on where the other was' "$(crm-add -s b person name=N -o ids)" p3
# records as crm-find prints them, what it hides apart
sed -n 's/,"_":{[^{}]*}}$/}/p' a.dump | LC_ALL=C sort >a.plain
{ cat a.before
  grep -hE '^[{]"id":"(p2|e4)"' a.dump | sed 's/,"_":{[^{}]*}}$/}/'; } |
	LC_ALL=C sort >a.want
same_file 'a dump has what crm-find prints, and what was removed' \
    a.plain a.want
is 'a dump of an empty store loads' "$(crm-store -s none dump |
	crm-store -s none2 load 2>&1; crm-store -s none2 check; echo $?)" 0
ok 'load -n' sh -c 'crm-store -n -s c load <a.dump'
ok 'makes nothing' test ! -e c
fails_with 73 'load refuses a store that is there' \
    sh -c 'crm-store -s b load <a.dump'
# by the second one the default place is free
rm -rf "$HOME/.local"
ok 'load makes the default store' sh -c 'crm-store load <a.dump'
is 'which the others find' "$(crm-find -f name -o tsv o1 | tail -1)" \
    'Acme, Inc.'

# load: what is wrong is said with its line, and nothing stays
bad_load() # DESC STATUS MESSAGE COMMAND: prints the dump
{
	run sh -c "$4 | crm-store -s c load"
	[ "$status" -eq "$2" ] && [ ! -e c ] && [ -z "$(ls -d c.* 2>/dev/null)" ] &&
		grep -qE -e "$3" "$tmp/err"
	result $? "$1" || diag "$status: $(cat "$tmp/err")"
}
lines=$(wc -l <a.dump)
bad_load 'load wants something' 65 'stdin:1: there is no dump' :
bad_load 'and only a dump' 65 'stdin:1: this is not a dump' 'echo hello'
bad_load 'load says when it is newer' 65 \
    'stdin:1: the dump is of version 9.*upgrade' \
    'sed "1s/crm-dump\":1/crm-dump\":9/" a.dump'
bad_load 'load notices a missing end' 65 \
    "stdin:$((lines - 1)): the dump is cut short" 'sed "\$d" a.dump'
bad_load 'in a line too' 65 'stdin:[0-9]+: (column .*cut short|expected the key)' \
    'head -c 6000 a.dump'
bad_load 'load notices a missing line' 65 \
    "stdin:$((lines - 1)): lines are missing" \
    'grep -v "\"id\":\"e1\"" a.dump'
bad_load 'load notices a changed letter' 65 "stdin:$lines: the checksum" \
    'sed "s/Acme, Inc/Acne, Inc/" a.dump'
bad_load 'load notices lines in another order' 65 'stdin:[0-9]+: out of order' \
    'awk "/\"id\":\"e1\"/ { h = \$0; next } { print }
	/\"id\":\"e2\"/ { print h }" a.dump'
bad_load 'load notices a bad line' 65 'stdin:4: ' 'sed "4s/.*/{nonsense/" a.dump'
bad_load 'load notices a bad value' 65 "stdin:[0-9]+: email: .*" \
    'sed "s/\"email\":\[\"[^\"]*\"\]/\"email\":7/" a.dump'
bad_load 'load notices an unknown key' 65 'stdin:[0-9]+: ' \
    'sed "s/\"kind\":\"org\",/&\"zzz\":1,/" a.dump'
bad_load 'load notices two dumps' 65 "stdin:$((lines + 1)): " \
    'cat a.dump a.dump'
bad_load 'load notices a broken crm.yaml' 65 \
    'stdin:2: crm.yaml:1:1: unknown key' \
    'sed "2s/timezone: Europe/timezon: Europe/" a.dump'
bad_load 'load notices what is not UTF-8' 65 'stdin:[0-9]+: not UTF-8' \
    'sed "s/Acme/\xff/" a.dump'
run sh -c 'crm-store -s c load <&-'
is 'load notices a closed stdin' "$status" 74

# backup
(umask 0; crm-store -s a backup a.tar)
is 'backup says how it went' $? 0
is 'is for its owner alone, whatever the umask' "$(stat -c %a a.tar)" 600
is 'holds what a store holds' "$(tar tf a.tar | xargs)" 'data.mdb crm.yaml'
mkdir -m 700 c && tar xf a.tar -C c
ok 'which makes a store' crm-store -s c check
crm-store -s c dump >c.dump
same_file 'the same' c.dump a.dump
rm -rf c
fails_with 73 'backup replaces nothing' crm-store -s a backup a.tar
ok 'backup to a pipe' sh -c 'crm-store -s a backup - | tar tf -'
fails_with 73 'backup into nowhere' crm-store -s a backup no/where.tar
cp -r a bad3
at=$(grep -obUa 'Acme, Inc.' bad3/data.mdb | tail -1 | cut -d: -f1)
printf X | dd of=bad3/data.mdb bs=1 seek="$at" conv=notrunc 2>/dev/null
fails_with 65 'backup reads what it copied' crm-store -s bad3 backup bad3.tar
is 'and keeps no bad one' "$(ls -d bad3.* 2>/dev/null)" ''

# stat
is 'stat counts' "$(crm-store -s a stat | sed 's/,"pages":.*//' |
	grep -oE '"(person|machine|event)":[0-9]+' | xargs)" \
    'person:1 event:4 machine:1 person:1 event:1 machine:0'
crm-store -s a -o table stat >stat.out
like 'for people too' "$(cat stat.out)" '^people +1  1 removed$'
is 'and its numbers line up' "$(awk 'NR > 1 && $2 ~ /^[0-9,]+$/ {
	match($0, /[a-z ]+ +[0-9,]+/); print RLENGTH }' stat.out |
	sort -u | wc -l)" 1
is 'and the pages of each table, which are fewer than all that are used' \
    "$(crm-store -s a stat |
	sed 's/.*"pages-used":\([0-9]*\),"pages":{\([^}]*\)}.*/\1,\2/' |
	awk -F '[:,]' '{ for (i = 3; i <= NF; i += 2) { n += $i; k += ($i > 0) }
		print NF, (k > 5), (n >= k), (n < $1) }')" '21 1 1 1'
like 'which the table names' "$(cat stat.out)" '^pages +[0-9,]+  of the table story$'
fails_with 64 'stat has no other form' crm-store -s a -o yaml stat

# config
ok 'config prints what holds' crm-store -s a config
cp "$tmp/out" eff.yaml
ok 'which it takes back' crm-store -s a config eff.yaml
same_file 'unchanged' "$tmp/out" eff.yaml
printf 'timezone: UTC\nkinds:\n  person:\n    fields:\n      x: nosuch\n' \
    >new.yaml
fails_with 78 'config checks a file before it is put in place' \
    crm-store -s a config new.yaml
like 'and says where it is wrong' "$(cat "$tmp/err")" 'new.yaml:5:10: '
printf 'timezone: Europe/Warsaw\n' >new.yaml
fails_with 78 'config knows what the store needs' crm-store -s a config new.yaml
cp a/crm.yaml keep.yaml
echo 'nonsense: 1' >>a/crm.yaml
fails_with 78 'a broken crm.yaml stops the others' crm-find -s a
fails_with 78 'config says what is wrong with it' crm-store -s a config
like 'where' "$(cat "$tmp/err")" 'a/crm.yaml:[0-9]+:1: unknown key'
cp keep.yaml a/crm.yaml
ok 'config takes stdin' sh -c 'crm-store -q config - <eff.yaml'

# a field that becomes unique: the check says whose values are not
run crm-store -s uniq init
code()
{
	printf 'kinds:\n  person:\n    fields: {code: {type: text, %s: true}}\n' \
		"$1" >uniq/crm.yaml
}
code indexed
run crm-add -s uniq person name=A code=X1
run crm-add -s uniq person name=B code=x1
ok 'two with one code' crm-store -s uniq check
code unique
fails_with 1 'which may have only one' crm-store -s uniq check
is 'are named' "$(crm-store -s uniq check)" 'index: p1 and p2 have the same code'

# What needs no store needs no place for one.
printf 'currency: PLN\n' >draft.yaml
for place in CRM_STORE=/nowhere/at/all XDG_DATA_HOME=/nowhere \
	'-u HOME -u XDG_DATA_HOME'; do
	# shellcheck disable=SC2086 # options of env
	is "crm-report list: $place" \
		"$(env $place crm-report list -o csv --sort -report | sed -n 2p)" \
		'winloss,"deals won and lost, by month or by whom, what and why"'
	# shellcheck disable=SC2086
	is "crm-store config FILE: $place" \
		"$(env $place crm-store config draft.yaml | grep currency)" \
		'currency: PLN'
done
