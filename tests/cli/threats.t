#!/bin/sh
# What others may put before us: names that drive terminals, files in the
# store's directory that are none of ours, YAML that blows up, endless lines.
. "${0%/*}/../lib.sh"
plan 56

export CRM_STORE=$tmp/store
crm-store init
esc=$(printf '\033')
bel=$(printf '\007')
evil=$(printf 'Ev\033]0;owned\007il\302\233')
crm-add person name="$evil" email=evil@x.example city="$evil"
crm-add deal title="$evil" who=evil@x.example value=1
crm-log evil@x.example note "$evil" -m "$evil"
crm-segment define all person >/dev/null 2>&1 || crm-segment define all 'person'

# on a terminal no byte of it arrives
if command -v script >/dev/null; then
	for c in 'crm-find person -f name,city' 'crm-show evil@x.example' \
	    'crm-history' 'crm-history p1' 'crm-history -o jsonl' \
	    'crm-find person -o jsonl' 'crm-find person -o tsv' \
	    'crm-report pipeline --by title' 'crm-set p1 note=x' \
	    'crm-rm p1 -n' 'crm-undo -n' 'crm-segment' 'crm-store stat' \
	    'crm-show deal' 'crm-find any'; do
		script -qec "stty cols 80 2>/dev/null; $c" /dev/null \
		    </dev/null >out.raw 2>&1
		tr -d '\r' <out.raw | sed "s/$esc\[[0-9;]*[mK]//g" >out.seen
		unlike "no bytes that drive a terminal: $c" "$(cat out.seen)" \
		    "$esc|$bel|$(printf '\302\233')"
	done
else
	skip 15 'there is no script'
fi
# nor in messages, wherever they go
for c in "crm-show '$evil'" "crm-find '$evil:x'" "crm-add '$evil' name=x" \
    "crm-set p1 '$evil=x'" "crm-log p1 '$evil' x" "crm-report '$evil'" \
    "crm-history '$evil'" "crm-segment show '$evil'" "crm-store '$evil'" \
    "crm-find --sort '$evil'" "crm-find -o '$evil'" "crm-rm '$evil' nobody" \
    "crm-store restore '$evil'" "crm-store -s '$evil' stat" \
    "crm-store config '$evil'"; do
	sh -c "$c" >out 2>err </dev/null
	unlike "nor in messages: ${c%%"$esc"*}" "$(cat err)" "$esc|$bel"
done
printf 'name,%s\nx,y\n' "$evil" | crm-add person -i csv >out 2>err
unlike 'of the names of columns' "$(cat err)" "$esc|$bel"
printf 'kinds: {"%s": 1}\n' '\e]0;x\a' >bad.yaml
crm-store config bad.yaml >out 2>err
unlike 'of crm.yaml' "$(cat err)" "$esc|$bel"

# what lies in the directory is ours, or is not used
cp "$CRM_STORE/data.mdb" good
for f in data.mdb crm.yaml; do
	for sort in link fifo device folder; do
		mv "$CRM_STORE/$f" saved
		case $sort in
		link) ln -s "$tmp/good" "$CRM_STORE/$f" ;;
		fifo) mkfifo "$CRM_STORE/$f" ;;
		device) ln -s /dev/zero "$CRM_STORE/$f" ;;
		folder) mkdir "$CRM_STORE/$f" ;;
		esac
		run timeout 20 crm-find person
		[ "$status" -ge 65 ] && [ "$status" -le 78 ]
		result $? "$sort for $f is refused" || tell_run crm-find
		rm -rf "${CRM_STORE:?}/$f"
		mv saved "$CRM_STORE/$f"
	done
done
for f in lock.mdb gate; do
	for sort in link fifo; do
		rm -f "$CRM_STORE/$f"
		: >victim
		case $sort in
		link) ln -s "$tmp/victim" "$CRM_STORE/$f" ;;
		fifo) mkfifo "$CRM_STORE/$f" ;;
		esac
		run timeout 20 crm-find person
		[ "$status" -ge 65 ] && [ "$status" -le 78 ] && ! [ -s victim ]
		result $? "$sort for $f is refused" || tell_run crm-find
		rm -f "$CRM_STORE/$f"
	done
done
umask 000
crm-store -s lax init
is 'whatever the umask, nobody else gets in' \
    "$(stat -c %a lax lax/data.mdb lax/crm.yaml | xargs)" '700 600 600'
crm-find -s lax person
is 'nor into the files made later' \
    "$(stat -c %a lax/lock.mdb lax/gate | xargs)" '600 600'
umask 022

# YAML
bomb='a: &a [x,x,x]
b: &b [*a,*a,*a]'
printf '%s\n' "$bomb" >bomb.yaml
fails_with 78 'aliases in crm.yaml' crm-store config bomb.yaml
printf '%s\n' "- name: &x y" "  note: *x" >bomb.in
fails_with 65 'aliases in records' sh -c 'crm-add person -i yaml <bomb.in'
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "["; print "" }' >deep
fails_with 78 'depth in crm.yaml' timeout 10 crm-store config deep
fails_with 65 'depth in records' sh -c 'timeout 10 crm-add person -i yaml <deep'
fails_with 65 'depth in JSON' sh -c '{ printf "{\"name\":"; cat deep; } |
	timeout 10 crm-add person -i jsonl'

# a line of 17 MiB
head -c 17825792 /dev/zero | tr '\0' x >long
for form in jsonl tsv csv yaml; do
	case $form in
	jsonl) printf '{"name":"' >line; cat long >>line; echo '"}' >>line ;;
	yaml) printf -- '- name: ' >line; cat long >>line; echo >>line ;;
	*) { echo name; cat long; echo; } >line ;;
	esac
	fails_with 65 "a long line of $form" sh -c \
	    "timeout 60 crm-add person -i $form <line"
done
is 'of all that nothing was written' "$(crm-find person --count)" 1
