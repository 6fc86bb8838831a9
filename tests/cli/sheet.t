#!/bin/sh
# -o sheet: no cell is a formula for a spreadsheet; -o csv is as it always was.
. "${0%/*}/../lib.sh"
plan 8

crm-add person name='=HYPERLINK("http://x","y")' phone=+48301234567 note='a=b'
crm-add person name='@SUM(1)' note='-1+2'
crm-add person name='+cmd|calc' note='plain, with a comma'
crm-add person name='-Anna' birthday=--02-29
crm-log p4 purchase '=1+1' amount=-5.50 qty=-2
crm-add person -f name <<END >/dev/null
{"name":"last","note":"\u0009=1"}
END
is 'formulas are text' "$(crm-find person p1 -f name,phone,note -o sheet | sed 1d)" \
	"\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",'+48301234567,a=b"
is 'of every beginning' "$(crm-find person -f name -o sheet | sed '1,2d')" \
	"'@SUM(1)
'+cmd|calc
'-Anna
last"
is 'dates too' "$(crm-find p4 -f birthday -o sheet | sed 1d)" "'--02-29"
is 'numbers are numbers' "$(crm-find event what:purchase -f amount,qty,text -o sheet | sed 1d)" \
	"-5.50,-2,'=1+1"
is 'a text that begins elsewhere is left alone' \
	"$(crm-find p3 -f note -o sheet | sed 1d)" '"plain, with a comma"'
is 'in reports' "$(crm-report customers -o sheet | grep -c "'-Anna")" 1
is 'CSV is as it was' "$(crm-find p4 -f name,birthday -o csv)" "name,birthday
-Anna,--02-29"
crm-find person -f name,note -o csv >a.csv
ok 'and can be read back' sh -c 'crm-add -n person <a.csv'
