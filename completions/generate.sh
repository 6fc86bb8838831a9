#!/bin/sh
# Write the completions for bash, zsh and fish from what the programs say of
# their options:
#
#	completions/generate.sh BIN [OUT]
#
# BIN is the folder of the programs, OUT where the files go (this one).
#
# What is static stands in them: options, words of a choice.  All else (kinds,
# fields, names, values, segments) the programs are asked for when a key is
# pressed: "PROGRAM --complete WHAT WORD OPERAND...", see
# libcore/cli/complete.h.  Names come from customers: no shell here ever
# reads one as its own language.
set -eu
export LC_ALL=C

bin=$1
here=$(cd "$(dirname "$0")" && pwd)
out=${2-$here}
tab='	'

spec=$(
	for p in "$bin"/crm "$bin"/crm-*; do
		"$p" --spec
	done
)
# Those of which an operand may be a file: where they offer nothing, files are.
filers=$(printf '%s\n' "$spec" | awk -F '\t' '
	$1 == "program" && $4 ~ /FILE/ { printf "%s ", $2 }')
# Options of all, each with its program in front, and whence its values come:
# words, file, dir, ask (the program) or text.
rows=$(printf '%s\n' "$spec" | awk -F '\t' -v OFS='\t' '
$1 == "program" { program = $2 }
$1 == "option" || $1 == "common" {
	from = "text"
	if ($4 == "")
		from = "none"
	else if ($5 != "")
		from = "words"
	else if ($4 == "file" || $4 == "dir")
		from = $4
	else if ($4 ~ /^(changes|column=field|date|field|field,\.\.\.|field=value|kind|name|period|unit|user|who)$/)
		from = "ask"
	print program, ($2 == "" ? "." : $2), $3, ($4 == "" ? "." : $4),
		from, ($5 == "" ? "." : $5), $6, ($7 == "" ? "." : $7)
}')
programs=$(printf '%s\n' "$spec" | sed -n "s/^program$tab\\([^$tab]*\\).*/\\1/p")

# table AWK: a program run over the rows: program, letter, name, meta, from,
# words, help, again; "." is none.  f() is both names of the option.
table()
{
	printf '%s\n' "$rows" | awk -F '\t' '
	function f(between) {
		return ($2 == "." ? "" : "-" $2 between) "--" $3
	}'"$1"
}

cat >"$out/crm.bash" <<EOT
# Completion for bash: made by completions/generate.sh, not by hand.

# What the value of an option is: from and words.
_crm_option()
{
	from=none words=
	case \$1,\$2 in
$(table '
$5 != "none" {
	names = ($2 == "." ? "" : $1 ",-" $2 " | ") $1 ",--" $3
	w = $5 == "words" ? $6 : $5 == "ask" ? $4 : ""
	printf "\t%s)\n\t\tfrom=%s words=\x27%s\x27 ;;\n", names, $5, w
}')
	esac
}

_crm_options()
{
	case \$1 in
$(table '
$1 != last {
	if (last != "")
		printf "\x27 ;;\n"
	printf "\t%s) options=\x27%s", $1, f(" ")
	last = $1
	next
}
{ printf " %s", f(" ") }
END { printf "\x27 ;;\n" }')
	*) options= ;;
	esac
}
EOT
cat >>"$out/crm.bash" <<'EOT'

# The words up to the cursor, as they were typed.  bash parts them at ":", "="
# and "@" too; here only blanks part.
_crm_line()
{
	local line=${COMP_LINE:0:COMP_POINT} rest w i

	line_words=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		rest=${line#"${line%%[![:space:]]*}"}
		w=${COMP_WORDS[i]}
		((i == COMP_CWORD)) && w=$rest
		if ((i == 0)) || [[ $rest != "$line" || $line == '' ]]; then
			line_words+=("$w")
		else
			line_words[-1]+=$w
		fi
		line=${rest#"$w"}
	done
}

# A word without its quotes in text.  Of the last one: quote is the one that is
# still open, head what bash keeps of it: it replaces what is behind the open
# quote, behind the last ":" or "=", or from the last "@" on.
_crm_unquote()
{
	local s=$1 c i

	text= quote= head=
	for ((i = 0; i < ${#s}; i++)); do
		c=${s:i:1}
		case $quote,$c in
		\',\' | \",\") quote= ;;
		\",\\)
			if [[ ${s:i+1:1} == [\\\"\$\`] ]]; then
				((++i))
			fi
			text+=${s:i:1}
			;;
		,[\'\"]) quote=$c head=$text ;;
		,\\) ((++i)) && text+=${s:i:1} ;;
		,[:=])
			text+=$c
			[[ $COMP_WORDBREAKS == *"$c"* ]] && head=$text
			;;
		,@)
			[[ $COMP_WORDBREAKS == *@* ]] && head=$text
			text+=$c
			;;
		*) text+=$c ;;
		esac
	done
}

# Offer a value: as it has to stand behind what is kept.
_crm_add()
{
	local value=$1 about=$2

	[[ $value == "$head"* ]] || return
	value=${value:${#head}}
	case $quote in
	\') value=${value//\'/\'\\\'\'} ;;
	\")
		value=${value//\\/\\\\}
		value=${value//\"/\\\"}
		value=${value//\$/\\\$}
		value=${value//\`/\\\`}
		value=${value//!/\"\'!\'\"}
		;;
	*)
		printf -v value %q "$value"
		value=${value//\\,/,} # no braces are left that it could part
		;;
	esac
	[[ $value == *[=:.,] ]] || more=
	COMPREPLY+=("$value")
	abouts+=("$about")
}

# Ask the program for values: WHAT, how they begin.
_crm_ask()
{
	local value about

	while IFS=$'\t' read -r value about; do
		_crm_add "$before$value" "$about"
	done < <([[ -n $store ]] && export CRM_STORE=$store
		command "$program" --complete "$1" "$2" "${operands[@]}" \
			2>/dev/null)
}

# Values of an option: from and words say which.
_crm_values()
{
	local w

	case $from in
	words)
		for w in $words; do
			[[ $w == "$1"* ]] && _crm_add "$before$w" ''
		done
		;;
	ask) _crm_ask "$words" "$1" ;;
	file | dir)
		compopt -o filenames
		more=
		if [[ $from == dir ]]; then
			mapfile -t COMPREPLY < <(compgen -d -- "$1")
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$1")
		fi
		;;
	esac
}

# Redirections are the shell's, and no operands: they go out of line_words.
# When it is the file of one that is being typed, that is completed.
_crm_redirected()
{
	local op='^[0-9]*[<>][<>|&]*([^<>(|&].*)?$' words=() w i file= open=
	local last=$((${#line_words[@]} - 1))

	for ((i = 0; i <= last; i++)); do
		w=${line_words[i]}
		if [[ -n $open ]]; then
			open= file=$w
		elif [[ $w =~ $op ]]; then
			file=${BASH_REMATCH[1]}
			[[ -n $file ]] || open=1
		else
			words+=("$w")
			continue
		fi
		((i < last)) && continue
		[[ -z $open ]] || return 0
		from=file
		_crm_unquote "$file"
		_crm_values "$text"
		return 0
	done
	line_words=("${words[@]}")
	return 1
}

# Go through the words before the cursor: operands, the store, and in pending
# the option whose value is being typed.
_crm_walk()
{
	local ended= w i k

	operands=() pending= store=
	for ((i = 1; i < ${#line_words[@]} - 1; i++)); do
		_crm_unquote "${line_words[i]}"
		w=$text
		if [[ -n $ended || $w != -?* ]]; then
			operands+=("$w")
			# crm NAME: the rest is that program's
			if [[ $program == crm && $w != help ]]; then
				program=crm-$w operands=()
			fi
			continue
		fi
		pending=
		case $w in
		--) ended=1 ;;
		--store=*) store=${w#*=} ;;
		--*=*) ;;
		--*)
			_crm_option "$program" "$w"
			[[ $from == none ]] || pending=$w
			;;
		*)
			for ((k = 1; k < ${#w}; k++)); do
				_crm_option "$program" "-${w:k:1}"
				[[ $from == none ]] && continue
				pending=-${w:k:1}
				if ((k + 1 < ${#w})); then
					[[ $pending == -s ]] && store=${w:k+1}
					pending=
				fi
				break
			done
			;;
		esac
		[[ -n $pending ]] || continue
		if ((i + 2 < ${#line_words[@]})); then
			_crm_unquote "${line_words[++i]}"
			[[ $pending == -s || $pending == --store ]] &&
				store=$text
			pending=
		fi
	done
	[[ $store == '~/'* ]] && store=$HOME/${store#'~/'}
	[[ -z $ended ]] || pending=ended
}

_crm()
{
	local line_words operands pending store text quote head from words
	local options program=${1##*/} before= more=1 abouts=() i w

	COMPREPLY=()
	_crm_line
	! _crm_redirected || return
	_crm_walk
	_crm_unquote "${line_words[-1]}"
	_crm_options "$program"
	# Of a program that is none of ours nothing is known, nor asked.
	[[ -n $options ]] || return
	if [[ $pending == -* ]]; then
		_crm_option "$program" "$pending"
		_crm_values "$text"
	elif [[ $text == --*=* && $pending != ended ]]; then
		_crm_option "$program" "${text%%=*}"
		before=${text%%=*}=
		_crm_values "${text#*=}"
	elif [[ $text == -[!-]?* && $pending != ended ]] &&
	    _crm_option "$program" "${text:0:2}" && [[ $from != none ]]; then
		before=${text:0:2}
		_crm_values "${text:2}"
	elif [[ $text == -* && $pending != ended ]]; then
		for w in $options; do
			[[ $w == "$text"* ]] && _crm_add "$w" ''
		done
	else
		_crm_ask operand "$text"
	fi
	[[ -n $more && ${#COMPREPLY[@]} -gt 0 ]] && compopt -o nospace
	# Listed, not inserted: with what there is to say about them.
	if ((${COMP_TYPE:-9} == 63 && ${#COMPREPLY[@]} > 1)); then
		for i in "${!abouts[@]}"; do
			[[ -n ${abouts[i]} ]] &&
				COMPREPLY[i]+="  (${abouts[i]})"
		done
	fi
	return 0
}

EOT
printf 'complete -F _crm %s\n' "$(echo "$programs" | tr '\n' ' ' |
	sed 's/ $//')" >>"$out/crm.bash"
for p in $filers; do
	printf 'complete -o default -F _crm %s\n' "$p" >>"$out/crm.bash"
done

cat >"$out/_crm" <<EOT
#compdef $(echo "$programs" | tr '\n' ' ' | sed 's/ $//')
# Completion for zsh: made by completions/generate.sh, not by hand.

# Options of a program, for _arguments.
_crm_specs()
{
	case \$1 in
$(table '
function q(s) {
	gsub(/[\[\]:\\]/, "\\\\&", s)
	gsub(/\x27/, "\x27\\\x27\x27", s)
	return s
}
$1 != last {
	if (last != "")
		print "\t\t) ;;"
	printf "\t%s)\n\t\tspecs=(\n", $1
	last = $1
}
{
	value = ""
	if ($5 == "words")
		value = ":" q($4) ":(" $6 ")"
	else if ($5 == "file")
		value = ":" q($4) ":_files"
	else if ($5 == "dir")
		value = ":" q($4) ":_files -/"
	else if ($5 == "ask")
		value = ":" q($4) ":_crm_ask " $4
	else if ($5 == "text")
		value = ":" q($4) ": "
	l = $5 == "none" ? "" : "+"
	n = $5 == "none" ? "" : "="
	help = "[" q($7) "]" value
	if ($8 == "again" && $2 == ".")
		printf "\t\t\x27*--%s%s%s\x27\n", $3, n, help
	else if ($8 == "again")
		printf "\t\t\x27*\x27{-%s%s,--%s%s}\x27%s\x27\n", $2, l, $3, n, help
	else if ($2 == ".")
		printf "\t\t\x27--%s%s%s\x27\n", $3, n, help
	else
		printf "\t\t\x27(-%s --%s)\x27{-%s%s,--%s%s}\x27%s\x27\n", $2, $3,
			$2, l, $3, n, help
}
END { print "\t\t) ;;" }')
	*) specs=() ;;
	esac
}

# May an operand of a program be a file?
_crm_has_files()
{
	[[ " $filers" == *" \$1 "* ]]
}

# Does an option of a program take a value?
_crm_takes()
{
	case \$1,\$2 in
$(table '
$5 != "none" {
	printf "\t%s%s,--%s) ;;\n", ($2 == "." ? "" : $1 ",-" $2 " | "), $1, $3
}')
	*) return 1 ;;
	esac
}
EOT
cat >>"$out/_crm" <<'EOT'

# Go through the words before the cursor: operands and the store.
_crm_walk()
{
	local ended= w k
	local -i i

	operands=() store=
	for ((i = 2; i < CURRENT; i++)); do
		w=${(Q)words[i]}
		if [[ -n $ended || $w != -?* ]]; then
			operands+=("$w")
			continue
		fi
		case $w in
		(--) ended=1 ;;
		(--store=*) store=${w#*=} ;;
		(--*=*) ;;
		(--*)
			if _crm_takes $service $w; then
				((++i))
				[[ $w == --store ]] && store=${(Q)words[i]}
			fi
			;;
		(*)
			for ((k = 2; k <= $#w; k++)); do
				_crm_takes $service -$w[k] || continue
				if ((k < $#w)); then
					[[ $w[k] == s ]] && store=$w[k+1,-1]
				else
					((++i))
					[[ $w[k] == s ]] && store=${(Q)words[i]}
				fi
				break
			done
			;;
		esac
	done
	[[ $store == '~/'* ]] && store=$HOME/${store#'~/'}
}

# Ask the program for values of WHAT.
_crm_ask()
{
	local what=$argv[-1] line value operands store
	local -a values shown more more_shown
	local -i found=1

	_crm_walk
	while IFS= read -r line; do
		value=${line%%$'\t'*}
		line=${line#*$'\t'}
		[[ -n $line ]] && line="$value  -- $line" || line=$value
		if [[ $value == *[=:.,] ]]; then
			more+=("$value") more_shown+=("$line")
		else
			values+=("$value") shown+=("$line")
		fi
	done < <([[ -n $store ]] && export CRM_STORE=$store
		command $service --complete $what "${(Q)PREFIX}" "${operands[@]}" \
			2>/dev/null)
	compadd -l -d shown -a values && found=0
	compadd -l -S '' -d more_shown -a more && found=0
	# The program may know of more than begin with the same letters.
	if ((found)); then
		compadd -U -l -d shown -a values && found=0
		compadd -U -l -S '' -d more_shown -a more && found=0
	fi
	return found
}

# What the program knows of; else a file, where an operand may be one.
_crm_operand()
{
	_crm_ask operand && return
	_crm_has_files $service && _files
}

_crm()
{
	local curcontext=$curcontext state line
	local -a specs
	local -A opt_args

	_crm_specs $service
	# Of a program that is none of ours nothing is known, nor asked.
	(($#specs)) || return 1
	if [[ $service != crm ]]; then
		_arguments -s -S : $specs '*:operand:_crm_operand'
		return
	fi
	_arguments -s -S -C : $specs '1:program:_crm_ask operand' \
		'*::argument:->rest' && return
	[[ $state == rest ]] || return 1
	if [[ $words[1] == help ]]; then
		words=(crm "$words[@]")
		((CURRENT++))
		_crm_ask operand
		return
	fi
	service=crm-${(Q)words[1]}
	words[1]=$service
	local -x CRM_STORE=$CRM_STORE
	local s=${opt_args[-s]:-$opt_args[--store]}
	[[ -n $s ]] && CRM_STORE=${(Q)s}
	_crm
}

_crm "$@"
EOT

cat >"$out/crm.fish" <<EOT
# Completion for fish: made by completions/generate.sh, not by hand.

# Does an option of a program take a value?
function __crm_takes
    switch "\$argv[1] \$argv[2]"
$(table '
$5 != "none" {
	printf "        case%s \x27%s --%s\x27\n            return 0\n",
		($2 == "." ? "" : " \x27" $1 " -" $2 "\x27"), $1, $3
}')
    end
    return 1
end
EOT
cat >>"$out/crm.fish" <<'EOT'

# Go through the words before the cursor: __crm_operands and __crm_store; of
# crm, __crm_rest is where the other program's words begin.
function __crm_walk
    set -g __crm_operands
    set -g __crm_store
    set -g __crm_rest 0
    set -l words (commandline -opc)
    set -g __crm_program (string replace -r '.*/' '' -- $words[1])
    set -l ended 0
    set -l i 1
    while test $i -lt (count $words)
        set i (math $i + 1)
        set -l w $words[$i]
        if test $ended = 1; or not string match -q -- '-?*' $w
            set -a __crm_operands $w
            if test "$__crm_program" = crm
                set __crm_rest $i
                break
            end
            continue
        end
        set -l letter
        switch $w
            case --
                set ended 1
            case '--store=*'
                set __crm_store (string replace -r '^[^=]*=' '' -- $w)
            case '--*=*'
            case '--*'
                if __crm_takes $__crm_program $w
                    set i (math $i + 1)
                    test $w = --store; and set __crm_store $words[$i]
                end
            case '*'
                for k in (seq 2 (string length -- $w))
                    set letter (string sub -s $k -l 1 -- $w)
                    __crm_takes $__crm_program -$letter; or continue
                    if test $k -lt (string length -- $w)
                        test $letter = s
                        and set __crm_store (string sub -s (math $k + 1) -- $w)
                    else
                        set i (math $i + 1)
                        test $letter = s; and set __crm_store $words[$i]
                    end
                    break
                end
        end
    end
    set __crm_store (string replace -r '^~/' $HOME/ -- $__crm_store)
end

# The word at the cursor without its quotes; of an option only the value.
function __crm_word
    set -l w (commandline -ct)
    if not string unescape -- $w 2>/dev/null
        string replace -r '^[\'"]' '' -- $w
    end
end

# Ask the program for values of WHAT.
function __crm_ask --argument-names what word
    __crm_walk
    test (count $argv) -gt 1; or set word (__crm_word)
    test -n "$__crm_store"; and set -lx CRM_STORE $__crm_store
    command $__crm_program --complete $what "$word" $__crm_operands 2>/dev/null
end

# Values of an option: --name=VALUE, -nVALUE or VALUE.  fish matches them
# against VALUE alone.
function __crm_value --argument-names what
    set -l w (__crm_word)
    if string match -qr '^--[a-z-]+=' -- "$w"
        set w (string replace -r '^[^=]*=' '' -- $w)
    else if string match -qr '^-[A-Za-z]' -- "$w"
        and not __crm_is_value
        set w (string sub -s 3 -- $w)
    end
    __crm_ask $what "$w"
end

# Is the word at the cursor the value of the option before it?
function __crm_is_value
    set -l words (commandline -opc)
    __crm_takes (string replace -r '.*/' '' -- $words[1]) $words[-1]
end

# crm NAME ...: what NAME itself would offer.
function __crm_front
    __crm_walk
    if test $__crm_rest = 0; or test "$__crm_operands[1]" = help
        __crm_ask operand
        return
    end
    set -l words (commandline -opc)
    set -l name crm-$words[$__crm_rest]
    contains -- $name $__crm_programs; or return
    test -n "$__crm_store"; and set -lx CRM_STORE $__crm_store
    set -e words[1..$__crm_rest]
    set -l word (commandline -ct)
    complete -C (string join ' ' -- $name (string escape -- $words) "$word")
end

EOT
{
	cat <<'EOT'
# An operand that may be a file: files, where nothing else fits.
function __crm_or_file
    set -l found (__crm_ask operand)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end

EOT
	printf 'set -g __crm_programs %s\n\n' "$(echo "$programs" |
		tr '\n' ' ' | sed 's/ $//')"
	table '
function q(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/\x27/, "\\\x27", s)
	return s
}
$1 != last {
	if (last != "")
		print ""
	ask = $1 == "crm" ? "__crm_front" : "__crm_ask operand"
	if (index(" '"$filers"'", " " $1 " "))
		ask = "__crm_or_file"
	printf "complete -e -c %s\ncomplete -c %s -f -a \x27(%s)\x27\n",
		$1, $1, ask
	last = $1
}
{
	value = $5 == "none" ? "" : " -x"
	if ($5 == "words")
		value = value " -a \x27" $6 "\x27"
	else if ($5 == "file")
		value = " -r -F"
	else if ($5 == "dir")
		value = " -x -a \x27(__fish_complete_directories)\x27"
	else if ($5 == "ask")
		value = value " -a \x27(__crm_value " $4 ")\x27"
	printf "complete -c %s%s -l %s%s -d \x27%s\x27\n", $1,
		($2 == "." ? "" : " -s " $2), $3, value, q($7)
}'
} >>"$out/crm.fish"
