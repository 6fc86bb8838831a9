# Completion for bash: made by completions/generate.sh, not by hand.

# What the value of an option is: from and words.
_crm_option()
{
	from=none words=
	case $1,$2 in
	crm,--color)
		from=words words='auto always never' ;;
	crm,-s | crm,--store)
		from=dir words='' ;;
	crm-add,--duplicates)
		from=words words='auto allow warn refuse' ;;
	crm-add,--add-missing)
		from=ask words='kind' ;;
	crm-add,--dates)
		from=words words='ymd dmy mdy' ;;
	crm-add,--decimal)
		from=words words='. ,' ;;
	crm-add,--key)
		from=ask words='field,...' ;;
	crm-add,--map)
		from=ask words='column=field' ;;
	crm-add,--rejects)
		from=file words='' ;;
	crm-add,--set)
		from=ask words='field=value' ;;
	crm-add,-i | crm-add,--input)
		from=words words='auto jsonl tsv csv ids yaml vcard ics' ;;
	crm-add,-f | crm-add,--fields)
		from=ask words='field,...' ;;
	crm-add,-l | crm-add,--limit)
		from=text words='' ;;
	crm-add,-o | crm-add,--output)
		from=words words='table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' ;;
	crm-add,--sort)
		from=ask words='field,...' ;;
	crm-add,-m | crm-add,--message)
		from=text words='' ;;
	crm-add,--wait)
		from=text words='' ;;
	crm-add,--color)
		from=words words='auto always never' ;;
	crm-add,-s | crm-add,--store)
		from=dir words='' ;;
	crm-due,-f | crm-due,--fields)
		from=ask words='field,...' ;;
	crm-due,-l | crm-due,--limit)
		from=text words='' ;;
	crm-due,-o | crm-due,--output)
		from=words words='table jsonl tsv csv ids yaml ics' ;;
	crm-due,--owner)
		from=ask words='user' ;;
	crm-due,--sort)
		from=ask words='field,...' ;;
	crm-due,--within)
		from=text words='' ;;
	crm-due,--color)
		from=words words='auto always never' ;;
	crm-due,-s | crm-due,--store)
		from=dir words='' ;;
	crm-find,--as-of)
		from=ask words='date' ;;
	crm-find,--get)
		from=ask words='field' ;;
	crm-find,-i | crm-find,--input)
		from=words words='auto jsonl tsv csv ids yaml vcard ics' ;;
	crm-find,-f | crm-find,--fields)
		from=ask words='field,...' ;;
	crm-find,-l | crm-find,--limit)
		from=text words='' ;;
	crm-find,-o | crm-find,--output)
		from=words words='table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' ;;
	crm-find,--sort)
		from=ask words='field,...' ;;
	crm-find,--color)
		from=words words='auto always never' ;;
	crm-find,-s | crm-find,--store)
		from=dir words='' ;;
	crm-history,--command)
		from=text words='' ;;
	crm-history,--field)
		from=ask words='field' ;;
	crm-history,-l | crm-history,--limit)
		from=text words='' ;;
	crm-history,-o | crm-history,--output)
		from=words words='table jsonl tsv csv' ;;
	crm-history,--since)
		from=ask words='date' ;;
	crm-history,--user)
		from=ask words='user' ;;
	crm-history,-i | crm-history,--input)
		from=words words='auto jsonl tsv csv ids yaml vcard ics' ;;
	crm-history,--color)
		from=words words='auto always never' ;;
	crm-history,-s | crm-history,--store)
		from=dir words='' ;;
	crm-log,-F | crm-log,--file)
		from=file words='' ;;
	crm-log,--add-missing)
		from=ask words='kind' ;;
	crm-log,--dates)
		from=words words='ymd dmy mdy' ;;
	crm-log,--decimal)
		from=words words='. ,' ;;
	crm-log,--key)
		from=ask words='field,...' ;;
	crm-log,--map)
		from=ask words='column=field' ;;
	crm-log,--rejects)
		from=file words='' ;;
	crm-log,--set)
		from=ask words='field=value' ;;
	crm-log,-i | crm-log,--input)
		from=words words='auto jsonl tsv csv ids yaml vcard ics' ;;
	crm-log,-f | crm-log,--fields)
		from=ask words='field,...' ;;
	crm-log,-l | crm-log,--limit)
		from=text words='' ;;
	crm-log,-o | crm-log,--output)
		from=words words='table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' ;;
	crm-log,--sort)
		from=ask words='field,...' ;;
	crm-log,-m | crm-log,--message)
		from=text words='' ;;
	crm-log,--wait)
		from=text words='' ;;
	crm-log,--color)
		from=words words='auto always never' ;;
	crm-log,-s | crm-log,--store)
		from=dir words='' ;;
	crm-merge,--least)
		from=text words='' ;;
	crm-merge,-i | crm-merge,--input)
		from=words words='auto jsonl tsv csv ids yaml vcard ics' ;;
	crm-merge,-f | crm-merge,--fields)
		from=ask words='field,...' ;;
	crm-merge,-l | crm-merge,--limit)
		from=text words='' ;;
	crm-merge,-o | crm-merge,--output)
		from=words words='table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' ;;
	crm-merge,--sort)
		from=ask words='field,...' ;;
	crm-merge,-m | crm-merge,--message)
		from=text words='' ;;
	crm-merge,--wait)
		from=text words='' ;;
	crm-merge,--color)
		from=words words='auto always never' ;;
	crm-merge,-s | crm-merge,--store)
		from=dir words='' ;;
	crm-plot,--bins)
		from=text words='' ;;
	crm-plot,-f | crm-plot,--fields)
		from=ask words='field,...' ;;
	crm-plot,-l | crm-plot,--limit)
		from=text words='' ;;
	crm-plot,-o | crm-plot,--output)
		from=text words='' ;;
	crm-plot,-i | crm-plot,--input)
		from=words words='auto jsonl tsv csv ids yaml vcard ics' ;;
	crm-plot,--color)
		from=words words='auto always never' ;;
	crm-plot,-s | crm-plot,--store)
		from=dir words='' ;;
	crm-report,--against)
		from=ask words='period' ;;
	crm-report,--as-of)
		from=ask words='date' ;;
	crm-report,--by)
		from=ask words='field,...' ;;
	crm-report,--calibrate-until)
		from=ask words='date' ;;
	crm-report,--discount)
		from=text words='' ;;
	crm-report,--explain)
		from=ask words='who' ;;
	crm-report,--for)
		from=ask words='who' ;;
	crm-report,--horizon)
		from=text words='' ;;
	crm-report,--in)
		from=ask words='period' ;;
	crm-report,--model)
		from=ask words='name' ;;
	crm-report,--silence)
		from=text words='' ;;
	crm-report,--since)
		from=ask words='date' ;;
	crm-report,--times)
		from=text words='' ;;
	crm-report,--unit)
		from=ask words='unit' ;;
	crm-report,-f | crm-report,--fields)
		from=ask words='field,...' ;;
	crm-report,-l | crm-report,--limit)
		from=text words='' ;;
	crm-report,-o | crm-report,--output)
		from=words words='table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' ;;
	crm-report,--sort)
		from=ask words='field,...' ;;
	crm-report,--color)
		from=words words='auto always never' ;;
	crm-report,-s | crm-report,--store)
		from=dir words='' ;;
	crm-rm,-i | crm-rm,--input)
		from=words words='auto jsonl tsv csv ids yaml vcard ics' ;;
	crm-rm,-f | crm-rm,--fields)
		from=ask words='field,...' ;;
	crm-rm,-l | crm-rm,--limit)
		from=text words='' ;;
	crm-rm,-o | crm-rm,--output)
		from=words words='table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' ;;
	crm-rm,--sort)
		from=ask words='field,...' ;;
	crm-rm,-m | crm-rm,--message)
		from=text words='' ;;
	crm-rm,--wait)
		from=text words='' ;;
	crm-rm,--color)
		from=words words='auto always never' ;;
	crm-rm,-s | crm-rm,--store)
		from=dir words='' ;;
	crm-segment,--as-of)
		from=ask words='date' ;;
	crm-segment,-i | crm-segment,--input)
		from=words words='auto jsonl tsv csv ids yaml vcard ics' ;;
	crm-segment,-f | crm-segment,--fields)
		from=ask words='field,...' ;;
	crm-segment,-l | crm-segment,--limit)
		from=text words='' ;;
	crm-segment,-o | crm-segment,--output)
		from=words words='table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' ;;
	crm-segment,--sort)
		from=ask words='field,...' ;;
	crm-segment,-m | crm-segment,--message)
		from=text words='' ;;
	crm-segment,--wait)
		from=text words='' ;;
	crm-segment,--color)
		from=words words='auto always never' ;;
	crm-segment,-s | crm-segment,--store)
		from=dir words='' ;;
	crm-set,-i | crm-set,--input)
		from=words words='auto jsonl tsv csv ids yaml vcard ics' ;;
	crm-set,-f | crm-set,--fields)
		from=ask words='field,...' ;;
	crm-set,-l | crm-set,--limit)
		from=text words='' ;;
	crm-set,-o | crm-set,--output)
		from=words words='table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' ;;
	crm-set,--sort)
		from=ask words='field,...' ;;
	crm-set,-m | crm-set,--message)
		from=text words='' ;;
	crm-set,--wait)
		from=text words='' ;;
	crm-set,--color)
		from=words words='auto always never' ;;
	crm-set,-s | crm-set,--store)
		from=dir words='' ;;
	crm-show,--as-of)
		from=ask words='date' ;;
	crm-show,-l | crm-show,--limit)
		from=text words='' ;;
	crm-show,-o | crm-show,--output)
		from=words words='jsonl text html' ;;
	crm-show,-i | crm-show,--input)
		from=words words='auto jsonl tsv csv ids yaml vcard ics' ;;
	crm-show,--color)
		from=words words='auto always never' ;;
	crm-show,-s | crm-show,--store)
		from=dir words='' ;;
	crm-store,--group)
		from=text words='' ;;
	crm-store,-o | crm-store,--output)
		from=words words='table jsonl' ;;
	crm-store,--wait)
		from=text words='' ;;
	crm-store,--color)
		from=words words='auto always never' ;;
	crm-store,-s | crm-store,--store)
		from=dir words='' ;;
	crm-undo,-f | crm-undo,--fields)
		from=ask words='field,...' ;;
	crm-undo,-l | crm-undo,--limit)
		from=text words='' ;;
	crm-undo,-o | crm-undo,--output)
		from=words words='table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' ;;
	crm-undo,--sort)
		from=ask words='field,...' ;;
	crm-undo,-m | crm-undo,--message)
		from=text words='' ;;
	crm-undo,--wait)
		from=text words='' ;;
	crm-undo,--color)
		from=words words='auto always never' ;;
	crm-undo,-s | crm-undo,--store)
		from=dir words='' ;;
	esac
}

_crm_options()
{
	case $1 in
	crm) options='--color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-add) options='--duplicates --add-missing --allow-erased --correct --dates --decimal --keep --key --map --new-ids --rejects --set --skip-bad --stream -i --input -f --fields -l --limit -o --output --sort -n --dry-run -m --message --no-hooks --wait --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-due) options='-f --fields -l --limit --new -o --output --owner --sort --within --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-find) options='--as-of --count --explain --get -i --input -f --fields -l --limit -o --output --sort --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-history) options='--command --field --follow -l --limit -o --output --since --user -i --input --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-log) options='-F --file --add-missing --allow-erased --correct --dates --decimal --keep --key --map --new-ids --rejects --set --skip-bad --stream -i --input -f --fields -l --limit -o --output --sort -n --dry-run -m --message --no-hooks --wait --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-merge) options='--least -i --input -f --fields -l --limit -o --output --sort -n --dry-run -m --message --no-hooks --wait --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-plot) options='--bins -f --fields -l --limit -o --output -i --input --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-report) options='--against --as-of --by --calibrate-until --discount --explain --for --horizon --in --model --silence --since --summary --times --unit -f --fields -l --limit -o --output --sort --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-rm) options='--erase -i --input -f --fields -l --limit -o --output --sort -n --dry-run -m --message --no-hooks --wait --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-segment) options='--as-of -i --input -f --fields -l --limit -o --output --sort -n --dry-run -m --message --no-hooks --wait --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-set) options='--allow-erased -i --input -f --fields -l --limit -o --output --sort -n --dry-run -m --message --no-hooks --wait --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-show) options='--all --as-of -l --limit -o --output -i --input --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-store) options='-n --dry-run --group -o --output --replace --wait --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	crm-undo) options='--force --skip-conflicts -f --fields -l --limit -o --output --sort -n --dry-run -m --message --no-hooks --wait --color -e --exit-status -h --help -q --quiet -s --store -V --version' ;;
	*) options= ;;
	esac
}

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

complete -F _crm crm crm-add crm-due crm-find crm-history crm-log crm-merge crm-plot crm-report crm-rm crm-segment crm-set crm-show crm-store crm-undo
complete -o default -F _crm crm-store
