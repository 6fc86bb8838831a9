#!/bin/sh
# What no compiler says of the source.
. "${0%/*}/../lib.sh"

# wrong_lines FILE...: "FILE:LINE: what is wrong".
wrong_lines()
{
	awk '
	# The file without strings and comments, its lines kept.
	function strip(s,    out, n, i, c, two, state) {
		n = length(s)
		state = ""
		for (i = 1; i <= n; i++) {
			c = substr(s, i, 1)
			two = substr(s, i, 2)
			if (state == "") {
				if (two == "/*") { state = "*"; i++; continue }
				if (two == "//") { out = out "\001"; i++; continue }
				if (c == "\"" || c == "\x27") state = c
				out = out c
			} else if (state == "*") {
				if (two == "*/") { state = ""; i++ }
				else if (c == "\n") out = out c
			} else {
				if (c == "\\") { i++; continue }
				if (c == state) { state = ""; out = out c }
				else if (c == "\n") { state = ""; out = out c }
			}
		}
		return out
	}
	function line_of(s, at,    head) {
		head = substr(s, 1, at)
		return gsub(/\n/, "", head) + 1
	}
	# What stands between the bracket at s[at] and its end.
	function inside(s, at,    i, c, depth) {
		for (i = at; i <= length(s); i++) {
			c = substr(s, i, 1)
			if (c == "(") depth++
			if (c == ")" && --depth == 0)
				return substr(s, at + 1, i - at - 1)
		}
		return ""
	}
	function look(file, s,    rest, base, at, cond) {
		s = strip(s)
		at = index(s, "\001")
		if (at)
			print file ":" line_of(s, at) ": a // comment"
		rest = s
		base = 0
		while (match(rest, /(^|[^a-zA-Z0-9_])(if|while|switch) *\(/)) {
			at = base + RSTART + RLENGTH - 1
			cond = inside(s, at)
			gsub(/[=!<>]=/, "", cond)
			if (cond ~ /=/)
				print file ":" line_of(s, at) \
					": an assignment in a condition"
			base += RSTART + RLENGTH - 1
			rest = substr(s, base + 1)
		}
		if (match(s, /typedef[ \t\n]+struct/))
			print file ":" line_of(s, RSTART) ": a struct behind a typedef"
	}
	FNR == 1 && NR > 1 { look(file, text); text = "" }
	{ file = FILENAME; text = text $0 "\n" }
	END { look(file, text) }' "$@"
	grep -nE '[[:blank:]]$' /dev/null "$@" | sed 's/:[^:]*$/: blanks at its end/'
}

cd "$top" || exit
is 'the source is as it should be' "$(wrong_lines libcore/*/*.[ch] cmd/*.c \
	tests/unit/*.c tests/fuzz/*.c)" ''

# The test itself.
cd "$tmp" || exit
cat >false.c <<'END'
/* if (a = b) in a comment, // too */
static const char text[] = "if (a = b) // \" ' x";
int f(int a)
{
	int b = '"';
	for (b = 0; b <= a; b++)
		if (a == b && a >= 1 && (a != b))
			return 1;
	while ((a = next()) > 0)
		b++; // no
	if (a == 1 ||
	    (b += 2) == 3)
		return a; 
	return ifx(a = 2);
}
typedef struct x x;
END
is 'it finds false ones, and where' "$(wrong_lines false.c | sort -t: -nk2)" \
	'false.c:9: an assignment in a condition
false.c:10: a // comment
false.c:11: an assignment in a condition
false.c:13: blanks at its end
false.c:16: a struct behind a typedef'

# Blanks at the end of lines, in all else that people write.
cd "$top" || exit
blanks=$(find Makefile README.md .ci completions man libcore/LAYERS tests/run \
	tests/*.sh tests/*/*.sh -type f -exec grep -nE '[[:blank:]]$' \
	/dev/null {} + 2>/dev/null | cut -d : -f 1,2)
is 'no blanks at the end of lines' "$blanks" ''

# Sizes to feel at home in: to be seen, not to be obeyed.
wc -l libcore/*/*.c | awk '$2 != "total" && $1 > 600 {
	print $2 " has " $1 " lines" }' | diag
wc -l cmd/*.c | awk '$2 != "total" && $1 > 300 {
	print $2 " has " $1 " lines" }' | diag
