#!/bin/sh
# format-1.sh - how the sample store tests/data/format-1 was made, once, with
# the first version that had the format; it is kept as it is, for ever, and is
# never made again.  tests/cli/format.t opens it.
#
#	PATH=build/bin:$PATH sh tests/data/format-1.sh DIR
#
# makes DIR/data.mdb and DIR/crm.yaml, and DIR/dump, the same as text.
set -eu
out=$1
TZ=UTC LC_ALL=C CRM_USER=sample CRM_STORE=$out/store
export TZ LC_ALL CRM_USER CRM_STORE
n=0
# at COMMAND: a minute later
at() { n=$((n + 1)); CRM_NOW=$(printf '2026-03-15T12:%02d:00Z' $n) "$@"; }

mkdir -p "$out"
at crm-store init
cat >"$CRM_STORE/crm.yaml" <<'END'
timezone: Europe/Warsaw
currency: PLN
kinds:
  person:
    fields:
      size: number
      share: percent
      budget: money
      born-at: time
      lead-time: span
      vip: bool
      colour: [red, green, blue]
      site: url
      nick: {type: text, many: true}
  machine:
    letter: x
    fields: {title: text, weight: number}
END
at crm-add org name='Lipa Sp. z o.o.' country=PL
at crm-add person -i csv <<'END'
name,email,phone,city,org,birthday,tag,size,share,budget,born-at,lead-time,vip,colour,site,nick,x-old,note
Łukasz Żak,luk@lipa.example,+48 600 100 200,Kraków,Lipa Sp. z o.o.,1980-02-29,"a,b",38.5,12.5%,1200.50 EUR,1980-02-29T06:30:00.25Z,3d,yes,green,https://lipa.example/,"Luk,Lucek",1,one
মিতালী বেগম,mitali@kofi.example,,ঢাকা,,--05-01,b,-1,,,,2w,no,,,,2,
Removed Person,gone@kofi.example,,,,,,,,,,,,,,,,
END
awk 'BEGIN { print "name\temail\tcity"
	for (i = 1; i <= 70; i++)
		printf "Guest %d\tguest%d@x.example\tC%d\n", i, i, i % 3 }' |
	at crm-add person -i tsv
at crm-add machine title='Espresso 9' weight=81.25
at crm-add product name='Green coffee' price=80 currency=PLN
at crm-add deal title='Machines for Lipa' who=luk@lipa.example \
    value=12000 currency=EUR stage=new
at crm-add ticket title='It leaks' who=mitali@kofi.example
at crm-add task title='Call Luk' who=luk@lipa.example due=2026-04-01
at crm-log luk@lipa.example purchase 'two bags' amount=160 doc=2026-1 \
    at=2026-01-10
at crm-log luk@lipa.example invoice amount=99.90 doc=2026-2 due=2026-02-10
at crm-log luk@lipa.example payment amount=50 doc=2026-2
at crm-log mitali@kofi.example call 'asked for prices'
at crm-log luk@lipa.example feedback 'quick help' score=9 scale=nps
at crm-find person name:Guest city:C1 -o ids | at crm-set - tag+=c1 stage=customer
at crm-set luk@lipa.example city=Gdynia budget=1500USD vip=no
at crm-rm gone@kofi.example
at crm-set mitali@kofi.example city=Dhaka
at crm-undo
at crm-segment define guests person tag:c1
at crm-set luk@lipa.example note="$(printf '%04100d' 7)"
at crm-store check
crm-store dump >"$out/dump"
# compact: the file is as small as it can be, and without chance in it
crm-store compact
mv "$CRM_STORE/data.mdb" "$CRM_STORE/crm.yaml" "$out"
rm -r "$CRM_STORE"
