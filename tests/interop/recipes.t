#!/bin/sh
# The recipe on the pipeline of another program, run as crm-recipes(7) has it.
. "${0%/*}/../lib.sh"
. "$top/tests/interop/data.sh"
need crm-maven/sales_pipeline.csv
export CRM_NOW=2018-01-01T12:00:00Z
cp "$CRM_DATA/crm-maven/"*.csv .

# number the commands and put what they should print beside them
awk '
/^\.Sh/ { on = /THE PIPELINE OF ANOTHER/ }
/^\.Ed/ { lit = 0 }
on && lit {
	gsub(/\\e/, "\\")
	if (/^\$ /) { n++; print substr($0, 3) >("cmd." n) }
	else if (/^> /) print substr($0, 3) >("cmd." n)
	else print >("want." n)
}
/^\.Bd -literal/ { lit = 1 }
END { print n > "count" }' "$top/man/crm-recipes.7"
n=$(cat count)
plan "$((n + 1))"
is 'there are commands' "$((n > 8))" 1
i=0
while [ $((i += 1)) -le "$n" ]; do
	touch "want.$i"
	sh "cmd.$i" >"got.$i" 2>&1 </dev/null
	same_file "$(head -1 "cmd.$i")" "got.$i" "want.$i"
done
