#!/bin/sh
# make install puts everything in its place, make uninstall takes it away.
. "${0%/*}/../lib.sh"

dest=$tmp/dest
list()
{
	(cd "$dest" && find . ! -type d | LC_ALL=C sort)
}

mkdir -p "$dest/usr/bin" "$dest/usr/share/man/man1"
echo theirs >"$dest/usr/bin/crm-theirs"
echo theirs >"$dest/usr/share/man/man1/other.1"
list >before

ok 'installs' make_built install DESTDIR="$dest" PREFIX=/usr
list >after

missing=
for c in "$top"/cmd/*.c; do
	name=${c##*/}
	name=${name%.c}
	for f in "bin/$name" "share/bash-completion/completions/$name" \
	    "share/fish/vendor_completions.d/$name.fish"; do
		grep -qx "./usr/$f" after || missing="$missing $f"
	done
	[ -x "$dest/usr/bin/$name" ] || missing="$missing $name"
done
for m in "$top"/man/*.[1-9]; do
	[ -e "$m" ] || continue
	f=share/man/man${m##*.}/${m##*/}
	grep -qx "./usr/$f" after || missing="$missing $f"
	cmp -s "$m" "$dest/usr/$f" || missing="$missing $f"
done
grep -qx './usr/share/zsh/site-functions/_crm' after || missing="$missing _crm"
is 'all programs, pages and completions' "$missing" ''

dangling=$(find "$dest" -type l ! -exec test -e {} \; -print)
is 'no link leads nowhere' "$dangling" ''
is 'what is installed runs' "$("$dest/usr/bin/crm" add --version)" \
	"$(crm-add --version)"
is 'nothing belongs to a builder alone' \
	"$(find "$dest/usr" -newer before -type f ! -perm -444)" ''

ok 'installs over itself' make_built install DESTDIR="$dest" PREFIX=/usr
list >again
same_file 'to the same end' again after

ok 'uninstalls' make_built uninstall DESTDIR="$dest" PREFIX=/usr
list >gone
same_file 'all of its own and nothing else' gone before
