#!/bin/sh
# The front door.
. "${0%/*}/../lib.sh"

crm-add person name=Anna tag=vip

is 'runs a program' "$(crm find person --count)" 1
is 'and leaves its options to it' "$(crm find -o tsv -f name)" "name
Anna"
fails_with 1 'its exit status is the program'\''s' crm find -e nobody
fails_with 66 '-s goes along' crm -s "$tmp/none" find
like 'which says so itself' "$(cat err)" '^crm-find: no store'
crm --store="$XDG_DATA_HOME/crm" find --count >out
is '--store too' "$(cat out)" 1
fails_with 0 '-q goes along' crm -q find person
empty 'so it is silent' out
fails_with 1 'and -q asks a question' crm -q find nobody
is 'an option behind the name is not its own' \
	"$(crm find --help | sed 1q)" "$(crm-find --help | sed 1q)"
is '-- ends its own options' "$(crm -- find --count)" 1
printf 'p1\n' | run crm find - tag:vip --count
is 'stdin is the program'\''s' "$(cat out)" 1

fails_with 64 'an unknown program' crm fnid
is 'names the nearest' "$(cat err)" \
	"crm: no such program: 'fnid' (did you mean find?)"
fails_with 64 'nothing near' crm zzzzzz
is 'points to the help' "$(cat err)" \
	"crm: no such program: 'zzzzzz' (see crm --help)"
fails_with 64 'a path is no name' crm ../bin/crm-find
fails_with 64 'nor is nothing' crm ''
fails_with 64 'an unknown option' crm --stor=x find
fails_with 64 'a missing value' crm -s

# The list: ours with what they say of themselves, then those of PATH.
mkdir own
printf '#!/bin/sh\nread -r line; echo "mine $# $1 $line"\n' >own/crm-mine
printf '#!/bin/sh\necho never\n' >own/crm-find
echo data >own/crm-data
chmod +x own/crm-mine own/crm-find
PATH=$PATH:$tmp/own
ok 'lists programs' crm
missing=
for p in "$CRM_BUILD"/bin/crm-*; do
	summary=$(printf '  %s' "${p##*/crm-}" &&
		"$p" --spec | sed -n 's/^program	[^	]*	\([^	]*\).*/ *\1/p')
	grep -qx "$summary" out || missing="$missing $p"
done
is 'each beside it with its summary' "$missing" ''
like 'and one of PATH without' "$(sed -n '/of PATH/,$p' out)" '^  mine$'
unlike 'what cannot run is none' "$(cat out)" data
is 'each once' "$(grep -c '^  find ' out)" 1
crm help >out2
same_file 'help alone lists them too' out2 out
is 'runs one of PATH, with stdin and arguments' \
	"$(echo line | crm mine '-x y')" 'mine 1 -x y line'
ln -s "$CRM_BUILD/bin/crm" door
is 'finds its own through a link' "$(PATH=/usr/bin:/bin ./door find --count)" 1

# It needs no store, no home, no environment.
ok 'an empty environment' env -i "$CRM_BUILD/bin/crm" --version
is 'is enough for the version' "$(cat out)" "crm $(crm-add --version |
	cut -d ' ' -f 2)"
ok 'and for the list' env -i "$CRM_BUILD/bin/crm"
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$tmp" # for a user whom no file knows
	nobody="env -i setpriv --reuid 54321 --clear-groups"
	# shellcheck disable=SC2086 # a list of words
	ok 'what reads no store wants no home' $nobody \
		"$CRM_BUILD/bin/crm-plot" </dev/null
	# shellcheck disable=SC2086
	fails_with 64 'what does says so' $nobody "$CRM_BUILD/bin/crm-store" stat
else
	skip 2 'only root can be a user without a home'
fi
crm >/dev/full 2>err
is 'a full disk is told' "$?" 74

# Manual pages.
if command -v man >/dev/null; then
	mkdir -p there/bin there/share/man/man1 there/share/man/man7 \
		there/share/man/man5
	cp "$CRM_BUILD/bin/crm" there/bin
	for page in man1/crm-mine.1 man7/crm-query.7 man5/crm.yaml.5; do
		title=${page##*/}
		printf '.Dd March 15, 2026\n.Dt X 1\n.Os\n.Sh NAME\n' \
			>"there/share/man/$page"
		printf '.Nm %s\n.Nd the page %s\n' "$title" "$title" \
			>>"there/share/man/$page"
	done
	gzip there/share/man/man7/crm-query.7
	for name in mine crm-mine query yaml; do
		like "help $name shows the page" \
			"$(there/bin/crm help "$name" | col -b)" \
			"the page crm.$name|the page $name"
	done
	fails_with 64 'no page and no program' there/bin/crm help nothing
else
	skip 5 'there is no man'
fi
PATH=/nonexistent fails_with 66 'no man' "$CRM_BUILD/bin/crm" help find
fails_with 64 'one page at a time' crm help find add
