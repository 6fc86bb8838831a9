#!/bin/sh
# Output that is taken slowly: others write, and what comes next is of the
# store as it is by then.
. "${0%/*}/../lib.sh"
plan 12

awk 'BEGIN { print "name\tcity"; for (i = 1; i <= 6000; i++)
	printf "Somebody with the number %d\tLübeck\n", i }' >people.tsv
mkfifo pipe
tab=$(printf '\t')

# meanwhile ARGUMENT...: the store is changed after the first records were
# printed; what comes is in lines
meanwhile()
{
	rm -rf s
	crm-store -s s init
	crm-add -s s person <people.tsv
	crm-find -s s person city:Lübeck -f id,name -o tsv "$@" >pipe &
	exec 3<pipe
	head -c 1 <&3 >first
	crm-set -s s --wait 1 p5999 name='New name' &&
	    crm-set -s s p5998 city=Kiel && crm-rm -s s p5997 &&
	    crm-add -s s person name=Late city=Lübeck
	wrote=$?
	cat <&3 >rest
	exec 3<&-
	wait $!
	is "others write while it waits $*" "$wrote $?" '0 0'
	cat first rest | sed 1d >lines
	is 'each record comes once' "$(cut -f 1 lines | sort | uniq -d)" ''
}
changed() { grep "^p599[789]$tab" lines | sort | tr '\t' ' '; }

meanwhile
is 'what was changed is as it is by then, if it matches' "$(changed)" \
    'p5999 New name'
is 'all others are there' "$(grep -c 'Somebody with' lines)" 5997

meanwhile --sort name
is 'with --sort those come that matched in the beginning' \
    "$(changed | cut -d ' ' -f 1 | xargs)" 'p5997 p5998 p5999'
is 'and who came later does not' "$(grep -c Late lines)" 0

meanwhile --as-of change:1
is 'with --as-of all is as it was' "$(changed)" \
    'p5997 Somebody with the number 5997
p5998 Somebody with the number 5998
p5999 Somebody with the number 5999'
is 'to the last' "$(wc -l <lines)" 6000
