#!/bin/sh
# What the rooms may call, read from their objects.
. "${0%/*}/../lib.sh"
need nm

# What may be where all the same, and why.
cat >allowed <<'END'
store/engine_err _exit	LMDB cannot go on after a failed assertion
store/engine_recover _exit	the child that it makes
base/mem malloc	the one allocator
base/mem calloc	the one allocator
base/mem realloc	the one allocator
base/mem free	the one allocator
cli/env free	a line that getline() made
END

# calls DIR: "ROOM/FILE SYMBOL" of all that is undefined there, in the words
# of the source
calls()
{
	for o in "$1"/*/*.o; do
		f=${o#"$1"/}
		nm -u "$o" | awk -v f="${f%.o}" '{
			s = $2
			sub(/^__isoc99_/, "", s)
			if (sub(/_chk$/, "", s))
				sub(/^__/, "", s)
			print f, s
		}'
	done | sort -u
}

# wrong_calls <CALLS
wrong_calls()
{
	awk '
	FILENAME == "allowed" { ok[$1 " " $2] = 1; next }
	($1 " " $2) in ok { next }
	{
		room = $1
		sub(/\/.*/, "", room)
		why = ""
		if ($2 ~ /^mdb_/ && $1 !~ /^store\/engine/)
			why = "LMDB is the engine'\''s"
		else if ($2 ~ /^yaml_/ && room != "config")
			why = "libyaml is config'\''s"
		else if ($2 ~ /^(malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf)$/)
			why = "memory comes from base/mem.h"
		else if ($2 ~ /^(strto[a-z]*|ato[a-z]+|sscanf|fscanf|scanf)$/)
			why = "numbers are read by base/num.h"
		else if ($2 ~ /^(sprintf|vsprintf|strcpy|strcat|stpcpy|strncpy|strncat|gets|strtok|rand|random|system|popen|tmpnam|mktemp|alloca)$/)
			why = "banned"
		else if (room != "cli" && $2 ~ /^(stdin|stdout|stderr|printf|vprintf|puts|putchar|fprintf|perror)$/)
			why = "only cli prints"
		else if (room != "cli" && $2 ~ /^(exit|_exit|quick_exit)$/)
			why = "only cli ends the program"
		else if (room != "cli" && $2 ~ /^(getenv|secure_getenv|setenv|putenv|unsetenv|environ)$/)
			why = "only cli knows the environment"
		if (why != "")
			print $1 " calls " $2 ": " why
	}' allowed -
}

calls "$CRM_BUILD/libcore" >found
[ "$(wc -l <found)" -gt 500 ]
result $? 'there are objects to look at'
is 'each calls what it may' "$(wrong_calls <found)" ''
awk '{ print $1, $2 }' allowed | sort >may
is 'and what is allowed is called' "$(sort found may may | uniq -u |
	sort - may | uniq -d)" ''

# The test itself.
printf '%s\n' 'query/run mdb_get' 'store/x yaml_parse' 'store/x malloc' \
	'base/x strtol' 'cli/x sprintf' 'store/x printf' 'base/mem exit' \
	'format/x getenv' 'cli/x getenv' 'base/mem malloc' 'cli/x exit' >false
is 'it finds false ones' "$(wrong_calls <false | wc -l)" 8

# The commands know no table of the store and no library of it.
for o in "$CRM_BUILD"/cmd/*.o; do
	nm -u "$o" | awk -v f="${o##*/}" '$2 ~ /^(mdb|yaml)_/ { print f, $2 }'
done >found
empty 'the programs know neither LMDB nor libyaml' found
