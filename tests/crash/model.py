#!/usr/bin/env python3
"""Model test: random commands, and a small store of our own in Python that
says what each has to answer.  Records are added, changed, removed, merged and
erased, change sets undone; between them the store is compacted, repaired,
backed up and restored, now and then to what it was before.

The model (class Model) knows records, events, change sets with old and new
values, and nothing of tables, indexes, sums or blocks: it goes through all of
it for each question.  After every command a few random questions are asked
(queries, computed fields, links, segments, history, reports, the store as it
was after a change set), from time to time everything is compared.
"""
import argparse
import copy
import datetime
import json
import os
import random
import sys

import rig

CITIES = ["Rome", "Kraków", "Lagos", "New York", "Łódź"]
TAGS = ["vip", "wine", "tea", "b2b"]
WORDS = ["green", "blue", "lamp", "chair", "table", "oak", "late", "urgent"]
GIVEN = ["Anna", "Béla", "Chidi", "Dora", "Ewa", "Łukasz", "Mitali"]
STAGES = ["lead", "prospect", "customer", "former"]
CONTACTS = {"call", "email", "meeting", "visit", "chat", "letter"}
MANY = {"email", "tag", "ref", "who"}
# what is remembered of those who were erased
ADDRESSES = {"email", "ref"}
# of one value, in the order in which crm-merge tells of them
SINGLE = ["name", "org", "city"]
FIELDS = {
    "p": ["name", "email", "org", "city", "tag", "stage", "note", "ref"],
    "o": ["name", "city", "tag", "stage", "note"],
    "e": ["who", "what", "at", "text", "amount", "doc", "from", "to", "by"],
    "s": ["name", "query"],
}
KIND = {"p": "person", "o": "org", "e": "event", "s": "segment"}


def cents(n):
    return "%s%d.%02d" % ("-" if n < 0 else "", abs(n) // 100, abs(n) % 100)


def order(rid):
    return rid[0], int(rid[1:])


class Refused(Exception):
    """The command fails with this status, and writes nothing."""


class Model:
    def __init__(self):
        self.recs = {}      # id: {"f": fields, "live", "created"}
        self.changes = []   # number - 1: dict
        self.after = []     # the records after each change set
        self.next = dict.fromkeys("poes", 1)
        self.seg = {}       # name: query, as a function and its words
        self.erased = set() # (field, value) of those who were
        self.allow = False  # take them all the same
        self.now = None

    # writing

    def begin(self):
        self.c = {"n": len(self.changes) + 1, "added": [], "edits": {},
                  "undoes": None, "at": self.now}
        self.saved = copy.deepcopy((self.recs, self.next))
        self.allow = False

    def all(self):
        """What a backup holds."""
        return copy.deepcopy((self.recs, self.changes, self.after, self.next,
                              self.erased)), dict(self.seg)

    def set_all(self, all_):
        state, seg = all_
        self.recs, self.changes, self.after, self.next, self.erased = \
            copy.deepcopy(state)
        self.seg = dict(seg)

    def back(self):
        self.recs, self.next = self.saved

    def commit(self):
        if not self.c["added"] and not self.c["edits"] and \
                self.c["undoes"] is None:
            return
        self.write()

    def write(self):
        self.changes.append(self.c)
        self.after.append(copy.deepcopy(self.recs))

    def refuse_erased(self, field, old, new):
        if field in ADDRESSES and not self.allow and any(
                (field, x) in self.erased and x not in (old or [])
                for x in new or []):
            raise Refused(65)

    def add(self, letter, fields):
        for field, new in fields.items():
            self.refuse_erased(field, None, new)
        rid = letter + str(self.next[letter])
        self.next[letter] += 1
        self.recs[rid] = {"f": {k: v for k, v in fields.items()
                                if v not in (None, [])},
                          "live": True, "created": self.now,
                          "added": self.c["n"]}
        self.c["added"].append(rid)
        return rid

    def edit(self, rid, what="changed"):
        return self.c["edits"].setdefault(rid, {"what": what, "fields": {}})

    def put(self, rid, field, new):
        f = self.recs[rid]["f"]
        old = f.get(field)
        if new in (None, []):
            new = None
        if field in MANY and field != "who" and old and new and \
                sorted(old) == sorted(new):
            return
        if old == new:
            return
        self.refuse_erased(field, old, new)
        if rid not in self.c["added"]:
            e = self.edit(rid)["fields"]
            e[field] = (e[field][0] if field in e else old, new)
        if new is None:
            f.pop(field, None)
        else:
            f[field] = new

    def remove(self, rid):
        self.recs[rid]["live"] = False
        self.edit(rid, "removed")

    def restore(self, rid):
        self.recs[rid]["live"] = True
        self.edit(rid, "restored")

    def turn(self, who, old, new, at):
        self.add("e", {"who": [who], "what": "stage", "at": at, "from": old,
                       "to": new, "by": "tester"})

    def check_refs(self):
        seen = {}
        for rid, r in self.live("p"):
            for x in r["f"].get("ref", []):
                if x in seen:
                    raise Refused(65)
                seen[x] = rid

    def log(self, fields):
        """An event; returns a turn to be added behind all events."""
        return self.add("e", fields)

    def buyers(self, events, first):
        """Who bought for the first time is a customer; the events of that
        come behind the others."""
        seen = {}
        for e in events:
            f = self.recs[e]["f"]
            if f["what"] == "purchase":
                w = f["who"][0]
                if w not in first:
                    seen[w] = min(seen.get(w, f["at"]), f["at"])
        for w in sorted(seen, key=order):
            r = self.recs[w]
            old = r["f"].get("stage")
            if r["live"] and old in ("lead", "prospect"):
                self.put(w, "stage", "customer")
                self.turn(w, old, "customer", seen[w])

    def has_bought(self):
        return {r["f"]["who"][0] for _, r in self.live("e")
                if r["f"]["what"] == "purchase"}

    # who somebody is

    def who_now(self, rid, at=None):
        """Where an id leads: who was merged is another one."""
        recs = self.recs if at is None else self.after[at - 1]
        now = rid
        while now in recs and not recs[now]["live"]:
            now = recs[now]["f"].get("merged")
        return now if now in recs else rid

    def links(self, f, now):
        """The links of fields, each to now(who it was)."""
        out = {}
        if "org" in f:
            out["org"] = now(f["org"])
        if "who" in f:
            out["who"] = list(dict.fromkeys(map(now, f["who"])))
        return out

    # merging

    def take(self, f, rid, at):
        """f gets what it lacks of one that goes."""
        g = self.recs[rid]["f"]
        left = []
        for k in SINGLE:
            if k in g and k in f and f[k] != g[k]:
                left.append("%s %s" % (k, g[k] if k != "org" else "%s (%s)" % (
                    self.recs[g[k]]["f"].get("name", g[k]), g[k])))
        for k in SINGLE + ["stage"]:
            if k in g and (k not in f or
                           (k == "stage" and g[k] == "customer")):
                f[k] = g[k]
        for k in MANY:
            if k in g:
                f[k] = f.get(k, []) + [x for x in g[k]
                                       if x not in f.get(k, [])]
        notes = [f["note"]] if "note" in f else []
        if "note" in g and g["note"] not in f.get("note", ""):
            notes.append(g["note"])
        if left:
            notes.append("merged %s: %s" % (rid, "; ".join(left)))
        if notes:
            f["note"] = "\n".join(notes)
        return min(at, g.get("created", self.recs[rid]["created"]))

    def merge(self, into, dups):
        recs = self.recs
        self.allow = True  # they were let in
        f = dict(recs[into]["f"])
        was = at = f.get("created", recs[into]["created"])
        for d in dups:
            at = self.take(f, d, at)
        if at != was:
            f["created"] = at
        for d in dups:
            self.remove(d)
            self.put(d, "merged", into)
        for k, v in f.items():
            self.put(into, k, v)
        for i, r in self.live("pe"):
            for k, v in self.links(
                    r["f"], lambda w: into if w in dups else w).items():
                self.put(i, k, v)

    # erasure

    def drop(self, rid, fields, e):
        """Take fields out of a record, and of its history."""
        self.c["edits"][rid] = e
        for state in [self.recs] + self.after:
            if rid in state:
                for k in fields:
                    state[rid]["f"].pop(k, None)
        self.recs[rid]["erased"] = True
        for c in self.changes:
            old = c["edits"].get(rid)
            if old and old["fields"]:
                old["blank"] = True
                for k in fields:
                    old["fields"].pop(k, None)

    def remember(self, whole):
        held = {(k, x) for i, r in self.live("p") if i not in whole
                for k in ADDRESSES for x in r["f"].get(k, [])}
        for state in [self.recs] + self.after:
            for i in whole & set(state):
                for k in ADDRESSES:
                    self.erased |= {(k, x) for x in state[i]["f"].get(k, [])
                                    if (k, x) not in held}

    def erase(self, ids):
        whole, n = set(ids), -1
        while n != len(whole):
            n = len(whole)
            whole |= {i for i, r in self.recs.items() if not r["live"] and
                      r["f"].get("merged") in whole}
        self.c["erases"] = True
        self.remember(whole)
        for i in whole:
            if not self.recs[i].get("erased"):
                self.recs[i]["live"] = False
                self.drop(i, FIELDS[i[0]] + ["merged", "created"],
                          {"what": "erased", "fields": {}})
        for i, r in self.recs.items():
            if i[0] == "e" and whole & set(r["f"]["who"]) and \
                    "text" in r["f"]:
                self.drop(i, ["text"], {"what": "erased", "fields": {}})

    # undo

    def as_left(self, rid, n):
        was = self.after[n - 1][rid]["f"]
        now = self.recs[rid]["f"]
        norm = lambda f: {k: sorted(v) if k in MANY and k != "who" else v
                          for k, v in f.items()}
        return norm(was) == norm(now)

    def newer_event(self, rid, n):
        return any(rid in r["f"]["who"] and r["added"] > n
                   for _, r in self.live("e"))

    def take_out(self, rid, n, force, told):
        if not self.as_left(rid, n):
            told.append((rid, None, "changed"))
        elif rid[0] in "po" and self.newer_event(rid, n):
            told.append((rid, None, "has events"))
        else:
            return [(self.remove, rid)]
        return [(self.remove, rid)] if force else []

    def taken(self, rid, n, refs):
        """Those of some refs that others got since change n."""
        def has(m, i, x):
            r = self.after[m - 1].get(i)
            return r is not None and r["live"] and x in r["f"].get("ref", [])
        return [x for x in refs or [] if any(
            i != rid and x in r["f"].get("ref", []) and any(
                has(m, i, x) and not has(m - 1, i, x)
                for m in range(n + 1, len(self.after) + 1))
            for i, r in self.live("p"))]

    def undo(self, n, mode):
        """mode: None, "force" or "skip"."""
        if n < 1 or n > len(self.changes):
            raise Refused(65)
        c = self.changes[n - 1]
        if c.get("erases"):
            raise Refused(65)
        force = mode == "force"
        told, todo = [], []
        for rid in c["added"]:
            if self.recs[rid]["live"]:
                todo += self.take_out(rid, n, force, told)
        for rid, e in sorted(c["edits"].items(), key=lambda x: order(x[0])):
            r = self.recs[rid]
            merged = [(self.put, rid, "merged", e["fields"]["merged"][0])] \
                if "merged" in e["fields"] else []
            if not r["live"] and not r["f"]:
                told.append((rid, None, "erased"))
                continue
            if e["what"] == "removed":
                gone = self.taken(rid, n, r["f"].get("ref"))
                told += [(rid, "ref", None) for _ in gone]
                if not r["live"] and (force or not gone):
                    todo.append((self.restore, rid))
                    todo += merged
                    todo += [(self.put, rid, k, v) for k, v in self.links(
                        r["f"], self.who_now).items()]
                continue
            if e["what"] == "restored":
                if r["live"]:
                    out = self.take_out(rid, n, force, told)
                    todo += out + (merged if out else [])
                continue
            if not r["live"]:
                told.append((rid, None, "removed"))
                continue
            for field, (old, new) in e["fields"].items():
                now = r["f"].get(field)
                if now == old:
                    continue
                if now == new and field != "ref":
                    todo.append((self.put, rid, field, old))
                elif field in MANY and field != "who":
                    now, old, new = now or [], old or [], new or []
                    v = [x for x in now if x in old or x not in new]
                    v += [x for x in old if x not in new and x not in now]
                    if field == "ref":
                        gone = self.taken(rid, n, v)
                        told += [(rid, field, None) for _ in gone]
                        v = [x for x in v if force or x not in gone]
                    todo.append((self.put, rid, field, v))
                else:
                    told.append((rid, field, now))
                    if force:
                        todo.append((self.put, rid, field, old))
        if told and mode is None:
            return told
        self.c["undoes"] = n
        self.allow = True
        for step, *args in todo:
            step(*args)
        self.check_refs()
        if not self.c["edits"]:
            self.c["undoes"] = None  # it is so again: nothing is written
        return None

    # reading

    def live(self, letters="poes", at=None):
        recs = self.recs if at is None else self.after[at - 1]
        return [(i, recs[i]) for i in sorted(recs, key=order)
                if recs[i]["live"] and recs[i]["f"] and i[0] in letters]

    def line(self, rid, r):
        out = {"id": rid, "kind": KIND[rid[0]]}
        for k in FIELDS[rid[0]]:
            if k in r["f"]:
                v = r["f"][k]
                out[k] = sorted(v) if k in MANY and k != "who" else v
        if "amount" in out:
            out["amount"] = cents(out["amount"])
        return out

    def computed(self, rid, at=None):
        spent = balance = 0
        docs, days, last, contacts = set(), [], None, 0
        single = 0
        # an organisation's contacts include those of its people
        who = {rid}
        if rid[0] == "o":
            who |= {i for i, x in self.live("p", at)
                    if x["f"].get("org") == rid}
        for i, r in self.live("e", at):
            f = r["f"]
            if f["what"] in CONTACTS and who & set(f["who"]):
                contacts += 1
                last = max(last or "", f["at"][:10])
            if f["who"][0] != rid:
                continue
            a = f.get("amount", 0)
            if f["what"] == "purchase":
                spent += a
                days.append(f["at"][:10])
                if "doc" in f:
                    docs.add(f["doc"])
                else:
                    single += 1
            elif f["what"] == "refund":
                spent -= a
            elif f["what"] == "invoice":
                balance += a
            elif f["what"] == "payment":
                balance -= a
        out = {"id": rid, "spent": spent, "orders": len(docs) + single,
               "balance": balance, "contacts": contacts}
        if last:
            out["last"] = last
        if days:
            out["first-order"], out["last-order"] = min(days), max(days)
        return out

    def revenue(self):
        rows = {}
        for _, r in self.live("e"):
            f = r["f"]
            if f["what"] not in ("purchase", "refund"):
                continue
            m = rows.setdefault(f["at"][:7], [0, 0, 0])
            if f["what"] == "purchase":
                m[0] += 1
                m[1] += f.get("amount", 0)
            else:
                m[2] += f.get("amount", 0)
        return [{"month": m, "purchases": n, "gross": cents(g),
                 "refunds": cents(r), "revenue": cents(g - r)}
                for m, (n, g, r) in sorted(rows.items())]


class Test:
    def __init__(self, store, seed, report, plant):
        self.rng = random.Random(seed)
        self.seed = seed
        self.store = store
        self.report = report
        self.plant = plant
        self.m = Model()
        self.clock = datetime.datetime(2026, 1, 1, 9, 0, 0)
        self.log = []
        self.bad = False
        self.kept = None    # the newest backup, and the model of then
        self.backups = 0
        self.tick()
        rig.must(["crm-store", "-s", store, "init"])
        with open(os.path.join(store, "crm.yaml"), "w",
                  encoding="ascii") as f:
            f.write("timezone: UTC\n")

    # running

    def run(self, *argv, stdin=b""):
        return rig.run([argv[0], "-s", self.store, *argv[1:]], stdin,
                       CRM_NOW=self.m.now)

    def wrong(self, what, argv, got, want):
        self.bad = True
        self.report.fail("seed %s, command %d: %s: %s\n  got  %s\n  want %s\n"
                         "  after %s" % (
                             self.seed, len(self.log), what, " ".join(argv),
                             got, want, self.log[-6:]))

    def tick(self):
        self.clock += datetime.timedelta(minutes=self.rng.choice(
            [1, 37, 600]))
        self.m.now = self.clock.strftime("%Y-%m-%dT%H:%M:%SZ")

    def command(self, argv, effect, stdin=b""):
        """Run both; they have to agree about the status."""
        self.tick()
        self.m.begin()
        conflicts = None
        try:
            conflicts = effect()
            self.m.check_refs()
            want = 1 if conflicts else 0
        except Refused as e:
            want = e.args[0]
        if want != 0:
            self.m.back()
        elif self.plant == "forget" and self.rng.random() < 0.02:
            self.m.back()
        else:
            self.m.commit()
        self.log.append(" ".join(argv))
        r = self.run(*argv, stdin=stdin)
        self.report.add("commands")
        self.report.add("commands refused", want != 0)
        if r.rc != want:
            self.wrong("exit %s" % r.rc, argv, rig.text(r.out + r.err), want)
        elif conflicts:
            got = sorted((c["id"], c.get("field")) for c in map(
                json.loads, r.out.splitlines()))
            want = sorted((i, f) for i, f, _ in conflicts)
            if sorted(map(str, got)) != sorted(map(str, want)):
                self.wrong("other conflicts", argv, got, want)

    def ask(self, argv, want, read):
        r = self.run(*argv)
        self.report.add("questions")
        if r.rc != 0:
            self.wrong("exit %s" % r.rc, argv, rig.text(r.err), want)
            return
        got = read(r.out)
        if got != want:
            if isinstance(got, list) and isinstance(want, list):
                d = [(g, w) for g, w in zip(got, want) if g != w][:2]
                d.append((len(got), len(want)))
                self.wrong("another answer", argv, *zip(*d))
            else:
                self.wrong("another answer", argv, got, want)

    # what to do

    def pick(self, letters, n=1):
        ids = [i for i, _ in self.m.live(letters)]
        return self.rng.sample(ids, min(n, len(ids)))

    def named(self, i):
        """Somebody, at times by the id of one who was merged into them."""
        olds = [k for k, r in self.m.recs.items() if not r["live"] and
                k[0] == i[0] and self.m.who_now(k) == i]
        return self.rng.choice(olds) if olds and self.rng.random() < 0.3 \
            else i

    def words(self):
        return " ".join(self.rng.sample(WORDS, self.rng.randrange(1, 4)))

    def person(self):
        r = self.rng
        n = self.m.next["p"]
        f = {"name": "%s %d" % (r.choice(GIVEN), n), "stage": "lead"}
        if r.random() < 0.6:
            f["email"] = ["p%d@x.example" % n]
        if r.random() < 0.5:
            f["city"] = r.choice(CITIES)
        if r.random() < 0.5:
            f["tag"] = r.sample(TAGS, r.randrange(1, 3))
        if r.random() < 0.3:
            f["note"] = self.words()
        if r.random() < 0.3:
            f["ref"] = ["shop:%d" % r.randrange(40)]
        if r.random() < 0.3:
            f["stage"] = r.choice(STAGES)
        orgs = self.pick("o")
        if orgs and r.random() < 0.4:
            f["org"] = orgs[0]
        return f

    def operands(self, f):
        return ["%s=%s" % (k, ",".join(v) if isinstance(v, list) else v)
                for k, v in f.items()]

    def do_add(self):
        f = self.person()
        self.command(["crm-add", "person"] + self.operands(f),
                     lambda: self.m.add("p", f) and None)

    def do_org(self):
        f = {"name": "Firm %d" % self.m.next["o"], "stage": "lead",
             "city": self.rng.choice(CITIES)}
        self.command(["crm-add", "org"] + self.operands(f),
                     lambda: self.m.add("o", f) and None)

    def do_bulk(self):
        rows = []
        n = self.m.next["p"]
        for i in range(self.rng.randrange(2, 12)):
            f = self.person()
            f["name"] = "%s %d" % (self.rng.choice(GIVEN), n + i)
            f["email"] = ["p%d@x.example" % (n + i)]
            rows.append(f)

        def effect():
            for f in rows:
                self.m.add("p", f)
        self.command(["crm-add", "person"], effect, "".join(
            json.dumps(f) + "\n" for f in rows).encode())

    def do_key(self):
        """crm-add --key email: change some, add one."""
        m = self.m
        with_mail = [i for i, r in m.live("p") if "email" in r["f"]]
        some = self.rng.sample(with_mail, min(4, len(with_mail)))
        rows = [{"email": [m.recs[i]["f"]["email"][0]],
                 "city": self.rng.choice(CITIES),
                 "tag": [self.rng.choice(TAGS)]} for i in some]
        new = {"email": ["new%d@x.example" % m.next["p"]],
               "name": "New %d" % m.next["p"], "city": "Rome"}

        def effect():
            have = [x for _, r in m.live("p") for x in r["f"].get("email", [])]
            if any(have.count(f["email"][0]) > 1 for f in rows):
                raise Refused(65)
            m.add("p", dict(new, stage="lead"))
            for i, f in zip(some, rows):
                m.put(i, "city", f["city"])
                old = m.recs[i]["f"].get("tag", [])
                m.put(i, "tag", old + [t for t in f["tag"] if t not in old])
        self.command(["crm-add", "person", "--key", "email"], effect,
                     "".join(json.dumps(f) + "\n"
                             for f in rows + [new]).encode())

    def change(self):
        """A change of people: operands, and what it does to one."""
        r, m = self.rng, self.m
        kind = r.choice(["city", "note", "tag+", "tag-", "clear", "stage",
                         "ref", "org", "tag"])
        t = r.choice(TAGS)
        if kind == "tag+":
            return "tag+=" + t, lambda i: m.put(
                i, "tag", m.recs[i]["f"].get("tag", []) + (
                    [] if t in m.recs[i]["f"].get("tag", []) else [t]))
        if kind == "tag-":
            return "tag-=" + t, lambda i: m.put(
                i, "tag", [x for x in m.recs[i]["f"].get("tag", [])
                           if x != t])
        if kind == "clear":
            f = r.choice(["city", "note", "tag", "ref", "email"])
            return f + "=", lambda i: m.put(i, f, None)
        if kind == "stage":
            s = r.choice(STAGES)

            def turn(i):
                old = m.recs[i]["f"].get("stage")
                m.put(i, "stage", s)
                if old != s:
                    self.turns.append((i, old, s))
            return "stage=" + s, turn
        v = {"city": r.choice(CITIES), "note": self.words(),
             "ref": ["shop:%d" % r.randrange(40)], "tag": [t],
             "org": (self.pick("o") or [None])[0]}[kind]
        return "%s=%s" % (kind, ",".join(v) if isinstance(v, list)
                          else v or ""), lambda i: m.put(i, kind, v)

    def do_set(self):
        who = self.pick("p", self.rng.choice([1, 1, 3, 8]))
        if not who:
            return
        ops = [self.change() for _ in range(self.rng.choice([1, 1, 2]))]
        if len({o.split("=")[0].rstrip("+-") for o, _ in ops}) < len(ops):
            return
        self.turns = []

        def effect():
            for i in who:
                for _, f in ops:
                    f(i)
            for i, old, new in sorted(self.turns,
                                      key=lambda t: order(t[0])):
                self.m.turn(i, old, new, self.m.now)
        argv = [o for o, _ in ops]
        names = [self.named(i) for i in who]
        if self.rng.random() < 0.5:
            self.command(["crm-set", "-"] + argv, effect,
                         "".join(i + "\n" for i in names).encode())
        else:
            self.command(["crm-set"] + names + argv, effect)

    def event(self):
        r = self.rng
        who = self.pick("po" if r.random() < 0.2 else "p",
                        1 if r.random() < 0.8 else 2)
        if not who:
            return None
        what = r.choice(["purchase", "purchase", "refund", "invoice",
                         "payment", "call", "email", "note", "meeting"])
        f = {"who": who, "what": what, "text": self.words()}
        day = datetime.datetime(2025, 1, 1) + datetime.timedelta(
            days=r.randrange(365), hours=r.randrange(24))
        f["at"] = day.strftime("%Y-%m-%dT%H:%M:%SZ")
        if what in ("purchase", "refund", "invoice", "payment"):
            f["amount"] = r.randrange(1, 20000)
            if r.random() < 0.5:
                f["doc"] = "R-%d" % r.randrange(30)
        return f

    def logged(self, rows):
        first = self.m.has_bought()
        ids = [self.m.add("e", dict(f, by="tester")) for f in rows]
        self.m.buyers(ids, first)

    def do_log(self):
        f = self.event()
        if f is None:
            return
        argv = ["crm-log", self.named(f["who"][0]), f["what"], "text=" + f["text"],
                "at=" + f["at"]]
        argv += ["who=" + self.named(w) for w in f["who"][1:]]
        if "amount" in f:
            argv.append("amount=" + cents(f["amount"]))
        if "doc" in f:
            argv.append("doc=" + f["doc"])
        self.command(argv, lambda: self.logged([f]))

    def do_events(self):
        rows = [self.event() for _ in range(self.rng.randrange(1, 15))]
        if None in rows:
            return
        text = "".join(json.dumps(dict(f, **(
            {"amount": f["amount"] / 100} if "amount" in f else {}))) + "\n"
                       for f in rows)
        self.command(["crm-log"], lambda: self.logged(rows), text.encode())

    def do_correct(self):
        e = [i for i in self.pick("e", 6)
             if "amount" in self.m.recs[i]["f"]]
        if not e:
            return
        a = self.rng.randrange(1, 9999)
        self.command(["crm-set", e[0], "amount=" + cents(a)],
                     lambda: self.m.put(e[0], "amount", a))

    def do_rm(self):
        who = self.pick(self.rng.choice(["p", "e", "pe"]),
                        self.rng.choice([1, 2, 5]))
        if who:
            self.command(["crm-rm"] + who,
                         lambda: [self.m.remove(i) for i in who] and None)

    def do_gone(self):
        """Who is not there any more, and who never was."""
        gone = [i for i, r in self.m.recs.items()
                if not r["live"] and i[0] == "p" and
                self.m.who_now(i) == i] + ["p9999"]

        def effect():
            raise Refused(65)
        i = self.rng.choice(gone)
        self.command(self.rng.choice([
            ["crm-set", i, "city=Rome"], ["crm-rm", i],
            ["crm-log", i, "call", "x"],
            ["crm-merge"] + self.pick("p") + [i]]
            if self.pick("p") else [["crm-rm", i]]), effect)

    def do_merge(self):
        who = self.pick(self.rng.choice("pppo"), self.rng.choice([2, 2, 2, 3]))
        if len(who) < 2:
            return
        names = [self.named(i) for i in who]
        effect = lambda: self.m.merge(who[0], who[1:])
        if self.rng.random() < 0.3:
            self.command(["crm-merge", "-"], effect, (json.dumps(
                {"id": names[0], "dup": names[1:]}) + "\n").encode())
        else:
            self.command(["crm-merge"] + names, effect)

    def do_erase(self):
        gone = [i for i, r in self.m.recs.items()
                if i[0] == "p" and not r["live"]]
        who = self.pick("p", self.rng.choice([1, 1, 2]))
        if gone and self.rng.random() < 0.2:
            who = [self.rng.choice(gone)]
        if not who:
            return
        named = [self.named(i) for i in who]

        def effect():
            if any(not self.m.recs[i]["live"] and self.m.who_now(i) != i and
                   self.m.recs[self.m.who_now(i)]["live"] for i in named):
                raise Refused(65)
            return self.m.erase(who)
        self.command(["crm-rm", "--erase"] + named, effect)

    def do_again(self):
        """An address of one who was erased."""
        if not self.m.erased:
            return
        k, v = self.rng.choice(sorted(self.m.erased))
        f = {"name": "Again %d" % self.m.next["p"], "stage": "lead", k: [v]}
        rows = [dict(self.person(), ref=None), f]
        rows[0].pop("ref")
        allow = self.rng.random() < 0.3
        argv = ["crm-add", "person"] + (["--allow-erased"] if allow else [])

        def effect():
            self.m.allow = allow
            for x in rows:
                self.m.add("p", x)
        self.command(argv, effect, "".join(
            json.dumps(x) + "\n" for x in rows).encode())

    def care(self, *argv, want=0):
        self.log.append(" ".join(argv))
        r = self.run(*argv)
        self.report.add("of the store's care")
        if r.rc != want:
            self.wrong("exit %s" % r.rc, argv, rig.text(r.out + r.err), want)

    def do_care(self):
        """What changes nothing of what is in the store; and a restore."""
        what = self.rng.choice(["compact", "repair", "salvage", "load",
                                "restore", "backup", "back"])
        other = self.store + ".other"
        if what in ("compact", "repair"):
            self.care("crm-store", what)
        elif what == "salvage" and not self.m.changes:
            return  # nothing is to be saved
        elif what == "salvage":
            self.care("crm-store", "repair", other)
            self.m.begin()  # it says so in the history
            self.m.write()
        elif what == "load":
            rig.must(["crm-store", "-s", other, "load"],
                     rig.must(["crm-store", "-s", self.store, "dump"]))
        elif what == "back":
            if self.kept is not None:
                self.care("crm-store", "--replace", "restore", self.kept[0])
                self.m.set_all(self.kept[1])
        else:
            self.backups += 1
            name = "%s.%d.tar" % (self.store, self.backups)
            self.care("crm-store", "backup", name)
            self.kept = name, self.m.all()
            if what == "restore":
                self.care("crm-store", "--replace", "restore", name)
        if os.path.isdir(other):
            rig.shutil.rmtree(self.store)
            os.rename(other, self.store)

    def do_undo(self):
        n = len(self.m.changes)
        if n == 0:
            return
        r = self.rng
        change = n if r.random() < 0.4 else r.randrange(max(1, n - 20),
                                                        n + 1)
        mode = r.choice([None, None, None, "force", "skip"])
        argv = ["crm-undo", str(change)]
        if change == n and r.random() < 0.5:
            argv.pop()
        if mode:
            argv.append({"force": "--force",
                         "skip": "--skip-conflicts"}[mode])
        self.command(argv, lambda: self.m.undo(change, mode))

    def do_segment(self):
        n = self.m.next["s"]
        if n > 6:
            return
        words, f = self.query(2)
        name = "seg%d" % n
        text = " ".join('"%s"' % w if " " in w else w for w in words)
        self.m.seg[name] = (n, f)
        self.command(["crm-segment", "define", name, "person"] + words,
                     lambda: self.m.add("s", {"name": name,
                                              "query": text}) and None)

    # questions about people

    def term(self):
        r = self.rng
        kind = r.choice(["city", "tag", "stage", "has", "no", "spent",
                         "orders", "balance", "org", "word", "last",
                         "name", "ref", "segment"])
        get = lambda rec, f: rec["f"].get(f)
        if kind == "city":
            some = r.sample(CITIES, r.choice([1, 2]))
            return "city:" + ",".join(some), lambda i, rec, at: get(
                rec, "city") in some
        if kind == "tag":
            t = r.choice(TAGS)
            return "tag:" + t, lambda i, rec, at: t in get(rec, "tag") if \
                get(rec, "tag") else False
        if kind == "stage":
            s = r.choice(STAGES)
            return r.choice(["stage:", "is:"]) + s, \
                lambda i, rec, at: get(rec, "stage") == s
        if kind in ("has", "no"):
            f = r.choice(["email", "city", "org", "tag", "note", "ref"])
            return kind + ":" + f, lambda i, rec, at: (
                get(rec, f) is not None) == (kind == "has")
        if kind in ("spent", "balance"):
            a = r.randrange(0, 30000)
            b = a + r.randrange(0, 60000)
            form = r.choice(["%s..%s", "%s..", "..%s"])
            if form == "%s..%s":
                return "%s:%s..%s" % (kind, cents(a), cents(b)), \
                    lambda i, rec, at: a <= self.m.computed(i, at)[kind] <= b
            if form == "%s..":
                return "%s:%s.." % (kind, cents(a)), \
                    lambda i, rec, at: self.m.computed(i, at)[kind] >= a
            return "%s:..%s" % (kind, cents(a)), \
                lambda i, rec, at: self.m.computed(i, at)[kind] <= a
        if kind == "orders":
            n = r.randrange(0, 4)
            return "orders:%d.." % n, \
                lambda i, rec, at: self.m.computed(i, at)["orders"] >= n
        if kind == "org":
            o = (self.pick("o") or [None])[0]
            if o is None:
                return self.term()
            o = self.named(o)
            return "org:" + o, lambda i, rec, at: get(
                rec, "org") == self.m.who_now(o, at)
        if kind == "word":
            w = r.choice(WORDS)
            return "note:" + w, lambda i, rec, at: w in (
                get(rec, "note") or "").split()
        if kind == "last":
            m = "2025-%02d" % r.randrange(1, 13)
            return "last:" + m, lambda i, rec, at: self.m.computed(
                i, at).get("last", "")[:7] == m
        if kind == "name":
            g = r.choice(GIVEN)
            return "name:" + g, lambda i, rec, at: g in (
                get(rec, "name") or "").split()
        if kind == "ref":
            x = "shop:%d" % r.randrange(40)
            return "ref:" + x, lambda i, rec, at: x in (get(rec, "ref")
                                                        or [])
        for name, (n, f) in self.m.seg.items():
            if self.m.recs.get("s%d" % n, {}).get("live") and \
                    r.random() < 0.5:
                return "@" + name, f
        return self.term()

    def query(self, depth):
        r = self.rng
        if depth == 0 or r.random() < 0.4:
            word, f = self.term()
            while word.startswith("@") and depth == 2:
                word, f = self.term()
            if r.random() < 0.25:
                return ["not", word], lambda i, rec, at: not f(i, rec, at)
            return [word], f
        a, f = self.query(depth - 1)
        b, g = self.query(depth - 1)
        if r.random() < 0.4:
            return ["("] + a + ["or"] + b + [")"], \
                lambda i, rec, at: f(i, rec, at) or g(i, rec, at)
        return a + b, lambda i, rec, at: f(i, rec, at) and g(i, rec, at)

    def when(self):
        """A change set as of which to ask, where the programs can."""
        if not self.report.as_of or self.rng.random() < 0.6 or \
                not self.m.changes:
            return None, []
        n = self.rng.randrange(1, len(self.m.changes) + 1)
        self.report.add("questions as of a change set")
        return n, ["--as-of", "change:%d" % n]

    def ids(self, out):
        return [json.loads(x)["id"] for x in out.splitlines()]

    def ask_query(self):
        words, f = self.query(3)
        at, opts = self.when()
        # who was not there yet cannot be asked about
        if at is not None and any(
                w.startswith("org:") and w[4:] not in self.m.after[at - 1] or
                w.startswith("@") and "s" + w[4:] not in
                [i for i, _ in self.m.live("s", at)] for w in words):
            return
        want = [i for i, rec in self.m.live("p", at) if f(i, rec, at)]
        form = self.rng.choice(["ids", "ids", "count", "limit", "exit"])
        argv = ["crm-find", "person"] + words + opts
        if form == "count":
            self.ask(argv + ["--count"], len(want), int)
        elif form == "limit":
            self.ask(argv + ["-l", "3", "-f", "id"], want[:3], self.ids)
        else:
            self.ask(argv + ["-f", "id"], want, self.ids)

    def ask_event(self):
        r = self.rng
        at, opts = self.when()
        kind = r.choice(["what", "who", "doc", "amount", "at", "text"])
        ev = lambda f: [i for i, x in self.m.live("e", at) if f(x["f"])]
        if kind == "what":
            w = r.choice(["purchase", "stage", "call", "payment"])
            term, want = "what:" + w, ev(lambda f: f["what"] == w)
        elif kind == "who":
            w = self.rng.choice(list(self.m.recs) or ["e1"])
            if w[0] not in "po":
                return
            if at is not None and w not in self.m.after[at - 1]:
                return
            term = "who:" + w
            w = self.m.who_now(w, at)
            # an organisation means its people too
            all_ = {w} | {i for i, x in self.m.live("p", at)
                          if x["f"].get("org") == w}
            want = ev(lambda f: all_ & set(f["who"]))
        elif kind == "doc":
            d = "R-%d" % r.randrange(30)
            term, want = "doc:" + d, ev(lambda f: f.get("doc") == d)
        elif kind == "amount":
            a = r.randrange(20000)
            term = "amount:%s.." % cents(a)
            want = ev(lambda f: f.get("amount", -1) >= a)
        elif kind == "at":
            m = "2025-%02d" % r.randrange(1, 13)
            term, want = "at:" + m, ev(lambda f: f["at"][:7] == m)
        else:
            w = r.choice(WORDS)
            term = "text:" + w
            want = ev(lambda f: w in f.get("text", "").split())
        self.ask(["crm-find", "event", term, "-f", "id"] + opts, want,
                 self.ids)

    def ask_computed(self):
        at, opts = self.when()
        kind = self.rng.choice(["person", "org"])
        want = [self.m.computed(i, at)
                for i, _ in self.m.live(kind[0], at)]

        def read(out):
            got = []
            for x in out.splitlines():
                d = json.loads(x, parse_float=lambda s: round(float(s) * 100))
                d.pop("currency", None)
                got.append(d)
            return got
        self.ask(["crm-find", kind, "-f", "id,spent,orders,balance,"
                  "contacts,last,first-order,last-order"] + opts, want, read)

    def ask_sorted(self):
        want = sorted(self.m.live("p"),
                      key=lambda x: (-self.m.computed(x[0])["spent"],
                                     order(x[0])))
        self.ask(["crm-find", "person", "--sort", "-spent", "-f", "id"],
                 [i for i, _ in want], self.ids)

    def ask_mail(self):
        some = [r["f"]["email"][0] for _, r in self.m.live("p")
                if "email" in r["f"]]
        if some:
            e = self.rng.choice(some)
            self.ask(["crm-find", e.upper(), "-f", "id"], [
                i for i, r in self.m.live("p")
                if e in r["f"].get("email", [])], self.ids)

    def ask_revenue(self):
        def read(out):
            got = []
            for x in out.splitlines():
                d = json.loads(x, parse_float=str)
                d.pop("currency")
                got.append(d)
            return got
        self.ask(["crm-report", "revenue", "--by", "month", "-o", "jsonl"],
                 [r for r in self.m.revenue()], read)

    def ask_history(self):
        """What each change set did to a record, newest first."""
        if not self.m.recs:
            return
        i = self.rng.choice(list(self.m.recs))
        want = []
        for c in reversed(self.m.changes):
            e = c["edits"].get(i)
            if i in c["added"]:
                want.append((c["n"], c["at"], c["undoes"], "added", None))
            elif e and (e["fields"] or e["what"] != "changed" or
                        e.get("blank")):
                want.append((c["n"], c["at"], c["undoes"], e["what"], {
                    k: tuple(self.value(k, x) for x in v)
                    for k, v in e["fields"].items()}))

        def read(out):
            got = []
            for x in out.splitlines():
                c = json.loads(x, parse_float=str)
                for r in c["changed"]:
                    if r["id"] != i:
                        continue
                    got.append((c["change"], c["at"], c.get("undoes"),
                                r["what"], None if r["what"] == "added" else {
                        f["field"]: (self.seen(f.get("old")),
                                     self.seen(f.get("new")))
                        for f in r["fields"] if f["field"] != "currency"}))
            return got
        self.ask(["crm-history", i, "-o", "jsonl"], want, read)

    def value(self, field, v):
        if v is None:
            return None
        if field == "amount":
            return cents(v)
        return self.seen(v)

    def seen(self, v):
        return tuple(sorted(v)) if isinstance(v, list) else v

    def ask_all(self):
        """Every record, every field."""
        at, opts = self.when()

        def read(out):
            got = []
            for x in out.splitlines():
                d = json.loads(x, parse_float=str)
                g = {k: (sorted(v) if k in MANY and k != "who" else v)
                     for k, v in d.items()
                     if k in FIELDS[d["id"][0]] + ["id", "kind"]}
                got.append(g)
            return sorted(got, key=lambda g: order(g["id"]))
        for letters, word in (("po", "any"), ("e", "event")):
            want = [self.m.line(i, r) for i, r in self.m.live(letters, at)]
            self.ask(["crm-find", word, "-o", "jsonl"] + opts, want,
                lambda out: [g for g in read(out) if g["id"][0] in letters])

    def question(self):
        r = self.rng.choice(["query"] * 5 + ["event"] * 3 + [
            "computed", "sorted", "mail", "revenue", "history", "history"])
        getattr(self, "ask_" + r)()

    def go(self, n):
        what = (["add"] * 3 + ["org", "bulk", "key"] + ["set"] * 5 +
                ["log"] * 4 + ["events"] * 2 + ["correct"] + ["rm"] * 2 +
                ["gone"] + ["undo"] * 4 + ["segment"] + ["merge"] * 3 +
                ["erase", "again", "care"])
        for i in range(n):
            getattr(self, "do_" + self.rng.choice(what))()
            if self.bad:
                return
            for _ in range(self.rng.choice([0, 1, 2])):
                self.question()
            if i % 20 == 19:
                self.ask_all()
            if self.bad:
                return
        for ask in (self.ask_all, self.ask_computed, self.ask_revenue):
            ask()
        r = self.run("crm-store", "check")
        if r.rc != 0:
            self.wrong("check", [], rig.text(r.out + r.err), 0)
        r = self.run("crm-history", "-o", "jsonl")
        n = len(r.out.splitlines())
        if n != len(self.m.changes):
            self.wrong("change sets", [], n, len(self.m.changes))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--sequences", type=int, default=2000)
    ap.add_argument("--commands", type=int, default=60)
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--plant", choices=["forget"],
                    help="a model that forgets some commands")
    ap.add_argument("--keep-going", action="store_true")
    args = ap.parse_args()
    report = rig.Report("model")
    report.as_of = b"--as-of" in rig.must(["crm-find", "--help"])
    report.figure("as of a change set", "asked" if report.as_of else
                  "the programs do not know it")
    with rig.Scratch("model") as tmp:
        for i in range(args.sequences):
            t = Test(tmp.at("s%d" % i), args.seed + i, report, args.plant)
            t.go(args.commands)
            report.add("sequences")
            if t.bad and not args.keep_going:
                break
            rig.shutil.rmtree(t.store, ignore_errors=True)
            for n in range(t.backups):
                os.remove("%s.%d.tar" % (t.store, n + 1))
    return report.end(args.plant is not None)


if __name__ == "__main__":
    sys.exit(main())
