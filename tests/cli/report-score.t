#!/bin/sh
# Scores of crm.yaml: points by query, chances learned from deals; as a report
# and as fields; what is refused.
. "${0%/*}/../lib.sh"
plan 39

crm-add person name=Anna email=anna@x.example tag=vip
crm-add person name=Bob
crm-add org name=Acme industry=retail
crm-add deal title=Chairs who=Anna stage=proposal opened=2026-01-10
crm-add deal title=Desks who=Acme opened=2026-02-10
crm-log Anna replied at=2026-03-10
crm-log Anna replied at=2026-03-11
crm-log Bob replied at=2025-01-01
yaml=$XDG_DATA_HOME/crm/crm.yaml
cat >"$yaml" <<'EOF2'
scores:
  heat:
    points:
      - 10: event what:replied at:-30d..
      - 25: deal stage:proposal
      - 7: tag:vip
      - -20: no:email
  want:
    of: deal
    points:
      - 5: org industry:retail
      - 3: deal opened:2026-02
EOF2

# score WANT ARGS...
score()
{
	score_want=$1
	shift
	is "score $*" "$(crm-report score "$@" -o tsv | sed 1d |
		tr '\t\n' ' |')" "$score_want"
}
is 'a table has ids, and names beside them' \
	"$(crm-report score -o table -f id,name,value | sed -n 2p |
		tr -s ' ')" 'p1 Anna 42'
score 'p1 heat 42 +25 deal stage:proposal; +10 event what:replied at:-30d..; +7 tag:vip|o1 heat -20 -20 no:email|p2 heat -20 -20 no:email|d2 want 8 +5 org industry:retail; +3 deal opened:2026-02|d1 want 0 |' \
	-f id,score,value,reasons
score 'p1 42|' -f id,value person tag:vip
score 'd2 8|d1 0|' -f id,value deal
score 'o1 -20|' -f id,value org
score 'heat 3 0.7|want 2 4.0|' --by score -f score,records,mean
score 'd2 8|d1 0|' -f id,value --model want
is 'it is a field' "$(crm-find person heat:10.. -f name,heat)" '{"name":"Anna","heat":42}'
is 'of deals' "$(crm-find deal want:5.. -f title,want)" '{"title":"Desks","want":8}'
is 'through links' "$(crm-find deal who.heat:10.. -f title)" '{"title":"Chairs"}'
is 'sorted by' "$(crm-find person --sort heat -f name -o tsv | sed 1d | tr '\n' ' ')" 'Bob Anna '
crm-add segment name=hot query='person heat:40..'
is 'a segment in one line' "$(crm-find @hot -f name -o tsv | sed 1d)" Anna
is 'completed' "$(crm-find --complete operand hea person | cut -f 1)" heat:
crm-report score --explain Anna -f figure,value -o tsv | sed 1d >got
cat >want <<'EOF2'
deal stage:proposal	25
event what:replied at:-30d..	10
tag:vip	7
no:email	0
score	heat
value	42
EOF2
same_file 'explained' got want
fails_with 64 '--by nothing else' crm-report score --by owner
crm-add deal title=Old who=Acme opened=2026-02-01 stage=lost
score 'd2 8|d1 0|' -f id,value --model want
score 'd3 8|' -f id,value deal stage:lost
fails_with 64 'no such score' crm-report score --model cold

# what is refused
crm-store config >printed
cp printed "$yaml"
crm-store config >again
same_file 'what is printed is read back' again printed
# refused MESSAGE: of crm-report score, the configuration on stdin
refused()
{
	{ echo scores: && cat; } >"$yaml"
	crm-report score >out 2>err
	refused_status=$?
	is "refused: $1" \
		"$refused_status $(sed 's/^crm-report: //; s/^[^ ]*crm.yaml:/:/' err)" \
		"78 $1"
}
refused ":4:9: expected points, a whole number of at most 1000000, not '1.5'" <<'EOF2'
  heat:
    points:
      - 1.5: tag:vip
EOF2
refused ":2:3: a score needs either points or what to learn from" <<'EOF2'
  heat:
    of: person
EOF2
refused ":2:3: 'spent' is a field already: choose another name" <<'EOF2'
  spent:
    points: [1: tag:vip]
EOF2
refused ":3:9: what can be learned is which deals are won" <<'EOF2'
  heat:
    of: person
    learn: [source]
EOF2
refused ":4: score 'heat': unknown field 'cty' (did you mean 'city'?)" <<'EOF2'
  heat:
    points:
      - 1: cty:Gdynia
EOF2
refused ":4: score 'heat': products have nothing to do with it" <<'EOF2'
  heat:
    points:
      - 1: product name:Lamp
EOF2
refused ":4: score 'heat': crm.yaml: the score 'heat' is made of itself" <<'EOF2'
  heat:
    points:
      - 1: person heat:1..
EOF2
refused ": score 'chance': stage says itself what came of a deal" <<'EOF2'
  chance:
    learn: [stage]
EOF2
refused ": score 'chance': expected is a date: none of those to come was seen" <<'EOF2'
  chance:
    learn: [expected]
EOF2

crm-rm -q d3

# A chance: fairs win 4 of 5, others 1 of 5; the colour of the moon says nothing.
printf 'scores:\n  chance:\n    learn: [source, tag, contacts]\n' >"$yaml"
crm-report score >out 2>err
is 'too few to learn from' "$? $(cat err)" \
	"65 crm-report: score 'chance': 0 deals won and 0 lost are too few to learn from: it takes 20 of each"
is 'as a field none has any then' "$(crm-find deal has:chance --count 2>err)" 0
crm-find deal chance:..30 or chance:60.. -f title,chance >out 2>err
is 'which is said once' "$(cat err)" \
	"crm-find: score 'chance': 0 deals won and 0 lost are too few to learn from: it takes 20 of each: none has any"
cp "$yaml" learned.yaml
printf '  heat:\n    points:\n      - 7: tag:vip\n' >>"$yaml"
crm-report score -f name,score,value -o tsv 2>err | sed '1d; /\t0$/d' >got
is 'others are there all the same' "$(cat got)" 'Anna	heat	7'
is 'and it is said which is not' "$(cat err)" \
	"crm-report: score 'chance': 0 deals won and 0 lost are too few to learn from: it takes 20 of each"
fails_with 65 'by its name it is an error' crm-report score --model chance
mv learned.yaml "$yaml"
awk 'BEGIN {
	print "title,source,stage,opened,closed,tag"
	for (i = 0; i < 200; i++) {
		fair = i % 2
		won = (int(i / 2) % 5 == 0) != fair
		printf "D%d,%s,%s,2025-01-01,2025-0%d-01,%s\n", i, \
		    fair ? "fair" : i % 4 ? "web" : "", won ? "won" : "lost", \
		    2 + int(i / 40), i % 3 ? "new-moon" : "full-moon"
	}
	print "F,fair,new,2026-01-01,,"
	print "W,web,new,2026-01-01,,full-moon"
	print "N,shop,new,2026-01-01,,"
}' | crm-add deal
crm-report score -f name,value -o tsv | sed 1d >got
is 'fairs are better' "$(awk -F '\t' '{ v[$1] = $2 } END {
	print (v["F"] > 75 && v["F"] < 85), (v["W"] > 15 && v["W"] < 25), \
	    (v["N"] > v["W"] && v["N"] < v["F"]) }' got)" '1 1 1'
is 'and it says why' "$(crm-report score -f name,reasons -o tsv |
	awk -F '\t' '$1 == "F" { print substr($2, 1, 1) substr($2, 7, 11) }')" \
	'+source:fair'
is 'in the mean of what is learned from the win rate' \
	"$(crm-report score --by score -f mean,won,lost -o tsv | sed 1d)" '50.0	100	100'
is 'the chance as a field is that of the report' \
	"$(crm-find deal title:F,W,N -f title,chance -o tsv | sed 1d | sort)" \
	"$(grep '^[FWN]	' got | sort)"
crm-report score --explain F -f figure,value -o tsv | sed 1d >said
is 'the logit is the sum of its parts' "$(awk -F '\t' '
$1 == "score" { next }
$1 == "value" { printf "%.1f", 100 / (1 + exp(-sum)) - $2; next }
{ sum += $2 }' said | sed 's/^-//')" 0.0
