#!/bin/sh
# A store for a group: two users of one machine, and one who is not of it.
. "${0%/*}/../lib.sh"
plan 19

if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null ||
    ! grep -q '^users:' /etc/group; then
	skip 19 'needs root, setpriv and the group users'
	exit 0
fi
gid=$(awk -F: '$1 == "users" { print $3 }' /etc/group)
# Two users that differ in everything but that group, and a stranger.
ann() { setpriv --reuid=64101 --regid=64101 --groups="$gid" "$@"; }
bob() { setpriv --reuid=64102 --regid=64102 --groups="$gid" "$@"; }
eve() { setpriv --reuid=64103 --regid=64103 --clear-groups "$@"; }

# Programs and a place that they can reach.
chmod 755 "$tmp"
mkdir bin && cp "$(command -v crm-store)" "$(command -v crm-add)" \
    "$(command -v crm-set)" "$(command -v crm-find)" bin
chmod -R a+rX bin
PATH=$tmp/bin:$PATH
mkdir -m 1777 team
chmod 1777 team

(umask 077; ann crm-store -s team/s --group users init)
is 'a group gets a store' $? 0
is 'which is open to it, whatever the umask' \
    "$(stat -c '%a %g' team/s team/s/* | sort -u | xargs)" \
    "2770 $gid 660 $gid"
ok 'the other user can write' bob crm-add -s team/s person name=Bob
ok 'the first one too' ann crm-add -s team/s person name=Ann
ok 'they change what the other wrote' bob crm-set -s team/s Ann city=Kraków
is 'and see it' "$(ann crm-find -s team/s -f city -o tsv Ann | tail -1)" Kraków
fails_with 77 'a stranger sees nothing' eve crm-find -s team/s
fails_with 77 'nor can check it' eve crm-store -s team/s check
fails_with 77 'nor see how it is set up' eve crm-store -s team/s config
ok 'both can check' bob crm-store -s team/s check
rm -f team/s/lock.mdb
ok 'the lock file is made anew by one' bob crm-find -s team/s
ok 'for the other' ann crm-add -s team/s person name=More
bob crm-store -s team/s dump >team.dump
ok 'load makes such a store too' \
    sh -c 'setpriv --reuid=64101 --regid=64101 --groups="$1" \
	crm-store -s team/l --group users load <team.dump' - "$gid"
ok 'which the other can write' bob crm-add -s team/l person name=Bob2
fails_with 77 'who is not of the group cannot give it a store' \
    eve crm-store -s team/e --group users init
is 'nothing is left of that' "$(ls -d team/e* 2>/dev/null)" ''
is 'a backup is for its owner alone' \
    "$(bob crm-store -s team/s backup team/b.tar; stat -c %a team/b.tar)" 600
chmod 755 team
fails_with 77 'who may not write beside the store' bob crm-store -s team/s compact
like 'is told what cannot be made' "$(cat err)" "cannot make '.*/s\.unfinished-.*Permission denied"
chmod 1777 team
