#!/bin/sh
# Hooks: programs in the store's hooks/ that see every change, and may refuse
# it.
. "${0%/*}/../lib.sh"
need jq
CRM_STORE=$tmp/store
export CRM_STORE
crm-store init
hooks=$CRM_STORE/hooks
mkdir "$hooks"

# hook NAME <SCRIPT
hook()
{
	{
		printf '#!/bin/sh\ntmp=%s\n' "$tmp"
		cat
	} >"$hooks/$1"
	chmod 755 "$hooks/$1"
}

count()
{
	crm-find any --count
}

# What they read.
hook before-change <<'END'
cat >"$tmp/before"
env | sort >"$tmp/env"
pwd >"$tmp/pwd"
crm-find person --count >"$tmp/seen"
END
hook after-change <<'END'
cat >"$tmp/after"
crm-find person --count >"$tmp/seen-after"
END
ok 'a change goes through' crm-add person name=Anna city=Łódź -m 'at the fair'
empty 'without a word' err
is 'what is added, with all its fields' "$(cat before)" \
	'{"id":"p1","what":"added","fields":[{"field":"name","new":"Anna"},{"field":"city","new":"Łódź"},{"field":"stage","new":"lead"}]}'
same_file 'told before and after' after before
is 'before: the store is as it was' "$(cat seen)" 0
is 'after: it is done' "$(cat seen-after)" 1
is 'it begins in its directory' "$(cat pwd)" "$hooks"
sed '/^PWD=/d; /^_=/d; s/^CRM_HOOK_STORE=[0-9]*:[0-9]*$/CRM_HOOK_STORE=D:I/' \
	env >got
cat >want <<END
CRM_CHANGE=1
CRM_COMMAND=crm-add
CRM_HOOK=before-change
CRM_HOOK_STORE=D:I
CRM_MESSAGE=at the fair
CRM_NOW=$CRM_NOW
CRM_STORE=$CRM_STORE
CRM_USER=tester
HOME=$HOME
LC_ALL=C
PATH=$CRM_BUILD/bin:/usr/local/bin:/usr/bin:/bin
TZ=UTC
END
sort want >want.sorted
same_file 'this is its environment' got want.sorted
ok 'of a change' crm-set p1 city=Kraków street=Rynek
is 'what was and what is' "$(cat after)" \
	'{"id":"p1","what":"changed","fields":[{"field":"street","new":"Rynek"},{"field":"city","old":"Łódź","new":"Kraków"}]}'
is 'as crm-history has it' "$(cat after)" \
	"$(crm-history -o jsonl -l 1 | jq -c '.changed[]')"
crm-log p1 purchase amount=5
is 'and what follows from it' "$(jq -r '.id + " " + .what' after)" 'e1 added
e2 added
p1 changed'
crm-rm p1
is 'removed' "$(jq -r '.id + " " + .what' after)" 'p1 removed'
crm-undo
is 'restored' "$(jq -r '.id + " " + .what' after)" 'p1 restored'
crm-segment define all person
is 'a segment is a record' "$(jq -r .id after)" s1
crm-add person name=Anna city=Kraków
crm-merge p1 p2
like 'a merge is a change' "$(jq -r '.id + " " + .what' after)" '^p2 removed'
rm after
ok 'nothing changes, nobody is told' crm-set p1 city=Kraków
[ ! -e after ]
result $? 'as there is nothing to tell'
rm -f before
ok 'a dry run' crm-set -n p1 city=Lund
[ -e before ] && [ ! -e after ]
result $? 'is asked about and not told of'
like 'and the hook knows' "$(cat env)" '^CRM_DRY_RUN=1$'
printf '%s\n' '{"kind":"person","name":"A"}' '{"kind":"person","name":"B"}' |
	crm-add
is 'an import is one change' "$(jq -r .id before | tr '\n' ' ')" 'p3 p4 '
crm-rm --erase p4 2>/dev/null
is 'an erasure is told' "$(cat after)" \
	'{"id":"p4","what":"erased","fields":[]}'
like 'and not asked about' "$(cat before)" '"p3"'
(
	cd store && CRM_STORE=. crm-set p3 city=Lund
)
like 'a store named from where one is has its whole name' "$(cat env)" \
	"^CRM_STORE=$tmp/store/.\$"

# Many records, more than a pipe holds; and a hook that reads nothing.
yes '{"kind":"org","name":"A name that is rather long, to fill a pipe"}' |
	head -5000 >many
ok 'a large change' crm-add -i jsonl <many
is 'is told whole' "$(grep -c '^{"id":"o[0-9]*","what":"added".*}$' before)" \
	5000
hook before-change <<'END'
exit 0
END
ok 'a hook need not read' crm-add -i jsonl <many

# Refusing.
hook before-change <<'END'
echo 'on standard output'
echo 'on standard error' >&2
exit 3
END
rm after
was=$(count)
fails_with 77 'a refusal' crm-add person name=Piotr -o ids
is 'says what the hook says' "$(cat err)" 'on standard output
on standard error
crm-add: refused by hooks/before-change (exit status 3): nothing was written'
empty 'and prints nothing' out
is 'nothing is written' "$(count)" "$was"
[ ! -e after ]
result $? 'nor told of'
fails_with 77 'the same in a dry run' crm-add -n person name=Piotr
fails_with 77 'a large one' crm-add -i jsonl <many
is 'nothing of it is written' "$(count)" "$was"
fails_with 77 'of a removal' crm-rm p1
fails_with 77 'of an undo' crm-undo
ok 'the store is sound' crm-store check
ok 'hooks can be left out' crm-set --no-hooks p1 city=Malmö
like 'which the history keeps' "$(crm-history -l 1 -o jsonl)" 'no-hooks'
is 'it was written' "$(crm-find p1 -f city -o tsv | tail -1)" 'Malmö'
hook before-change <<'END'
kill -9 $$
END
fails_with 77 'a hook that crashed' crm-set p1 city=Lund
like 'says so' "$(cat err)" 'ended by signal 9'
printf 'no program\n' >"$hooks/before-change"
fails_with 75 'one that is no program' crm-set p1 city=Lund
like 'says so' "$(cat err)" 'cannot start before-change: Exec format error'

# Time.
echo 'hooks: 1' >"$CRM_STORE/crm.yaml"
hook before-change <<'END'
sleep 60 & echo $! >"$tmp/pid"
trap '' TERM
wait
sleep 60
END
fails_with 75 'one that takes too long is stopped' crm-set p1 city=Lund
like 'and says so' "$(cat err)" \
	'hooks/before-change took more than 1 s: nothing was written'
! kill -0 "$(cat pid)" 2>/dev/null
result $? 'what it started is stopped, too'
hook before-change <<'END'
exec sleep 60
END
fails_with 75 'one that does not read either' crm-add -i jsonl <many
is 'nothing is written' "$(crm-find p1 -f city -o tsv | tail -1)" 'Malmö'

hook before-change <<'END'
echo $$ >"$tmp/pid.new"
mv "$tmp/pid.new" "$tmp/pid"
exec sleep 60
END
rm pid
crm-set p1 city=Lund 2>/dev/null &
writer=$!
until [ -e pid ]; do
	sleep 0.05
done
kill -TERM "$writer"
wait "$writer" 2>/dev/null
is 'a signal ends the program' $? 143
tries=0
while kill -0 "$(cat pid)" 2>/dev/null && [ $tries -lt 50 ]; do
	sleep 0.05
	tries=$((tries + 1))
done
! kill -0 "$(cat pid)" 2>/dev/null
result $? 'and the hook with it'
is 'nothing is written' "$(crm-find p1 -f city -o tsv | tail -1)" 'Malmö'

# The hook and the store.
hook before-change <<'END'
crm-set p1 city=Lund
echo $? >"$tmp/status"
CRM_STORE=$tmp/other crm-add person name=Witness
crm-store check -q
END
crm-store init -s "$tmp/other"
ok 'a hook that wants to write' crm-set p3 city=Turku
is 'may not' "$(cat status)" 69
like 'and is told why' "$(cat err)" '^crm-set: hooks/before-change is being asked'
is 'elsewhere it may' "$(crm-find -s other person --count)" 1
rm "$hooks/before-change"
hook after-change <<'END'
cat >>"$tmp/told"
crm-log p1 note "changed by $CRM_COMMAND"
exit 1
END
ok 'a hook that writes after a change, and fails' crm-set p3 city=Oulu
is 'is said' "$(cat err)" \
	'crm-set: hooks/after-change failed (exit status 1); the change was written'
is 'it wrote' "$(crm-find event text:~crm-set -f text -o tsv | tail -1)" \
	'changed by crm-set'
is 'and was not told of that' "$(jq -r .id told)" p3
rm "$hooks/after-change"

# Trust.
hook before-change <<'END'
exit 0
END
ln -s before-change "$hooks/after-change"
fails_with 77 'a link is not followed' crm-set p1 city=Lund
is 'and it is said' "$(cat err)" \
	'crm-set: hooks/after-change is not run: it is not a file (links are not followed)'
rm "$hooks/after-change"
chmod g+w "$hooks/before-change"
fails_with 77 'a file that others may write' crm-set p1 city=Lund
like 'is told' "$(cat err)" 'before-change is not run: others may write to it'
chmod 644 "$hooks/before-change"
fails_with 77 'one that is not executable' crm-set p1 city=Lund
like 'is told' "$(cat err)" 'not executable'
chmod 755 "$hooks/before-change"
chmod o+w "$hooks"
fails_with 77 'a directory that others may write' crm-set p1 city=Lund
like 'is told' "$(cat err)" '^crm-set: hooks is not run: others may write to it'
chmod 755 "$hooks"
ok 'all is well again' crm-set p1 city=Lund
if [ "$(id -u)" -eq 0 ]; then
	chown 65534 "$hooks/before-change"
	fails_with 77 'a file of somebody else' crm-set p1 city=Malmö
	like 'is told' "$(cat err)" 'belongs to another user'
	chown 0 "$hooks/before-change"
else
	skip 2 'only root can give files away'
fi
mv "$hooks" "$tmp/away"
ln -s "$tmp/away" "$hooks"
fails_with 77 'a link to a directory' crm-set p1 city=Ystad
rm "$hooks"
mv "$tmp/away" "$hooks"

# Copies.
mkdir "$CRM_STORE/told"
touch "$CRM_STORE/told/x"
crm-store backup "$tmp/copy.tar"
is 'a backup has neither hooks nor what was told' \
	"$(tar tf "$tmp/copy.tar" | sort | tr '\n' ' ')" 'crm.yaml data.mdb '
crm-store compact
[ -x "$hooks/before-change" ] && [ -e "$CRM_STORE/told/x" ]
result $? 'they stay where data is written anew'
crm-store restore --replace "$tmp/copy.tar"
[ -x "$hooks/before-change" ] && [ -e "$CRM_STORE/told/x" ]
result $? 'and where it is replaced'
hook before-change <<'END'
exit 1
END
fails_with 77 'and the hooks hold' crm-set p1 city=Ystad
rm -r "$hooks"

# What it costs where there are none.
if command -v strace >/dev/null; then
	strace -f -o trace crm-set p1 city=Ystad
	is 'one look, where there is none' "$(grep -c '"hooks"' trace)" 1
	strace -f -o trace crm-find p1 >/dev/null
	is 'none, who only reads' "$(grep -c '"hooks"' trace)" 0
else
	skip 2 'there is no strace'
fi
plan "$tests_run"
