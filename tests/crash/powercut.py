#!/usr/bin/env python3
"""Power cuts: the states that one may leave, opened and compared.

A story of commands of all kinds is recorded (record.py): what it wrote, what
it made durable and when it said so.  Then the power is cut behind any of its
steps, and of what was not durable by then any part is kept, in any order, torn
at sectors.  Each state has to open, to pass crm-store check, and to hold what
was acknowledged; of the command at work all or nothing.
"""
import argparse
import hashlib
import os
import random
import shutil
import sys

import record
import rig

# What may stand in place of a store that is being made
ABSENT = "absent"


def rows(head, row, n):
    return (head + "\n" + "".join(row % {"i": i} + "\n"
                                  for i in range(n))).encode()


def story(small):
    """(command, stdin, environment, is told a line at a time)."""
    s = ["-s", "s"]
    people = rows("name,email,city,tag",
                  "Person %(i)d Żółć,p%(i)d@x.example,Town %(i)d,t", 60)
    more = rows("name,email,city", "New %(i)d,p%(i)d@x.example,Other", 80)
    events = rows("who,what,at,amount,text,doc",
                  "p%(i)d@x.example,purchase,2026-01-02,1.%(i)02d,"
                  "some words %(i)d,R-%(i)d", 60)
    lines = rows("who,what,text", "p1@x.example,call,line %(i)d", 4)
    ids = "".join("p%d\n" % i for i in range(1, 40)).encode()
    parts = {"CRM_TEST_PART": "6000"} if small else {}
    first = small + "/" if small else ""
    return [
        (["crm-store", *s, "init"], b"", {}, False),
        (["crm-add", *s, "person", "name=Anna", "email=a@x.example"], b"",
         {}, False),
        (["crm-add", *s, "person"], people, {}, False),
        (["crm-log", *s, "a@x.example", "call", "hello"], b"", {}, False),
        (["crm-set", *s, "a@x.example", "city=Kraków", "tag+=vip"], b"", {},
         False),
        (["crm-log", *s], events, {}, False),
        (["crm-log", *s, "--stream", "-o", "ids"], lines, {}, True),
        (["crm-set", *s, "-", "city=Gdynia", "-o", "ids"], ids, {}, False),
        (["crm-rm", *s, "p5", "p6", "e3"], b"", {}, False),
        (["crm-store", *s, "backup", "b.tar"], b"", {}, False),
        (["crm-undo", *s], b"", {}, False),
        (["crm-undo", *s, "3", "--force"], b"", {}, False),
        (["crm-undo", *s], b"", {}, False),
        (["crm-segment", *s, "define", "far", "person", "city:Gdynia"], b"",
         {}, False),
        (["crm-add", *s, "person", "--key", "email"], more, {}, False),
        ([first + "crm-log", *s], events.replace(b"R-", b"S-"), parts, False),
        ([first + "crm-add", *s, "person"],
         people.replace(b"@x", b"@y"), parts, False),
        (["crm-store", *s, "compact"], b"", {}, False),
        (["crm-log", *s, "a@x.example", "note", "after"], b"", {}, False),
        (["crm-store", *s, "restore", "--replace", "b.tar"], b"", {}, False),
        (["crm-log", *s, "a@x.example", "note", "again"], b"", {}, False),
        (["crm-store", "-s", "t", "restore", "b.tar"], b"", {}, False),
        (["crm-store", "-s", "u", "load"], None, {}, False),
    ]


def dump_of(store):
    """What a store holds, without what nobody sees; None: it is not well."""
    if not os.path.exists(store):
        return ABSENT, ""
    r = rig.run(["crm-store", "-s", store, "check"])
    if r.rc != 0:
        return None, "check: %s: %s" % (r.rc, rig.text(r.out + r.err))
    r = rig.run(["crm-store", "-s", store, "dump"])
    if r.rc != 0:
        return None, "dump: %s: %s" % (r.rc, rig.text(r.err))
    h = hashlib.sha256()
    for x in r.out.splitlines():
        # counts, and what is known of a batch that is not done
        if not x.startswith((b'{"crm-dump"', b'{"hidden"', b'{"end"')) and \
                b',"state":"open",' not in x[:60]:
            h.update(x + b"\n")
    return h.hexdigest()[:16], ""


def content(root):
    """Of all that the story makes: name to content, and why not."""
    got, why = {}, []
    for name in ("s", "t", "u"):
        got[name], w = dump_of(os.path.join(root, name))
        if w:
            why.append("%s: %s" % (name, w))
    got["b.tar"] = ABSENT
    tar = os.path.join(root, "b.tar")
    if os.path.exists(tar):
        to = os.path.join(root, "unpacked")
        r = rig.run(["crm-store", "-s", to, "restore", tar])
        if r.rc != 0:
            got["b.tar"] = None
            why.append("b.tar: %s: %s" % (r.rc, rig.text(r.err)))
        else:
            got["b.tar"], w = dump_of(to)
            if w:
                why.append("b.tar: " + w)
    return got, why


class Story:
    def __init__(self, tmp, report, small):
        self.report = report
        self.rec = record.Recorder(tmp.at("live"))
        os.mkdir(tmp.at("live"))
        self.look_at = tmp.at("look")
        self.acks = []   # operations behind which something is acknowledged
        self.steps = []  # (first, last) operation of each command
        self.record(small)
        self.contents(tmp)

    def record(self, small):
        for argv, stdin, more, each in story(small):
            if stdin is None:
                stdin = rig.must(["crm-store", "-s",
                                  self.rec.root + "/s", "dump"])
            first, p = self.rec.run(argv, stdin, more)
            if p.returncode != 0:
                raise SystemExit("%s: %d: %s" % (argv, p.returncode,
                                                 rig.text(p.stderr)))
            last = len(self.rec.ops) - 1
            self.steps.append((first, last))
            self.acks.append(last)
            self.acks += [i for i in range(first, last)
                          if self.rec.ops[i][0] == "out"]
            self.each = each
        self.acks.sort()

    def contents(self, tmp):
        """What is there after each step that could make a difference."""
        ops = self.rec.ops
        self.at = [(-1, dict.fromkeys(("s", "t", "u", "b.tar"), ABSENT))]
        for i, op in enumerate(ops):
            if op[0] == "write" and not op[4]:
                continue
            if op[0] in ("out", "exit", "create", "mkdir", "extend"):
                continue
            shutil.rmtree(self.look_at, ignore_errors=True)
            record.whole(ops, i + 1).write(self.look_at)
            got, why = content(self.look_at)
            if why:
                self.report.fail("killed behind step %d: %s" % (i, why))
            if got != self.at[-1][1]:
                self.at.append((i, got))
        # all or nothing: one change a command, one a line of --stream
        for (first, last), (argv, _, _, each) in zip(self.steps, story("")):
            n = sum(1 for i, _ in self.at if first <= i <= last)
            if n > 1 and not each:
                self.report.fail("%s was seen in %d parts" % (argv, n))
            if each and n != 4:
                self.report.fail("%s: %d steps seen" % (argv, n))

    def allowed(self, n, name):
        """What may be there when the power is cut behind n operations."""
        acked = max([a for a in self.acks if a < n], default=-1)
        ok = None
        out = []
        for i, got in self.at:
            if i <= acked:
                ok = got[name]
            elif i <= n:
                out.append(got[name])
        return {ok, *out}


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--states", type=int, default=20000)
    ap.add_argument("--seed", default="1")
    ap.add_argument("--small", default="", help="folder of programs that "
                    "write in small parts (CRM_TEST_PART)")
    ap.add_argument("--plant", choices=["nosync"],
                    help="a disk that does not sync")
    args = ap.parse_args()
    if args.small:
        args.small = os.path.abspath(args.small)
    report = rig.Report("powercut")
    rng = random.Random(args.seed)
    with rig.Scratch("powercut") as tmp:
        s = Story(tmp, report, args.small)
        ops = s.rec.ops
        report.figure("commands", len(s.steps))
        report.figure("operations recorded", len(ops))
        report.figure("of them syncs", sum(
            1 for o in ops if o[0] in ("sync", "dirsync") or
            (o[0] == "write" and o[4])))
        report.figure("different contents", len(s.at))
        seen = set()
        root = tmp.at("state")
        for _ in range(args.states * 5):
            if len(seen) >= args.states or report.failed > 20:
                break
            report.add("states drawn")
            n = rng.randrange(1, len(ops) + 1)
            disk, left_out = record.cut(ops, n, rng, args.plant == "nosync")
            h = hashlib.sha256(repr(disk.tree).encode())
            for k in sorted(disk.files):
                h.update(b"%d:" % k)
                h.update(disk.files[k])
            h.update(b"%d" % max([a for a in s.acks if a < n], default=-1))
            if h.digest() in seen:
                continue
            seen.add(h.digest())
            report.add("states with something missing", bool(left_out))
            shutil.rmtree(root, ignore_errors=True)
            disk.write(root)
            got, why = content(root)
            if why:
                report.fail("cut behind step %d, without %s: %s" % (
                    n, left_out[:10], why))
                continue
            for name, c in got.items():
                if c not in s.allowed(n, name):
                    report.fail("cut behind step %d, without %s: %s holds "
                                "%s, not one of %s" % (
                                    n, left_out[:10], name, c,
                                    s.allowed(n, name)))
            if got["s"] != ABSENT and rng.random() < 0.05:
                report.add("states written on")
                r = rig.run(["crm-add", "-s", root + "/s", "person",
                             "name=Later"])
                if r.rc != 0 or dump_of(root + "/s")[1]:
                    report.fail("cut behind step %d: writing on: %s %s" % (
                        n, r, dump_of(root + "/s")))
        report.figure("different states", len(seen))
    return report.end(args.plant is not None)


if __name__ == "__main__":
    sys.exit(main())
