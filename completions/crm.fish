# Completion for fish: made by completions/generate.sh, not by hand.

# Does an option of a program take a value?
function __crm_takes
    switch "$argv[1] $argv[2]"
        case 'crm --color'
            return 0
        case 'crm -s' 'crm --store'
            return 0
        case 'crm-add --duplicates'
            return 0
        case 'crm-add --add-missing'
            return 0
        case 'crm-add --dates'
            return 0
        case 'crm-add --decimal'
            return 0
        case 'crm-add --key'
            return 0
        case 'crm-add --map'
            return 0
        case 'crm-add --rejects'
            return 0
        case 'crm-add --set'
            return 0
        case 'crm-add -i' 'crm-add --input'
            return 0
        case 'crm-add -f' 'crm-add --fields'
            return 0
        case 'crm-add -l' 'crm-add --limit'
            return 0
        case 'crm-add -o' 'crm-add --output'
            return 0
        case 'crm-add --sort'
            return 0
        case 'crm-add -m' 'crm-add --message'
            return 0
        case 'crm-add --wait'
            return 0
        case 'crm-add --color'
            return 0
        case 'crm-add -s' 'crm-add --store'
            return 0
        case 'crm-due -f' 'crm-due --fields'
            return 0
        case 'crm-due -l' 'crm-due --limit'
            return 0
        case 'crm-due -o' 'crm-due --output'
            return 0
        case 'crm-due --owner'
            return 0
        case 'crm-due --sort'
            return 0
        case 'crm-due --within'
            return 0
        case 'crm-due --color'
            return 0
        case 'crm-due -s' 'crm-due --store'
            return 0
        case 'crm-find --as-of'
            return 0
        case 'crm-find --get'
            return 0
        case 'crm-find -i' 'crm-find --input'
            return 0
        case 'crm-find -f' 'crm-find --fields'
            return 0
        case 'crm-find -l' 'crm-find --limit'
            return 0
        case 'crm-find -o' 'crm-find --output'
            return 0
        case 'crm-find --sort'
            return 0
        case 'crm-find --color'
            return 0
        case 'crm-find -s' 'crm-find --store'
            return 0
        case 'crm-history --command'
            return 0
        case 'crm-history --field'
            return 0
        case 'crm-history -l' 'crm-history --limit'
            return 0
        case 'crm-history -o' 'crm-history --output'
            return 0
        case 'crm-history --since'
            return 0
        case 'crm-history --user'
            return 0
        case 'crm-history -i' 'crm-history --input'
            return 0
        case 'crm-history --color'
            return 0
        case 'crm-history -s' 'crm-history --store'
            return 0
        case 'crm-log -F' 'crm-log --file'
            return 0
        case 'crm-log --add-missing'
            return 0
        case 'crm-log --dates'
            return 0
        case 'crm-log --decimal'
            return 0
        case 'crm-log --key'
            return 0
        case 'crm-log --map'
            return 0
        case 'crm-log --rejects'
            return 0
        case 'crm-log --set'
            return 0
        case 'crm-log -i' 'crm-log --input'
            return 0
        case 'crm-log -f' 'crm-log --fields'
            return 0
        case 'crm-log -l' 'crm-log --limit'
            return 0
        case 'crm-log -o' 'crm-log --output'
            return 0
        case 'crm-log --sort'
            return 0
        case 'crm-log -m' 'crm-log --message'
            return 0
        case 'crm-log --wait'
            return 0
        case 'crm-log --color'
            return 0
        case 'crm-log -s' 'crm-log --store'
            return 0
        case 'crm-merge --least'
            return 0
        case 'crm-merge -i' 'crm-merge --input'
            return 0
        case 'crm-merge -f' 'crm-merge --fields'
            return 0
        case 'crm-merge -l' 'crm-merge --limit'
            return 0
        case 'crm-merge -o' 'crm-merge --output'
            return 0
        case 'crm-merge --sort'
            return 0
        case 'crm-merge -m' 'crm-merge --message'
            return 0
        case 'crm-merge --wait'
            return 0
        case 'crm-merge --color'
            return 0
        case 'crm-merge -s' 'crm-merge --store'
            return 0
        case 'crm-plot --bins'
            return 0
        case 'crm-plot -f' 'crm-plot --fields'
            return 0
        case 'crm-plot -l' 'crm-plot --limit'
            return 0
        case 'crm-plot -o' 'crm-plot --output'
            return 0
        case 'crm-plot -i' 'crm-plot --input'
            return 0
        case 'crm-plot --color'
            return 0
        case 'crm-plot -s' 'crm-plot --store'
            return 0
        case 'crm-report --against'
            return 0
        case 'crm-report --as-of'
            return 0
        case 'crm-report --by'
            return 0
        case 'crm-report --calibrate-until'
            return 0
        case 'crm-report --discount'
            return 0
        case 'crm-report --explain'
            return 0
        case 'crm-report --for'
            return 0
        case 'crm-report --horizon'
            return 0
        case 'crm-report --in'
            return 0
        case 'crm-report --model'
            return 0
        case 'crm-report --silence'
            return 0
        case 'crm-report --since'
            return 0
        case 'crm-report --times'
            return 0
        case 'crm-report --unit'
            return 0
        case 'crm-report -f' 'crm-report --fields'
            return 0
        case 'crm-report -l' 'crm-report --limit'
            return 0
        case 'crm-report -o' 'crm-report --output'
            return 0
        case 'crm-report --sort'
            return 0
        case 'crm-report --color'
            return 0
        case 'crm-report -s' 'crm-report --store'
            return 0
        case 'crm-rm -i' 'crm-rm --input'
            return 0
        case 'crm-rm -f' 'crm-rm --fields'
            return 0
        case 'crm-rm -l' 'crm-rm --limit'
            return 0
        case 'crm-rm -o' 'crm-rm --output'
            return 0
        case 'crm-rm --sort'
            return 0
        case 'crm-rm -m' 'crm-rm --message'
            return 0
        case 'crm-rm --wait'
            return 0
        case 'crm-rm --color'
            return 0
        case 'crm-rm -s' 'crm-rm --store'
            return 0
        case 'crm-segment --as-of'
            return 0
        case 'crm-segment -i' 'crm-segment --input'
            return 0
        case 'crm-segment -f' 'crm-segment --fields'
            return 0
        case 'crm-segment -l' 'crm-segment --limit'
            return 0
        case 'crm-segment -o' 'crm-segment --output'
            return 0
        case 'crm-segment --sort'
            return 0
        case 'crm-segment -m' 'crm-segment --message'
            return 0
        case 'crm-segment --wait'
            return 0
        case 'crm-segment --color'
            return 0
        case 'crm-segment -s' 'crm-segment --store'
            return 0
        case 'crm-set -i' 'crm-set --input'
            return 0
        case 'crm-set -f' 'crm-set --fields'
            return 0
        case 'crm-set -l' 'crm-set --limit'
            return 0
        case 'crm-set -o' 'crm-set --output'
            return 0
        case 'crm-set --sort'
            return 0
        case 'crm-set -m' 'crm-set --message'
            return 0
        case 'crm-set --wait'
            return 0
        case 'crm-set --color'
            return 0
        case 'crm-set -s' 'crm-set --store'
            return 0
        case 'crm-show --as-of'
            return 0
        case 'crm-show -l' 'crm-show --limit'
            return 0
        case 'crm-show -o' 'crm-show --output'
            return 0
        case 'crm-show -i' 'crm-show --input'
            return 0
        case 'crm-show --color'
            return 0
        case 'crm-show -s' 'crm-show --store'
            return 0
        case 'crm-store --group'
            return 0
        case 'crm-store -o' 'crm-store --output'
            return 0
        case 'crm-store --wait'
            return 0
        case 'crm-store --color'
            return 0
        case 'crm-store -s' 'crm-store --store'
            return 0
        case 'crm-undo -f' 'crm-undo --fields'
            return 0
        case 'crm-undo -l' 'crm-undo --limit'
            return 0
        case 'crm-undo -o' 'crm-undo --output'
            return 0
        case 'crm-undo --sort'
            return 0
        case 'crm-undo -m' 'crm-undo --message'
            return 0
        case 'crm-undo --wait'
            return 0
        case 'crm-undo --color'
            return 0
        case 'crm-undo -s' 'crm-undo --store'
            return 0
    end
    return 1
end

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

# An operand that may be a file: files, where nothing else fits.
function __crm_or_file
    set -l found (__crm_ask operand)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end

set -g __crm_programs crm crm-add crm-due crm-find crm-history crm-log crm-merge crm-plot crm-report crm-rm crm-segment crm-set crm-show crm-store crm-undo

complete -e -c crm
complete -c crm -f -a '(__crm_front)'
complete -c crm -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm -s h -l help -d 'show this help'
complete -c crm -s q -l quiet -d 'say nothing but errors'
complete -c crm -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm -s V -l version -d 'show the version'

complete -e -c crm-add
complete -c crm-add -f -a '(__crm_ask operand)'
complete -c crm-add -l duplicates -x -a 'auto allow warn refuse' -d 'who may be there already: allow, warn or refuse'
complete -c crm-add -l add-missing -x -a '(__crm_value kind)' -d 'make records that links name and the store lacks'
complete -c crm-add -l allow-erased -d 'take addresses of people who were erased'
complete -c crm-add -l correct -d 'change an event whose key is known already'
complete -c crm-add -l dates -x -a 'ymd dmy mdy' -d 'order of 3/4/2024: ymd (refuse), dmy or mdy'
complete -c crm-add -l decimal -x -a '. ,' -d 'decimal point of numbers: . or ,'
complete -c crm-add -l keep -d 'with --key: change only empty fields'
complete -c crm-add -l key -x -a '(__crm_value field,...)' -d 'change the record that one of these finds'
complete -c crm-add -l map -x -a '(__crm_value column=field)' -d 'where a column of a foreign file goes'
complete -c crm-add -l new-ids -d 'number afresh, links too'
complete -c crm-add -l rejects -r -F -d 'keep the bad lines in a file'
complete -c crm-add -l set -x -a '(__crm_value field=value)' -d 'what a record gets that has none'
complete -c crm-add -l skip-bad -d 'write the good lines, leave out the bad'
complete -c crm-add -l stream -d 'write each line before the next is read'
complete -c crm-add -s i -l input -x -a 'auto jsonl tsv csv ids yaml vcard ics' -d 'form of the input'
complete -c crm-add -s f -l fields -x -a '(__crm_value field,...)' -d 'choose the columns'
complete -c crm-add -s l -l limit -x -d 'stop after so many records'
complete -c crm-add -s o -l output -x -a 'table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' -d 'form of the output'
complete -c crm-add -l sort -x -a '(__crm_value field,...)' -d 'sort by fields, -FIELD for the other way round'
complete -c crm-add -s n -l dry-run -d 'check, but write nothing'
complete -c crm-add -s m -l message -x -d 'a word for the history'
complete -c crm-add -l no-hooks -d 'run no hooks of the store'
complete -c crm-add -l wait -x -d 'how long to wait for the store'
complete -c crm-add -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-add -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-add -s h -l help -d 'show this help'
complete -c crm-add -s q -l quiet -d 'say nothing but errors'
complete -c crm-add -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-add -s V -l version -d 'show the version'

complete -e -c crm-due
complete -c crm-due -f -a '(__crm_ask operand)'
complete -c crm-due -s f -l fields -x -a '(__crm_value field,...)' -d 'choose the columns'
complete -c crm-due -s l -l limit -x -d 'stop after so many records'
complete -c crm-due -l new -d 'only what was not told before'
complete -c crm-due -s o -l output -x -a 'table jsonl tsv csv ids yaml ics' -d 'form of the output'
complete -c crm-due -l owner -x -a '(__crm_value user)' -d 'what is theirs alone; me: what is mine'
complete -c crm-due -l sort -x -a '(__crm_value field,...)' -d 'sort by fields, -FIELD for the other way round'
complete -c crm-due -l within -x -d 'also what is due so soon: 7d'
complete -c crm-due -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-due -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-due -s h -l help -d 'show this help'
complete -c crm-due -s q -l quiet -d 'say nothing but errors'
complete -c crm-due -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-due -s V -l version -d 'show the version'

complete -e -c crm-find
complete -c crm-find -f -a '(__crm_ask operand)'
complete -c crm-find -l as-of -x -a '(__crm_value date)' -d 'as it was then: a date, or change:N'
complete -c crm-find -l count -d 'print how many there are'
complete -c crm-find -l explain -d 'print how the query is understood and run'
complete -c crm-find -l get -x -a '(__crm_value field)' -d 'print the records that a link names instead'
complete -c crm-find -s i -l input -x -a 'auto jsonl tsv csv ids yaml vcard ics' -d 'form of the input'
complete -c crm-find -s f -l fields -x -a '(__crm_value field,...)' -d 'choose the columns'
complete -c crm-find -s l -l limit -x -d 'stop after so many records'
complete -c crm-find -s o -l output -x -a 'table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' -d 'form of the output'
complete -c crm-find -l sort -x -a '(__crm_value field,...)' -d 'sort by fields, -FIELD for the other way round'
complete -c crm-find -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-find -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-find -s h -l help -d 'show this help'
complete -c crm-find -s q -l quiet -d 'say nothing but errors'
complete -c crm-find -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-find -s V -l version -d 'show the version'

complete -e -c crm-history
complete -c crm-history -f -a '(__crm_ask operand)'
complete -c crm-history -l command -x -d 'what this program did alone: crm-set'
complete -c crm-history -l field -x -a '(__crm_value field)' -d 'what changed this field alone'
complete -c crm-history -l follow -d 'oldest first, and go on with what others write'
complete -c crm-history -s l -l limit -x -d 'stop after so many change sets'
complete -c crm-history -s o -l output -x -a 'table jsonl tsv csv' -d 'form of the output'
complete -c crm-history -l since -x -a '(__crm_value date)' -d 'from a day on, or behind a change set: change:N'
complete -c crm-history -l user -x -a '(__crm_value user)' -d 'what this user did alone'
complete -c crm-history -s i -l input -x -a 'auto jsonl tsv csv ids yaml vcard ics' -d 'form of the input'
complete -c crm-history -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-history -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-history -s h -l help -d 'show this help'
complete -c crm-history -s q -l quiet -d 'say nothing but errors'
complete -c crm-history -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-history -s V -l version -d 'show the version'

complete -e -c crm-log
complete -c crm-log -f -a '(__crm_ask operand)'
complete -c crm-log -s F -l file -r -F -d 'take the text from a file, - for stdin'
complete -c crm-log -l add-missing -x -a '(__crm_value kind)' -d 'make records that links name and the store lacks'
complete -c crm-log -l allow-erased -d 'take addresses of people who were erased'
complete -c crm-log -l correct -d 'change an event whose key is known already'
complete -c crm-log -l dates -x -a 'ymd dmy mdy' -d 'order of 3/4/2024: ymd (refuse), dmy or mdy'
complete -c crm-log -l decimal -x -a '. ,' -d 'decimal point of numbers: . or ,'
complete -c crm-log -l keep -d 'with --key: change only empty fields'
complete -c crm-log -l key -x -a '(__crm_value field,...)' -d 'change the record that one of these finds'
complete -c crm-log -l map -x -a '(__crm_value column=field)' -d 'where a column of a foreign file goes'
complete -c crm-log -l new-ids -d 'number afresh, links too'
complete -c crm-log -l rejects -r -F -d 'keep the bad lines in a file'
complete -c crm-log -l set -x -a '(__crm_value field=value)' -d 'what a record gets that has none'
complete -c crm-log -l skip-bad -d 'write the good lines, leave out the bad'
complete -c crm-log -l stream -d 'write each line before the next is read'
complete -c crm-log -s i -l input -x -a 'auto jsonl tsv csv ids yaml vcard ics' -d 'form of the input'
complete -c crm-log -s f -l fields -x -a '(__crm_value field,...)' -d 'choose the columns'
complete -c crm-log -s l -l limit -x -d 'stop after so many records'
complete -c crm-log -s o -l output -x -a 'table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' -d 'form of the output'
complete -c crm-log -l sort -x -a '(__crm_value field,...)' -d 'sort by fields, -FIELD for the other way round'
complete -c crm-log -s n -l dry-run -d 'check, but write nothing'
complete -c crm-log -s m -l message -x -d 'a word for the history'
complete -c crm-log -l no-hooks -d 'run no hooks of the store'
complete -c crm-log -l wait -x -d 'how long to wait for the store'
complete -c crm-log -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-log -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-log -s h -l help -d 'show this help'
complete -c crm-log -s q -l quiet -d 'say nothing but errors'
complete -c crm-log -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-log -s V -l version -d 'show the version'

complete -e -c crm-merge
complete -c crm-merge -f -a '(__crm_ask operand)'
complete -c crm-merge -l least -x -d 'find: what speaks for a pair at least (10)'
complete -c crm-merge -s i -l input -x -a 'auto jsonl tsv csv ids yaml vcard ics' -d 'form of the input'
complete -c crm-merge -s f -l fields -x -a '(__crm_value field,...)' -d 'choose the columns'
complete -c crm-merge -s l -l limit -x -d 'stop after so many records'
complete -c crm-merge -s o -l output -x -a 'table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' -d 'form of the output'
complete -c crm-merge -l sort -x -a '(__crm_value field,...)' -d 'sort by fields, -FIELD for the other way round'
complete -c crm-merge -s n -l dry-run -d 'check, but write nothing'
complete -c crm-merge -s m -l message -x -d 'a word for the history'
complete -c crm-merge -l no-hooks -d 'run no hooks of the store'
complete -c crm-merge -l wait -x -d 'how long to wait for the store'
complete -c crm-merge -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-merge -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-merge -s h -l help -d 'show this help'
complete -c crm-merge -s q -l quiet -d 'say nothing but errors'
complete -c crm-merge -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-merge -s V -l version -d 'show the version'

complete -e -c crm-plot
complete -c crm-plot -f -a '(__crm_ask operand)'
complete -c crm-plot -l bins -x -d 'histogram: how many ranges at most'
complete -c crm-plot -s f -l fields -x -a '(__crm_value field,...)' -d 'choose the columns'
complete -c crm-plot -s l -l limit -x -d 'stop after so many records'
complete -c crm-plot -s o -l output -x -d 'svg, png, or the name of such a file; else text'
complete -c crm-plot -s i -l input -x -a 'auto jsonl tsv csv ids yaml vcard ics' -d 'form of the input'
complete -c crm-plot -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-plot -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-plot -s h -l help -d 'show this help'
complete -c crm-plot -s q -l quiet -d 'say nothing but errors'
complete -c crm-plot -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-plot -s V -l version -d 'show the version'

complete -e -c crm-report
complete -c crm-report -f -a '(__crm_ask operand)'
complete -c crm-report -l against -x -a '(__crm_value period)' -d 'compare with a period, or with whom a query finds'
complete -c crm-report -l as-of -x -a '(__crm_value date)' -d 'as it was then: a date, or change:N'
complete -c crm-report -l by -x -a '(__crm_value field,...)' -d 'what the rows stand for'
complete -c crm-report -l calibrate-until -x -a '(__crm_value date)' -d 'clv, score: fit to what was known then'
complete -c crm-report -l discount -x -d 'clv: what later money loses a year (10)'
complete -c crm-report -l explain -x -a '(__crm_value who)' -d 'say how the figures of one came about'
complete -c crm-report -l for -x -a '(__crm_value who)' -d 'basket: what to offer to somebody'
complete -c crm-report -l horizon -x -d 'clv, churn, retention: how far ahead (52w)'
complete -c crm-report -l in -x -a '(__crm_value period)' -d 'cover a period only: 2026-03, last-month'
complete -c crm-report -l model -x -a '(__crm_value name)' -d 'clv, churn, model: bg-nbd, ...; score: which'
complete -c crm-report -l silence -x -d 'stale: so long without a contact (30d)'
complete -c crm-report -l since -x -a '(__crm_value date)' -d 'compare with the report as it was then'
complete -c crm-report -l summary -d 'sums instead of single customers or deals'
complete -c crm-report -l times -x -d 'overdue, stale: how many times the usual (2)'
complete -c crm-report -l unit -x -a '(__crm_value unit)' -d 'clv, churn, retention: day, week, month, year'
complete -c crm-report -s f -l fields -x -a '(__crm_value field,...)' -d 'choose the columns'
complete -c crm-report -s l -l limit -x -d 'stop after so many records'
complete -c crm-report -s o -l output -x -a 'table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' -d 'form of the output'
complete -c crm-report -l sort -x -a '(__crm_value field,...)' -d 'sort by fields, -FIELD for the other way round'
complete -c crm-report -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-report -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-report -s h -l help -d 'show this help'
complete -c crm-report -s q -l quiet -d 'say nothing but errors'
complete -c crm-report -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-report -s V -l version -d 'show the version'

complete -e -c crm-rm
complete -c crm-rm -f -a '(__crm_ask operand)'
complete -c crm-rm -l erase -d 'for good: values, texts of their events, history'
complete -c crm-rm -s i -l input -x -a 'auto jsonl tsv csv ids yaml vcard ics' -d 'form of the input'
complete -c crm-rm -s f -l fields -x -a '(__crm_value field,...)' -d 'choose the columns'
complete -c crm-rm -s l -l limit -x -d 'stop after so many records'
complete -c crm-rm -s o -l output -x -a 'table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' -d 'form of the output'
complete -c crm-rm -l sort -x -a '(__crm_value field,...)' -d 'sort by fields, -FIELD for the other way round'
complete -c crm-rm -s n -l dry-run -d 'check, but write nothing'
complete -c crm-rm -s m -l message -x -d 'a word for the history'
complete -c crm-rm -l no-hooks -d 'run no hooks of the store'
complete -c crm-rm -l wait -x -d 'how long to wait for the store'
complete -c crm-rm -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-rm -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-rm -s h -l help -d 'show this help'
complete -c crm-rm -s q -l quiet -d 'say nothing but errors'
complete -c crm-rm -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-rm -s V -l version -d 'show the version'

complete -e -c crm-segment
complete -c crm-segment -f -a '(__crm_ask operand)'
complete -c crm-segment -l as-of -x -a '(__crm_value date)' -d 'as it was then: a date, or change:N'
complete -c crm-segment -s i -l input -x -a 'auto jsonl tsv csv ids yaml vcard ics' -d 'form of the input'
complete -c crm-segment -s f -l fields -x -a '(__crm_value field,...)' -d 'choose the columns'
complete -c crm-segment -s l -l limit -x -d 'stop after so many records'
complete -c crm-segment -s o -l output -x -a 'table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' -d 'form of the output'
complete -c crm-segment -l sort -x -a '(__crm_value field,...)' -d 'sort by fields, -FIELD for the other way round'
complete -c crm-segment -s n -l dry-run -d 'check, but write nothing'
complete -c crm-segment -s m -l message -x -d 'a word for the history'
complete -c crm-segment -l no-hooks -d 'run no hooks of the store'
complete -c crm-segment -l wait -x -d 'how long to wait for the store'
complete -c crm-segment -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-segment -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-segment -s h -l help -d 'show this help'
complete -c crm-segment -s q -l quiet -d 'say nothing but errors'
complete -c crm-segment -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-segment -s V -l version -d 'show the version'

complete -e -c crm-set
complete -c crm-set -f -a '(__crm_ask operand)'
complete -c crm-set -l allow-erased -d 'take addresses of people who were erased'
complete -c crm-set -s i -l input -x -a 'auto jsonl tsv csv ids yaml vcard ics' -d 'form of the input'
complete -c crm-set -s f -l fields -x -a '(__crm_value field,...)' -d 'choose the columns'
complete -c crm-set -s l -l limit -x -d 'stop after so many records'
complete -c crm-set -s o -l output -x -a 'table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' -d 'form of the output'
complete -c crm-set -l sort -x -a '(__crm_value field,...)' -d 'sort by fields, -FIELD for the other way round'
complete -c crm-set -s n -l dry-run -d 'check, but write nothing'
complete -c crm-set -s m -l message -x -d 'a word for the history'
complete -c crm-set -l no-hooks -d 'run no hooks of the store'
complete -c crm-set -l wait -x -d 'how long to wait for the store'
complete -c crm-set -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-set -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-set -s h -l help -d 'show this help'
complete -c crm-set -s q -l quiet -d 'say nothing but errors'
complete -c crm-set -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-set -s V -l version -d 'show the version'

complete -e -c crm-show
complete -c crm-show -f -a '(__crm_ask operand)'
complete -c crm-show -l all -d 'everything that is held about them, as JSON Lines'
complete -c crm-show -l as-of -x -a '(__crm_value date)' -d 'as it was then: a date, or change:N'
complete -c crm-show -s l -l limit -x -d 'how many of the newest events to show (10)'
complete -c crm-show -s o -l output -x -a 'jsonl text html' -d 'jsonl of --all; text or html of a quote or invoice'
complete -c crm-show -s i -l input -x -a 'auto jsonl tsv csv ids yaml vcard ics' -d 'form of the input'
complete -c crm-show -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-show -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-show -s h -l help -d 'show this help'
complete -c crm-show -s q -l quiet -d 'say nothing but errors'
complete -c crm-show -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-show -s V -l version -d 'show the version'

complete -e -c crm-store
complete -c crm-store -f -a '(__crm_or_file)'
complete -c crm-store -s n -l dry-run -d 'load: check the dump, make no store'
complete -c crm-store -l group -x -d 'init, load, repair, restore: for a group of users'
complete -c crm-store -s o -l output -x -a 'table jsonl' -d 'stat: form of the output, table or jsonl'
complete -c crm-store -l replace -d 'restore: in the place of the store that is there'
complete -c crm-store -l wait -x -d 'compact, restore: how long to wait for others'
complete -c crm-store -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-store -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-store -s h -l help -d 'show this help'
complete -c crm-store -s q -l quiet -d 'say nothing but errors'
complete -c crm-store -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-store -s V -l version -d 'show the version'

complete -e -c crm-undo
complete -c crm-undo -f -a '(__crm_ask operand)'
complete -c crm-undo -l force -d 'take back what others changed since, too'
complete -c crm-undo -l skip-conflicts -d 'leave what others changed since as it is'
complete -c crm-undo -s f -l fields -x -a '(__crm_value field,...)' -d 'choose the columns'
complete -c crm-undo -s l -l limit -x -d 'stop after so many records'
complete -c crm-undo -s o -l output -x -a 'table jsonl tsv csv ids yaml mutt aerc sheet vcard vcard3 ledger' -d 'form of the output'
complete -c crm-undo -l sort -x -a '(__crm_value field,...)' -d 'sort by fields, -FIELD for the other way round'
complete -c crm-undo -s n -l dry-run -d 'check, but write nothing'
complete -c crm-undo -s m -l message -x -d 'a word for the history'
complete -c crm-undo -l no-hooks -d 'run no hooks of the store'
complete -c crm-undo -l wait -x -d 'how long to wait for the store'
complete -c crm-undo -l color -x -a 'auto always never' -d 'colours: auto, always or never'
complete -c crm-undo -s e -l exit-status -d 'exit 1 when the answer is no or nothing'
complete -c crm-undo -s h -l help -d 'show this help'
complete -c crm-undo -s q -l quiet -d 'say nothing but errors'
complete -c crm-undo -s s -l store -x -a '(__fish_complete_directories)' -d 'the store'
complete -c crm-undo -s V -l version -d 'show the version'
