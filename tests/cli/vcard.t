#!/bin/sh
# vCards in and out.
. "${0%/*}/../lib.sh"
plan 38

cr()
{
	tr -d '\r' <"$1"
}

cat >old.vcf <<'END'
BEGIN:VCARD
VERSION:2.1
N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg;;Dr.
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg =
M=C3=BCller
TEL;WORK;VOICE:+49 30 1234567
TEL;HOME;PREF:+49 30 7654321
EMAIL;INTERNET:jm@a.example
ADR;HOME:;;Lange Gasse 7;Bonn;;53111;Germany
NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0Atwo=3D2
BDAY:19800322
END:VCARD
END
ok '2.1: quoted-printable, charsets, soft line ends' crm-add <old.vcf
is 'is the same in our fields' \
	"$(crm-find jm@a.example -f name,given,family,phone,street,postcode,birthday,note)" \
	'{"name":"Jörg Müller","given":"Jörg","family":"Müller","phone":["+49 30 7654321","+49 30 1234567"],"street":"Lange Gasse 7","postcode":"53111","birthday":"1980-03-22","note":"one\ntwo=2"}'

cat >new.vcf <<'END'
BEGIN:VCARD
VERSION:4.0
UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1
FN:Ann
  Other
N:Other;Ann;Beth;;MD
ORG:Mill\, Ltd;Yard
TITLE:Miller
BDAY:--0203
item1.EMAIL:ann@mill.example
item1.X-ABLabel:Mine
EMAIL;TYPE=work;PREF=1:work@mill.example
TEL;VALUE=uri;TYPE="work,cell":tel:+47-22-00;ext=102
CATEGORIES:a,b\,c
URL:https://mill.example
NOTE:x\;y\nz
ADR;TYPE=home:;;Row 1;Oslo;;0150;Norway
ADR;TYPE=work:;;Quay 2;Bergen;;5003;Norway
X-ODD;P="a;b":kept: as it came
PHOTO:data:image/png;base64,AAAA
REV:19951031T222710Z
END:VCARD
BEGIN:VCARD
VERSION:4.0
KIND:org
UID:mill
FN:Mill\, Ltd
END:VCARD
END
ok '4.0' crm-add <new.vcf
is 'folded, grouped, several values, the organisation in the same file' \
	"$(crm-find ann@mill.example -f name,given,email,phone,org.name,org.ref,role,city,birthday,tag,note,ref)" \
	'{"name":"Ann Other","given":"Ann Beth","email":["work@mill.example","ann@mill.example"],"phone":["+47-22-00 ext 102"],"org.name":"Mill, Ltd","org.ref":["vcard:mill"],"role":"Miller","city":"Oslo","birthday":"--02-03","tag":["a","b c"],"note":"x;y\nz","ref":["vcard:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1"]}'
ok 'the same again' crm-add -o ids <new.vcf
is 'doubles nothing' "$(crm-find person name:ann --count) $(crm-find org --count)" '1 1'
sed 's/TITLE:Miller/TITLE:Baker/' new.vcf | crm-add
is 'and changed it changes' "$(crm-find person name:ann -f role)" '{"role":"Baker"}'

crm-find person name:ann -o vcard >out4
like 'its UID comes back' "$(cr out4)" '^UID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1$'
like 'what no field holds too' "$(cr out4)" '^X-ODD;P="a;b":kept: as it came$'
like 'parts that our fields join' "$(cr out4)" '^N:Other;Ann;Beth;;MD$'
like 'groups' "$(cr out4)" '^item1\.EMAIL:ann@mill\.example$'
like 'types' "$(cr out4)" '^TEL;VALUE=uri;TYPE=work;TYPE=cell:tel:\+47-22-00;ext=102$'
like 'units' "$(cr out4)" '^ORG:Mill\\, Ltd;Yard$'
is 'the second address' "$(cr out4 | grep -c '^ADR')" 2
like 'a day without a year' "$(cr out4)" '^BDAY:--0203$'
is 'every line ends with CRLF' "$(grep -c "$(printf '\r')\$" out4)" "$(wc -l <out4 | tr -d ' ')"
crm-set ann@mill.example family=Else city=Moss email-=ann@mill.example
crm-find person name:ann -o vcard >changed
like 'what was changed since goes out as it is now' "$(cr changed)" '^N:Else;Ann Beth;;;$'
like 'all of it' "$(cr changed)" '^ADR:;;Row 1;Moss;;0150;Norway$'
unlike 'and what is gone is gone' "$(cr changed)" 'EMAIL:ann'
crm-find person name:ann -o vcard3 >out3
like '3.0: the preferred one as that has it' "$(cr out3)" '^EMAIL;TYPE=work;TYPE=pref:work@mill\.example$'

# our own come back to their records
id=$(crm-add person name='Own Card' note="$(awk 'BEGIN { for (i = 0; i < 60; i++) printf "äß," }')" -o ids)
crm-find "$id" -o vcard >own
is 'no line is longer than 75 bytes' "$(cr own | awk 'length($0) > 75' | wc -l | tr -d ' ')" 0
ok 'no character is cut' iconv -f UTF-8 -t UTF-16 own
sed 's/^FN:.*/FN:Own Name/' own | crm-add
is 'ours are known again' "$(crm-find "$id" -f name)" '{"name":"Own Name"}'
crm-find person -o vcard >all
CRM_STORE=$tmp/other crm-store init
CRM_STORE=$tmp/other crm-add <all
CRM_STORE=$tmp/other crm-find person -o vcard | grep -v '^REV' >twice
grep -v '^REV' all >once
same_file 'through another store they are as they were' twice once
fails_with 64 'deals are no cards' crm-find deal -o vcard

# a year that stands for none
cat >apple.vcf <<'END'
BEGIN:VCARD
VERSION:3.0
UID:apple-1
FN:Ab Sent
BDAY;X-APPLE-OMIT-YEAR=1604:1604-11-28
END:VCARD
BEGIN:VCARD
VERSION:3.0
UID:apple-2
FN:Ab Quoted
BDAY;value=date;X-APPLE-OMIT-YEAR="1604":16040229
END:VCARD
BEGIN:VCARD
VERSION:3.0
UID:apple-3
FN:Ab Old
BDAY;X-APPLE-OMIT-YEAR=1604:1904-02-29
END:VCARD
END
ok 'a year that is left out' crm-add <apple.vcf
is 'is none' "$(crm-find ref:/vcard:apple -f birthday -o tsv)" \
	'birthday
--11-28
--02-29
1904-02-29'
crm-find ref:/vcard:apple -o vcard >apple4
crm-find ref:/vcard:apple -o vcard3 >apple3
is '4.0 says so' "$(cr apple4 | grep BDAY)" 'BDAY:--1128
BDAY:--0229
BDAY:19040229'
is '3.0 as other programs do' "$(cr apple3 | grep BDAY)" \
	'BDAY;X-APPLE-OMIT-YEAR=1604:1604-11-28
BDAY;X-APPLE-OMIT-YEAR=1604:1604-02-29
BDAY:1904-02-29'
crm-find ref:/vcard:apple -f id,birthday >before
ok 'both come back' sh -c 'cat apple3 apple4 | crm-add'
crm-find ref:/vcard:apple -f id,birthday >after
same_file 'as they went' after before

# hostile ones
printf 'BEGIN:VCARD\nFN:A\n' >noend.vcf
fails_with 65 'a card without end' crm-add <noend.vcf
printf 'BEGIN:VCARD\nVERSION:2.1\nFN:Nest\nAGENT:\nBEGIN:VCARD\nFN:In\nEND:VCARD\nEND:VCARD\n' >nest.vcf
ok 'a card within a card' crm-add <nest.vcf
is 'is part of it' "$(crm-find name:nest -f x-vcard)" \
	'{"x-vcard":"AGENT:BEGIN:VCARD\\nFN:In\\nEND:VCARD"}'
printf 'BEGIN:VCARD\nFN:A\0B\nEND:VCARD\nBEGIN:VCARD\nFN:After\nEND:VCARD\n' >nul.vcf
fails_with 65 'a NUL' crm-add --skip-bad <nul.vcf
is 'spoils that card alone' "$(crm-find name:after --count) $(cat err)" \
	"1 crm-add: stdin:1: a NUL"
{ printf 'BEGIN:VCARD\nFN:A\nNOTE:'; head -c 17000000 /dev/zero | tr '\0' x; printf '\nEND:VCARD\n'; } >long.vcf
fails_with 65 'a line of 17 MB' crm-add <long.vcf
printf 'BEGIN:VCARD\nFN;CHARSET=KOI8-R:A\nEND:VCARD\n' >koi.vcf
fails_with 65 'a charset that is not read' crm-add <koi.vcf
