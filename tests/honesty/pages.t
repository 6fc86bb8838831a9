#!/bin/sh
# The manual pages are true: each is clean mdoc, every command that a page
# shows does what stands below it, and the page of a program says of its
# options what the program says.
. "${0%/*}/../lib.sh"
. "$top/tests/honesty/commands.sh"
need mandoc
CRM_NOW=2026-03-15T10:00:00Z CRM_USER=anna

# rendered FILE: as it is shown, on very long lines
rendered()
{
	mandoc -T utf8 -O width=1000 "$1" | col -bx
}

# section NAME: of a rendered page on stdin
section()
{
	awk -v name="$1" '/^[^ ]/ { on = $0 == name; next } on'
}

squeeze()
{
	tr -s '[:space:]' ' ' | sed 's/^ //; s/ $//'
}

export LC_ALL=C.UTF-8
total=0
for page in "$top"/man/*.[1-9]; do
	name=${page##*/}
	# pages refer to each other before they are installed
	mandoc -T lint -W style "$page" >said 2>/dev/null
	grep -v 'referenced manual not found' <said >lint
	empty "$name: clean mdoc" lint

	commands_of_page "$page" 'EXAMPLES' >examples
	rendered "$page" >page.txt
	{
		cat examples
		# a word such as In is a macro there, unless \& is before it
		sed -n 's/^\.S[hs] //p' "$page" | sed 's/\\&//g'
	} | awk '{ $1 = $1 } NF' >lines
	awk '{ $1 = $1 } NF' page.txt >shown
	is "$name: is shown as it is written" "$(grep -vxFf shown lines)" ''
	LC_ALL=C
	run_commands "$name" examples
	LC_ALL=C.UTF-8
	total=$((total + ran))
	[ "$ran" -gt 0 ]
	result $? "$name: has examples"

	program=$CRM_BUILD/bin/${name%.1}
	[ -x "$program" ] || continue
	"$program" --spec >spec
	is "$name: NAME is the summary" "$(sed -n 's/^\.Nd //p' "$page")" \
		"$(sed -n 's/^program	[^	]*	\([^	]*\)	.*/\1/p' spec)"
	is "$name: SYNOPSIS is the usage" "$(section SYNOPSIS <page.txt | squeeze)" \
		"$("$program" --help | awk '
		/^usage: / { on = 1; sub(/^usage: /, ""); print; next }
		on && /^       / { print; next }
		{ on = 0 }' | squeeze)"
	awk -F '\t' '$1 == "option" || $1 == "common" {
		print ($2 == "" ? "" : "-" $2 ", ") "--" $3 ($4 == "" ? "" : " " $4)
	}' spec >want
	section OPTIONS <page.txt | awk '
	/^ *-/ {
		match($0, /^ */)
		if (least == "" || RLENGTH < least)
			least = RLENGTH
		line[++n] = $0
		at[n] = RLENGTH
	}
	END {
		for (i = 1; i <= n; i++)
			if (at[i] == least)
				print line[i]
	}' | sed 's/^ *//; s/   .*//' >got
	same_file "$name: OPTIONS are the program's" got want
	awk -F '\t' '$1 == "verb" { print $2 }' spec >want
	[ -s want ] || continue
	is "$name: its commands are told of" "$(while read -r verb; do
		grep -q "^ *$verb\>" page.txt || echo "$verb"
	done <want)" ''
done

# The sample in crm.yaml(5) is a configuration.
awk '/^\.Sh/ { on = /A SAMPLE/ } /^\.Ed/ { display = 0 } on && display
	/^\.Bd/ { display = 1 }' "$top/man/crm.yaml.5" >sample.yaml
[ "$(wc -l <sample.yaml)" -gt 20 ]
result $? 'crm.yaml.5: has a sample'
ok 'crm.yaml.5: the sample is good' crm-store config sample.yaml

# What crm(7) and README say of the programs.
for p in "$CRM_BUILD"/bin/crm*; do
	"$p" --spec | sed -n 's/^program	\([^	]*\)	\([^	]*\)	.*/\1 \2/p'
done >want
commands_in()
{
	sed -n 's/^| *\(crm[a-z-]*\) *| *\(.*[^ ]\) *|$/\1 \2/p' "$1"
}
commands_in "$top/README.md" >got
same_file 'README: the programs' got want
rendered "$top/man/crm.7" >page.txt
is 'crm(7): the programs' "$(while read -r p summary; do
	awk '{ $1 = $1 } 1' page.txt | grep -qF "$p(1) $summary" ||
		grep -qE "^ *$p(\(1\))? +$summary" page.txt || echo "$p"
done <want)" ''

# README's session.
commands_of_readme "$top/README.md" >examples
run_commands README examples
[ "$ran" -gt 5 ]
result $? 'README: has a session'
total=$((total + ran))
[ "$total" -gt 250 ]
result $? "commands run: $total"
plan "$tests_run"
