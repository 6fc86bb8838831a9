#!/bin/sh
# The completions are those that the programs' options make, and do in bash,
# zsh and fish what they should: each is installed, loaded as the shell loads
# it, and typed into.
. "${0%/*}/../lib.sh"
need bash zsh fish

mkdir generated
ok 'can be made' sh "$top/completions/generate.sh" "$CRM_BUILD/bin" generated
for f in crm.bash _crm crm.fish; do
	same_file "$f is what make completions makes" \
		"generated/$f" "$top/completions/$f"
done

make_built install DESTDIR="$tmp/dest" PREFIX=/usr
share=$tmp/dest/usr/share

LC_ALL=C.UTF-8
crm-add person name='Anna Nowak' city=Kraków email=anna@x.example tag=vip
crm-add person name='Łukasz Żak' city='New York' tag=vip,new
crm-add person name='রহিম বন্দ্যোপাধ্যায়' city=ঢাকা
crm-add org name="O'Brien \"& Co\" \$(touch x) \`touch x\`; touch x" \
	ref=shop:4711 city='!!'
crm-add org name='~root' city='a*b'
crm-add product name=Lamp
crm-add segment name=gold query=tag:vip

touch oldest.tar

# What is typed before the word, the word, and the arguments that come of it.
cat >cases <<'END'
crm-find 	ci	city:
crm-find 	city:K	city:Kraków
crm-find 	city:New	city:New York
crm-find 	city:ঢ	city:ঢাকা
crm-find 	city:a	city:a*b
crm-store 	ba	backup
crm-store backup 	olde	backup oldest.tar
crm-find 	city:!	city:!!
crm-find 	name:Anna\ N	name:Anna Nowak
crm-find 	name:'Anna N	name:Anna Nowak
crm-find 	@g	@gold
crm-find event 	who:anna@x	event who:anna@x.example
crm-find event 	who:@g	event who:@gold
crm-find person 	is:lea	person is:lead
crm-find 	--expl	--explain
crm-find -o 	js	-o jsonl
crm-find --output 	js	--output jsonl
crm-find 	--output=js	--output=jsonl
crm-find person -f 	id,birthd	person -f id,birthday
crm-find person 	--fields=id,birthd	person --fields=id,birthday
crm-find -o tsv -q -f id 	city:K	-o tsv -q -f id city:Kraków
crm-find -qf id 	city:K	-qf id city:Kraków
crm-find -s nowhere 	city:K	-s nowhere city:K
crm-find --store=nowhere 	city:K	--store=nowhere city:K
crm-find -- 	city:K	-- city:Kraków
crm-rm 	রহ	রহিম বন্দ্যোপাধ্যায়
crm-rm 	O	O'Brien "& Co" $(touch x) `touch x`; touch x
crm-rm 	"O	O'Brien "& Co" $(touch x) `touch x`; touch x
crm-rm 	'O	O'Brien "& Co" $(touch x) `touch x`; touch x
crm-rm 	O"'	O'Brien "& Co" $(touch x) `touch x`; touch x
crm-rm 	'~r	~root
crm-rm 	anna@	anna@x.example
crm-rm 	shop:4	shop:4711
crm-rm p1 	shop:4	p1 shop:4711
crm-add 	pers	person
crm-add person 	birthd	person birthday=
crm-add person 	stage=c	person stage=customer
crm-add --map X=name --map 	Y=birthd	--map X=name --map Y=birthday
crm-add --rejects 	own/f	--rejects own/file one
crm-add --dates 	ym	--dates ymd
crm-set "Anna Nowak" 	birthd	Anna Nowak birthday=
crm-set Lamp 	birthd	Lamp birthd
crm-set "Anna Nowak" 	city=New	Anna Nowak city=New York
crm-log anna@x.example 	pur	anna@x.example purchase
crm-log anna@x.example call 	direct	anna@x.example call direction=
crm 	fin	find
crm help 	fin	help find
crm find 	city:K	find city:Kraków
crm find -o 	js	find -o jsonl
crm -s nowhere find 	city:K	-s nowhere find city:K
crm rm 	"O	rm O'Brien "& Co" $(touch x) `touch x`; touch x
crm mine 	x	mine x
crm-add person < 	own/f	person
crm-add person -q 2>err < 	own/f	person -q
crm-add person <	own/f	person
crm-set <'own/file one' "Anna Nowak" 	birthd	Anna Nowak birthday=
crm-set 2> err < oldest.tar "Anna Nowak" 	city=New	Anna Nowak city=New York
END
mkdir own
: >'own/file one'
# A program of the user's own is not to be run by a key press.
printf '#!/bin/sh\ntouch "%s/ran"\n' "$tmp" >own/crm-mine
chmod +x own/crm-mine
PATH=$PATH:$tmp/own
awk -F '\t' '{ split($1, program, " "); print program[1], $3 }' cases >want

# bash
cat >bashrc <<END
PS1='READY> '
bind 'set enable-bracketed-paste off'
bind 'set bell-style none'
bind 'set completion-query-items 0'
bind 'set page-completions off'
set +H
bind -x '"\\C-xp": printf "%s\n" "\$READLINE_LINE" >"\$TYPED"'
. /usr/share/bash-completion/bash_completion
END
# zsh
mkdir zdot
cat >zdot/.zshrc <<END
PS1='READY> '
fpath=("$share/zsh/site-functions" \$fpath)
autoload -Uz compinit
compinit -u -D
unsetopt beep
typed() { print -r -- "\$BUFFER" >\$TYPED }
zle -N typed
bindkey -e
bindkey '^Xp' typed
bindkey '^U' kill-whole-line
END

# shown SHELL: what programs get when the lines of stdin are run
shown()
{
	cat >show <<-'END'
	for p in crm crm-add crm-find crm-log crm-rm crm-set crm-store; do
		eval "$p() { printf '%s' $p; printf ' %s' \"\$@\"; echo; }"
	done
	while IFS= read -r line; do
		eval "$line"
	done
	END
	"$1" show
}

type_into()
{
	XDG_DATA_DIRS=$share:/usr/share timeout 120 \
		zsh -f "$top/tests/cli/type.zsh" "$@"
}

for shell in bash zsh; do
	rc=$tmp/bashrc
	[ $shell = bash ] || rc=$tmp/zdot/.zshrc
	awk -F '\t' '{ print $1 $2 "\t" }' cases |
		type_into $shell "$rc" >typed.$shell 2>err.$shell
	# What was left open the user closes.
	awk '
	{
		open = ""
		for (i = 1; i <= length($0); i++) {
			c = substr($0, i, 1)
			if (open == "" && c == "\\") i++
			else if (open == "\"" && c == "\\") i++
			else if (open == "" && (c == "\"" || c == "\x27")) open = c
			else if (open == c) open = ""
		}
		print $0 open
	}' typed.$shell | shown $shell | sed 's/ *$//' >got.$shell
	same_file "$shell: completes $(wc -l <cases) words" got.$shell want
done

# fish tells what it would insert.
cat >type.fish <<'END'
set -p fish_complete_path $argv[1]
for p in crm crm-add crm-find crm-log crm-rm crm-set crm-store
    eval "function $p; printf %s $p; printf ' %s' \$argv; echo; end"
end
while read -l -d \t head word want
    set -l found (complete --escape -C "$head$word" | string replace -r '\t.*' '')
    test (count $found) = 1; or set found (string trim -l -c '\'"' -- $word)
    eval "$head$found"
end
END
fish --no-config type.fish "$share/fish/vendor_completions.d" <cases |
	sed 's/ *$//' >got.fish
same_file "fish: completes $(wc -l <cases) words" got.fish want

[ ! -e x ] && [ ! -e ran ]
result $? 'no name was run, and no program of the user'\''s'

# Several that fit are listed with what is known of them.
crm-add person name='Anna Maria'
printf 'crm-rm An\t\t\n' | TRANSCRIPT=$tmp/listed.bash type_into bash \
	"$tmp/bashrc" >/dev/null
like 'bash: ids with names' "$(cat listed.bash)" 'Anna.*Nowak  \(p1\)'
printf 'crm-rm An\t\t\n' | TRANSCRIPT=$tmp/listed.zsh type_into zsh \
	"$tmp/zdot/.zshrc" >/dev/null
like 'zsh: ids with names' "$(cat listed.zsh)" 'Anna Nowak *-- p1'
like 'fish: ids with names' "$(fish --no-config -c '
	set -p fish_complete_path $argv[1]
	complete -C "crm-rm An"' "$share/fish/vendor_completions.d")" \
	'^Anna Nowak	p1$'
