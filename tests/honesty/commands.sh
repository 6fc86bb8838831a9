# shellcheck shell=sh disable=SC2154 # tmp is of lib.sh
# commands.sh - running what a text shows: "$ " begins a command, "> " goes on
# with it, other lines are what it prints.

# commands_of_page FILE SECTION-ERE: the displays of a manual page that stand
# in such sections and begin with a command, as people see them.  Where each
# command stands is kept for run_commands.
commands_of_page()
{
	LC_ALL=C.UTF-8 awk -v sections="$2" -v places="$tmp/places" '
	BEGIN { printf "" >places }
	/^\.Sh/ { on = $0 ~ "^\\.Sh (" sections ")" }
	/^\.Ed/ { display = 0; print "" }
	display == 1 { display = /^\$ / ? 2 : 0 }
	on && display == 2 {
		if (/^\$ /)
			print FILENAME ":" FNR >places
		gsub(/\\&/, "")
		gsub(/\\\(dq/, "\"")
		gsub(/\\\(aq/, "\x27")
		gsub(/\\\(ga/, "`")
		gsub(/\\-/, "-")
		gsub(/\\e/, "\\")
		print
	}
	/^\.Bd -literal/ { display = 1 }' "$1"
}

# commands_of_readme FILE: its displays that begin with "$ ".
commands_of_readme()
{
	awk -v places="$tmp/places" '
	/^```/ { display = !display; print ""; next }
	display && /^\$ / { print FILENAME ":" FNR >places }
	display' "$1"
}

# run_commands NAME TEXT: run the commands of a file, in order, in one shell and
# one folder of their own; for each there is a test that it prints what stands
# there.  ran is how many there were.
run_commands()
{
	rm -rf "${tmp:?}/$1"
	mkdir -p "$tmp/$1/home" "$tmp/$1/cmd"
	awk -v dir="$tmp/$1/cmd" '
	/^\$ / {
		n++
		shown = 0
		print substr($0, 3) >(dir "/" n ".sh")
		printf "" >(dir "/" n ".want")
		next
	}
	n == 0 { next }
	/^>( |$)/ && !shown { print substr($0, 3) >(dir "/" n ".sh"); next }
	# Blank lines belong to the output if more of it follows.
	/^$/ { blank[n]++; shown = 1; next }
	{
		for (shown = 1; blank[n] > 0; blank[n]--)
			print "" >(dir "/" n ".want")
		print >(dir "/" n ".want")
	}' "$2"
	(
		cd "$tmp/$1" || exit
		HOME=$tmp/$1/home
		export XDG_DATA_HOME="$HOME/.local/share"
		run_n=1 run_dir=$tmp/$1/cmd
		while [ -f "$run_dir/$run_n.sh" ]; do
			# shellcheck source=/dev/null
			. "$run_dir/$run_n.sh" >"$run_dir/$run_n.out" 2>&1 </dev/null
			run_n=$((run_n + 1))
		done
	)
	ran=0
	while [ -f "$tmp/$1/cmd/$((ran + 1)).sh" ]; do
		ran=$((ran + 1))
		# blank lines at the end are not seen in a text
		sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' "$tmp/$1/cmd/$ran.out" \
			>"$tmp/$1/cmd/$ran.got"
		cmp -s "$tmp/$1/cmd/$ran.got" "$tmp/$1/cmd/$ran.want" ||
			diag "at $(sed -n "${ran}p" "$tmp/places"):"
		same_file "$1: $(head -1 "$tmp/$1/cmd/$ran.sh")" \
			"$tmp/$1/cmd/$ran.got" "$tmp/$1/cmd/$ran.want"
	done
}
