#!/bin/sh
# crm-find --sort relevance: the order against one that awk works out from the
# records themselves.  Lengths of texts are such as every class of lengths
# begins with.
. "${0%/*}/../lib.sh"
plan 25

# texts N SEED: N texts of words w0 (in every third) to w59 (in few).
texts()
{
	awk -v n="$1" -v seed="$2" 'BEGIN {
		srand(seed)
		split("1 2 3 4 6 8 12 16", length_of)
		for (; n > 0; n--) {
			text = ""
			for (k = length_of[1 + int(rand() * 8)]; k > 0; k--)
				text = text " w" int(60 * rand() ^ 1.5)
			print substr(text, 2)
		}
	}'
}

# wanted WORDS MODE [COND]: ids, best first, of the records on stdin: id, what
# chooses, text of weight 7 (or none), text of weight 1.  MODE: and, or.
wanted()
{
	awk -F'\t' -v words="$1" -v mode="$2" -v cond="${3-.}" '
	{
		id[NR] = $1; chosen[NR] = $2
		long = split($3, heavy, " ")
		size[NR] = long + split($4, light, " ")
		for (i in light) weight[NR, light[i]] = 1
		for (i in heavy) weight[NR, heavy[i]] = 7
	}
	END {
		k = split(words, word, " ")
		for (i = 1; i <= k; i++)
			for (r = 1; r <= NR; r++)
				if ((r, word[i]) in weight) n[i]++
		for (r = 1; r <= NR; r++) {
			score = has = 0
			for (i = 1; i <= k; i++) {
				if (!((r, word[i]) in weight)) continue
				has++
				w = weight[r, word[i]]
				idf = log(1 + (NR - n[i] + .5) / (n[i] + .5)) / log(2)
				norm = w + 1.2 * (.25 + .75 * size[r] / 8)
				score += idf * w * 2.2 / norm
			}
			if ((mode == "and" ? has == k : has > 0) && chosen[r] ~ cond)
				printf "%.5f\t%d\t%s\n", score, substr(id[r], 2), id[r]
		}
	}' | LC_ALL=C sort -k 1,1nr -k 2,2nr | cut -f 3
}

# best TITLE WANTED ARGS...: what crm-find --sort relevance prints.
best()
{
	best_title=$1
	best_want=$2
	shift 2
	is "$best_title" "$(crm-find --sort relevance -o ids "$@" 2>&1)" \
		"${best_want:-something to compare with}"
}

events()
{
	crm-find event -f id,what,by,text -o tsv | sed 1d |
		awk -F'\t' -v OFS='\t' '{ print $1, $2 " " $3, "", $4 }'
}

people()
{
	crm-find person -f id,city,name,note -o tsv | sed 1d
}

texts 600 1 | awk -F'\t' '{
	name = "w" NR % 50 " w" NR % 7 + 60 # two words, and so the note
	n = split($0, word, " ")
	if (n > 2) sub(/^[^ ]* [^ ]* /, ""); else $0 = ""
	city = NR % 3 ? "Łódź" : "Kraków"
	note = $0 == "" ? "" : ",\"note\":\"" $0 "\""
	printf "{\"name\":\"%s\",\"city\":\"%s\"%s}\n", name, city, note
}' | crm-add person
texts 5000 2 | awk '{
	printf "{\"who\":\"p%d\",\"what\":\"%s\",\"by\":\"%s\",\"at\":\"2026-03-01\",\"text\":\"%s\"}\n",
	    NR % 600 + 1, NR % 4 ? "call" : "note", NR % 2 ? "ewa" : "jan", $0
}' >all
crm-log <all
like 'these are indexed' "$(crm-find event w1 --explain)" '^events: [1-9][0-9]* by index'
texts 300 3 | awk '{
	printf "{\"who\":\"p%d\",\"what\":\"call\",\"at\":\"2026-03-02\",\"text\":\"%s\"}\n", NR, $0
}' | crm-log
events >ev
cp ev looked-up
people >pe

best 'two words' "$(wanted 'w3 w9' and <ev)" event w3 w9
best 'the best ten of them' "$(wanted 'w3 w9' and <ev | head -10)" \
	event w3 w9 -l 10
best 'one word' "$(wanted w40 and <ev)" event w40
best 'a word that is said twice counts once' "$(wanted 'w40' and <ev)" \
	event w40 w40
best 'the rarer one first' "$(wanted 'w30 w0 w31' and <ev)" event w30 w0 w31
best 'one of two' "$(wanted 'w55 w7' or <ev | head -300)" \
	event w55 or w7 -l 300
best 'with a term that chooses' "$(wanted 'w3 w9' and note <ev | head -20)" \
	event w3 w9 what:note -l 20
best 'and one with no index' "$(wanted 'w3 w9' and 'jan' <ev | head -20)" \
	event w3 w9 'by:~^j' -l 20
best 'a term through a link' "$(wanted 'w3 w9' and <ev | head -100 |
	while read -r e; do
		crm-find event "$e" who.city:Kraków -o ids
	done | head -5)" event w3 w9 who.city:Kraków -l 5
best 'where all are looked at' "$(wanted 'w3' and <ev | head -5)" \
	event '(' w3 or 'by:~^x' ')' -l 5
best 'what is not wanted weighs nothing' "$(wanted w40 and <ev |
	while read -r e; do
		grep -q "^$e	.* w0\( \|\$\)\|^$e	.*	w0\( \|\$\)" looked-up ||
			echo "$e"
	done)" event w40 not w0
best 'a phrase' "$(wanted 'w3 w0' and <ev | while read -r e; do
		awk -v e="$e" '$1 == e' looked-up | grep -q '[	 ]w3 w0\( \|$\)' && echo "$e"
	done | head -5)" event 'w3 w0' -l 5
best 'people by their fields' "$(wanted 'w3 w1' and <pe)" person w3 w1
best 'either word, people' "$(wanted 'w3 w62' or <pe | head -30)" \
	person w3 or w62 -l 30
best 'people of one town' "$(wanted 'w3' and Kraków <pe)" person w3 city:Kraków

top=$(crm-find event w3 w9 --sort relevance -l 1 -o ids)
crm-rm "$top"
best 'what is removed is not there' "$(wanted 'w3 w9' and <ev | sed -n 2,6p)" \
	event w3 w9 -l 5
crm-find event w40 --sort relevance --get who -o ids >got
is 'who is behind the best, each once' "$(cat got)" "$(
	crm-find event w40 --sort relevance -f who -o tsv | sed 1d |
		awk '!seen[$1]++')"
is 'none wanted, none found' "$(crm-find event w3 --sort relevance -l 0 -o ids)" ''
crm-find event w3 what:call --sort relevance --explain >out
like 'says by what' "$(sed -n 2p out)" \
	"events: by relevance, from the index alone: 'w3' \([0-9]+\)$"
fails_with 64 'no word' crm-find person city:Kraków --sort relevance
fails_with 64 'a beginning is no word to go by' crm-find /w3 --sort relevance
fails_with 64 'not beside fields' crm-find w3 --sort name,relevance
fails_with 64 'not turned round' crm-find w3 --sort -relevance
fails_with 64 'not of a stream' crm-find - w3 --sort relevance
