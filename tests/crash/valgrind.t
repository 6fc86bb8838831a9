#!/bin/sh
# Each program once under valgrind; "make check-slow" runs the unit tests so.
. "${0%/*}/../lib.sh"
need valgrind
[ -x "$CRM_BUILD/crash/crm-add" ] || skip_all 'not built: make crash-tools'
. "$top/tests/crash/valgrind.sh"

CRM_STORE=$tmp/s
export CRM_STORE
cat >people <<'END'
name,email,city,tag
Łukasz Żak,luk@x.example,Kraków,vip
মিতালী বেগম,mit@x.example,ঢাকা,vip
Béla Kovács,bela@x.example,Győr,
END
cat >events <<'END'
who,what,at,amount,doc,text
luk@x.example,purchase,2026-01-02,12.50,R-1,two lamps
mit@x.example,invoice,2026-02-03,99,R-2,
bela@x.example,call,2026-03-01,,,asks for chairs
END
# clean STATUS COMMAND...: that status, and nothing from valgrind
clean()
{
	clean_want=$1
	clean_name=$2
	shift 2
	run under_valgrind "$CRM_BUILD/crash/$clean_name" "$@"
	[ $status -eq "$clean_want" ] && ! [ -s "$tmp/valgrind.log" ]
	result $? "$clean_name $*" || {
		tell_run "$clean_name" "$@"
		sed 30q "$tmp/valgrind.log" | diag
	}
}
clean 0 crm-store init
clean 0 crm-add person <people
clean 0 crm-log <events
clean 0 crm-log --stream -o ids <events
clean 0 crm-add person --key email -o jsonl <people
clean 0 crm-set p1 city=Gdynia tag+=a tag-=vip
clean 0 crm-rm p3 e2
clean 0 crm-undo
clean 1 crm-undo 1
clean 65 crm-set p9 city=x
clean 64 crm-find nosuch:1
clean 65 crm-add person name=x org=Nobody
clean 0 crm-segment define big person spent:1..
clean 0 crm-segment members big
clean 0 crm-find any 'Gdynia' or city:~K -o table
clean 0 crm-find event who:p1 text:lamps -f day,who.name,amount --sort -amount
clean 0 crm-find person @big not tag:x --explain
clean 0 crm-show luk@x.example
clean 0 crm-history -o table
clean 0 crm-report revenue --by month
clean 0 crm-report rfm
clean 0 crm-store check
clean 0 crm-store stat
clean 0 crm-store backup b.tar
clean 0 crm-store -s t restore b.tar
clean 0 crm-store dump
cp "$tmp/out" d
clean 0 crm-store -s u load <d
clean 0 crm-store compact
dd if=/dev/zero of=s/data.mdb bs=4096 seek=9 count=1 conv=notrunc 2>/dev/null
clean 1 crm-store check
# it can fail
cat >bad.c <<'END'
#include <stdlib.h>
int main(void) { char *p = malloc(3); return p[1] == 'x' ? 0 : 1; }
END
if command -v cc >/dev/null && cc -O0 -o bad bad.c; then
	fails_with 99 'an error is told' under_valgrind ./bad
else
	skip 1 'no cc'
fi
