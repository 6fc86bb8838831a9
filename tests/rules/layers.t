#!/bin/sh
# Rooms include what is below them, never what is above: libcore/LAYERS.
. "${0%/*}/../lib.sh"

# wrong_arrows TREE: what is wrong, one line each.
wrong_arrows()
{
	(cd "$1" && awk '
	FILENAME == "libcore/LAYERS" { level[$1] = ++n; next }
	FNR == 1 {
		split(FILENAME, part, "/")
		room = part[1] == "cmd" ? "cmd" : part[2]
		# The first include is of the header of the same name.
		own = FILENAME
		first = sub(/\.c$/, ".h", own) && (getline line <own) >= 0
		close(own)
		if (room != "cmd" && !(room in level))
			print FILENAME ": its room is not in libcore/LAYERS"
	}
	/^#[ \t]*include[ \t]*</ {
		if (/<lmdb\.h>/ && FILENAME != "libcore/store/engine_impl.h")
			print FILENAME ": <lmdb.h> is the engine'\''s"
		if (/<yaml\.h>/ && room != "config")
			print FILENAME ": <yaml.h> is config'\''s"
		if (first)
			print FILENAME ": its own header has to come first"
		first = 0
	}
	/^#[ \t]*include[ \t]*"/ {
		split($0, quoted, "\"")
		file = quoted[2]
		split(file, to, "/")
		if (file !~ /^[a-z]+\/[a-z0-9_]+\.h$/ || !(to[1] in level))
			print FILENAME ": \"" file "\" is no header of a room"
		else if (room != "cmd" && level[to[1]] > level[room])
			print FILENAME ": " room " is below " to[1]
		if (file ~ /_impl\.h$/ && to[1] != room)
			print FILENAME ": \"" file "\" is for its room alone"
		if (first && "libcore/" file != own && file !~ /_impl\.h$/)
			print FILENAME ": its own header has to come first"
		first = 0
	}' libcore/LAYERS libcore/*/*.[ch] cmd/*.c
	# Headers that include each other in a ring.
	for h in libcore/*/*.h; do
		sed -n "s|^#include \"\(.*\)\"|${h#libcore/} \1|p" "$h"
	done | tsort 2>&1 >/dev/null | sed 's/^tsort: -: */ring of headers: /')
}

is 'all arrows go down' "$(wrong_arrows "$top")" ''

# The test itself: a tree where each of these is wrong.
mkdir -p bad/cmd bad/libcore/base bad/libcore/store bad/libcore/attic
printf 'base\nstore\n' >bad/libcore/LAYERS
echo '#include "store/s.h"' >bad/libcore/base/up.h
printf '#include <lmdb.h>\n#include "base/late.h"\n' >bad/libcore/base/late.c
: >bad/libcore/base/late.h
echo '#include "store/s_impl.h"' >bad/cmd/c.c
echo '#include "s.h"' >bad/libcore/store/bare.h
printf '#include "store/b.h"\n' >bad/libcore/store/a.h
printf '#include "store/a.h"\n' >bad/libcore/store/b.h
echo 'int x;' >bad/libcore/attic/x.c
wrong_arrows bad >found
for f in 'base/up.h: base is below store' "base/late.c: <lmdb.h> is" \
    'base/late.c: its own header' 'c.c: "store/s_impl.h" is for its room' \
    'bare.h: "s.h" is no header' 'attic/x.c: its room is not' \
    'ring of headers'; do
	like "a false tree: $f" "$(cat found)" "$f"
done
