# Type lines into a real shell on a terminal of its own:
#
#	zsh -f tests/cli/type.zsh bash|zsh RCFILE <lines
#
# For each line of stdin (with the tabs that ask for completion) it prints
# what then stands on the shell's command line.  RCFILE has to set the prompt
# to "READY> " and to bind Ctrl-X p to writing that to the file $TYPED.
zmodload zsh/zpty || exit 99
setopt no_unset

export TYPED=$PWD/typed.fifo TERM=vt100 COLUMNS=200
rm -f $TYPED
mkfifo $TYPED || exit 99
exec {typed}<>$TYPED # one end for all lines

case $1 in
(bash) zpty shell "exec bash --noprofile --rcfile ${(q)2} -i" ;;
(zsh) zpty shell "ZDOTDIR=${(q)2:h} exec zsh -d -i" ;;
esac
zpty -r shell output '*READY> ' || exit 99

while IFS= read -r line; do
	# Ctrl-U: nothing is left of the line before.
	zpty -w -n shell $'\C-u'"$line"$'\C-xp'
	IFS= read -r -u $typed answer || exit 99
	print -r -- "$answer"
	while zpty -r -t shell output; do
		[[ -z ${TRANSCRIPT-} ]] || print -rn -- "$output" >>$TRANSCRIPT
	done
done
zpty -d shell
