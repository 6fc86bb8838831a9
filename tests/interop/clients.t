#!/bin/sh
# What is written, read by the programs it is for.
. "${0%/*}/../lib.sh"
plan 16

# with PROGRAM N: skip N tests where it is not installed.
with()
{
	command -v "$1" >/dev/null && return 0
	skip "$2" "there is no $1: make check-interop installs it"
	return 1
}

crm-add org name='Mill, Ltd' email=office@mill.example
crm-add person name='Ann Other' given=Ann family=Other \
	email=ann@mill.example,home@ann.example phone='+47 22 00 11 22' \
	org='Mill, Ltd' city=Oslo street='Row 1' birthday=1990-05-17 tag=vip \
	note='one
two; three, four'
crm-find person -o vcard3 >cards.vcf
crm-find person -o vcard >cards4.vcf

if with khard 3; then
	mkdir -p book "$XDG_CONFIG_HOME/khard"
	cp cards.vcf book/ann.vcf
	cat >"$XDG_CONFIG_HOME/khard/khard.conf" <<-END
	[addressbooks]
	[[test]]
	path = $tmp/book
	END
	is 'khard finds an address' "$(khard email --parsable ann | grep @ | cut -f1)" \
		'ann@mill.example
home@ann.example'
	cp cards4.vcf book/ann.vcf
	is 'also in 4.0' "$(khard phone --parsable ann | tail -1 | cut -f1)" '+47 22 00 11 22'
	like 'and shows the rest' "$(khard show ann)" 'Row 1'
fi

if with vdirsyncer 2; then
	mkdir -p one two
	cp cards.vcf one/ann.vcf
	cat >vdir.conf <<-END
	[general]
	status_path = "$tmp/vstatus/"
	[pair p]
	a = "one"
	b = "two"
	collections = null
	[storage one]
	type = "filesystem"
	path = "$tmp/one"
	fileext = ".vcf"
	[storage two]
	type = "filesystem"
	path = "$tmp/two"
	fileext = ".vcf"
	END
	ok 'vdirsyncer carries a card over' sh -c \
		'LC_ALL=C.UTF-8 vdirsyncer -c vdir.conf discover p && LC_ALL=C.UTF-8 vdirsyncer -c vdir.conf sync p'
	cat two/*.vcf | crm-add
	is 'which comes back to its record' "$(crm-find person --count)" 1
fi

if with abook 2; then
	abook --convert --informat vcard --infile cards.vcf \
		--outformat csv --outfile abook.csv
	like 'abook reads our cards' "$(cat abook.csv)" 'Ann Other.*ann@mill\.example'
	printf '[format]\nprogram=abook\nversion=0.6.1\n\n[0]\nname=Bo Ek\nemail=bo@ek.example\n' >abook.db
	abook --convert --informat abook --infile abook.db \
		--outformat vcard --outfile from.vcf
	crm-add <from.vcf
	is 'and we read its' "$(crm-find bo@ek.example -f name)" '{"name":"Bo Ek"}'
fi

crm-log 'Mill, Ltd' purchase amount=100 tax=19 doc=R1 at=2026-01-02 -- 'chairs; two | x'
crm-log 'Mill, Ltd' invoice amount=100 doc=R1 at=2026-01-02
crm-log 'Mill, Ltd' payment amount=40 doc=R1 at=2026-02-02
crm-log ann@mill.example invoice amount=70.50 at=2026-03-01
crm-log ann@mill.example refund amount=10 at=2026-03-02
crm-find event -o ledger >crm.journal
owed=$(crm-report receivables --by '' -f balance -o tsv | sed 1d)
if with hledger 3; then
	LC_ALL=C.UTF-8
	export LC_ALL
	ok 'hledger: strict' hledger -f crm.journal check --strict
	is 'what is receivable is what crm-report says' \
		"$(hledger -f crm.journal bal -N --depth 2 assets:receivable | awk '{ print $1 }')" "$owed"
	is 'sales and tax are what was spent' \
		"$(hledger -f crm.journal bal --depth 1 income liabilities -O csv | tail -1 | tr -dc '0-9.')" \
		"$(crm-find -f spent -o tsv | awk 'NR > 1 { s += $1 } END { printf "%.2f", s }')"
fi
if with ledger 2; then
	ok 'ledger: strict and pedantic' \
		ledger -f crm.journal --strict --pedantic bal
	is 'the same' \
		"$(ledger -f crm.journal bal assets:receivable | awk 'END { print $1 }')" "$owed"
fi

if with jq 1; then
	is 'jq' "$(crm-find person | jq -r 'select(.tag[]? == "vip") | .email[0]')" 'ann@mill.example'
fi
if with mlr 1; then
	is 'miller' "$(crm-find person -o csv | mlr --icsv --ojson filter '$city == "Oslo"' 'then' cut -f note | tr -d ' \n')" \
		'[{"note":"one\ntwo;three,four"}]'
fi
if with sqlite3 1; then
	crm-find person -o csv >p.csv
	is 'sqlite3' "$(sqlite3 :memory: -cmd '.import --csv p.csv p' \
		'select name from p where city = "Oslo"')" 'Ann Other'
fi
if with visidata 1; then
	crm-find person -o csv >p.csv
	visidata -b p.csv -o v.tsv >/dev/null 2>&1
	like 'visidata' "$(cat v.tsv)" 'Ann Other'
fi
