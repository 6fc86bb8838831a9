#!/usr/bin/env python3
"""Damage: what a disk may do to data.mdb, and what each reading program says.

A mutation is a bit or a byte that changed, a page that was zeroed, lost (as
it was some commits ago), written to the wrong place, exchanged with another,
or torn; or a file cut short.  Then every program that reads runs.  It may
print what it would have printed, or say that something is wrong; it may not
print anything else without a word, hang, or end by a signal.

A page as it was some commits ago is a good page, with good checksums, and so
is the store before its last commit: what is told of those is counted apart.
"""
import argparse
import os
import random
import shutil
import sys

import rig

PAGE = 4096

READERS = {
    "find": ["crm-find", "any", "-o", "jsonl"],
    "events": ["crm-find", "event", "-o", "jsonl"],
    "computed": ["crm-find", "person", "-f",
                 "id,name,spent,balance,orders,last,first-order", "--sort",
                 "-spent"],
    "index": ["crm-find", "person", "city:=Town 7", "-f", "id,name"],
    "unique": ["crm-find", "p33@x.example", "-f", "id,name,tag"],
    "text": ["crm-find", "any", "blue", "-f", "id"],
    "count": ["crm-find", "event", "what:purchase", "amount:5..", "--count"],
    "segment": ["crm-find", "@big", "-f", "id,spent"],
    "members": ["crm-segment", "list", "-o", "jsonl"],
    "show": ["crm-show", "p33"],
    "revenue": ["crm-report", "revenue", "--by", "month"],
    "customers": ["crm-report", "customers"],
    "rfm": ["crm-report", "rfm"],
    "history": ["crm-history", "-o", "jsonl"],
    "one": ["crm-history", "p33", "-o", "jsonl"],
    "dump": ["crm-store", "dump"],
    "backup": ["crm-store", "backup", "-"],
    "stat": ["crm-store", "stat", "-o", "jsonl"],
}


# What is read of these is good, and of another time: the page, or the whole
# store where a head is lost and LMDB takes the one before.
APART = ("stale", "torn", "first pages")


def build(tmp):
    """A store with all tables in use; its file after each command."""
    s = tmp.at("s")
    versions = []

    def keep():
        with open(os.path.join(s, "data.mdb"), "rb") as f:
            versions.append(f.read())

    def must(argv, stdin=b""):
        rig.must([argv[0], "-s", s] + argv[1:], stdin)
        keep()

    must(["crm-store", "init"])
    colour = ["blue", "green", "red", "grey"]
    must(["crm-add", "person"], ("name,email,city,tag,note\n" + "".join(
        "Person %d Żółć,p%d@x.example,Town %d,t%d,likes %s\n" % (
            i, i, i % 20, i % 5, colour[i % 4])
        for i in range(300))).encode())
    must(["crm-log"], ("who,what,at,amount,doc,text\n" + "".join(
        "p%d@x.example,%s,2025-%02d-%02d,%d.%02d,R-%d,a %s word %d\n" % (
            i * 7 % 300, "purchase" if i % 3 else "invoice", i % 12 + 1,
            i % 28 + 1, i % 90 + 1, i % 100, i // 2, colour[i % 4], i)
        for i in range(1500))).encode())
    must(["crm-segment", "define", "big", "person", "spent:100.."])
    for i in range(40):
        must(["crm-set", "p%d" % (i * 5 + 3), "city=Moved %d" % i])
        must(["crm-log", "p%d" % (i * 3 + 1), "purchase", "blue again",
              "amount=%d" % (i + 1)])
    must(["crm-rm", "p10", "p11", "e7"])
    must(["crm-set", "p33", "tag+=vip"])
    return s, versions


class Mutator:
    def __init__(self, versions, rng):
        self.good = versions[-1]
        self.old = versions[:-1]
        self.rng = rng
        self.pages = len(self.good) // PAGE
        self.kinds = ["bit", "bit", "byte", "head of page", "zeroed", "stale",
                      "misdirected", "exchanged", "truncated", "torn",
                      "garbage", "first pages"]

    def page(self, data, n):
        return data[n * PAGE:(n + 1) * PAGE]

    def put(self, at, new):
        return self.good[:at] + new + self.good[at + len(new):]

    def byte(self, at):
        return self.put(at, bytes([self.good[at] ^ self.rng.randrange(1,
                                                                      256)]))

    def draw(self):
        r = self.rng
        kind = r.choice(self.kinds)
        n = r.randrange(2, self.pages)
        m = r.randrange(2, self.pages)
        if kind == "bit":
            at = r.randrange(len(self.good))
            got = self.put(at, bytes([self.good[at] ^ 1 << r.randrange(8)]))
        elif kind == "byte":
            got = self.byte(r.randrange(len(self.good)))
        elif kind == "head of page":
            got = self.byte(n * PAGE + r.randrange(64))
        elif kind == "first pages":
            got = self.byte(r.randrange(2) * PAGE + r.randrange(160))
        elif kind == "zeroed":
            got = self.put(n * PAGE, bytes(PAGE))
        elif kind == "garbage":
            got = self.put(n * PAGE, r.randbytes(PAGE))
        elif kind == "stale":
            old = r.choice(self.old)
            was = self.page(old, n)
            if len(was) < PAGE:
                return self.draw()
            got = self.put(n * PAGE, was)
        elif kind == "misdirected":
            got = self.put(n * PAGE, self.page(self.good, m))
        elif kind == "exchanged":
            got = bytearray(self.good)
            got[n * PAGE:(n + 1) * PAGE] = self.page(self.good, m)
            got[m * PAGE:(m + 1) * PAGE] = self.page(self.good, n)
            got = bytes(got)
        elif kind == "truncated":
            got = self.good[:r.randrange(len(self.good))]
        else:  # torn: some sectors of a page are from before
            old = r.choice(self.old)
            was = self.page(old, n)
            if len(was) < PAGE:
                return self.draw()
            page = bytearray(self.page(self.good, n))
            for i in range(0, PAGE, 512):
                if r.random() < 0.5:
                    page[i:i + 512] = was[i:i + 512]
            got = self.put(n * PAGE, bytes(page))
        if got == self.good:
            return self.draw()
        return kind, got


def compared(name, out, tmp):
    """What has to be the same: of a backup, what it gives back."""
    if name == "stat":
        return b""  # of the file: how many pages are free may be otherwise
    if name != "backup":
        return out
    new = tmp.at("restored")
    shutil.rmtree(new, ignore_errors=True)
    r = rig.run(["crm-store", "-s", new, "restore", "-"], out)
    if r.rc == 0:
        r = rig.run(["crm-store", "-s", new, "dump"])
    return r.out if r.rc == 0 else r.err


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--mutations", type=int, default=10000)
    ap.add_argument("--seed", default="1")
    ap.add_argument("--hangs", type=float, default=10)
    ap.add_argument("--wrong", type=int, default=0,
                    help="exit 2 when more than so many were wrong without "
                    "a word")
    ap.add_argument("--keep", help="where to keep files that failed")
    ap.add_argument("--plant", choices=["silent"],
                    help="a program that says nothing of damage")
    args = ap.parse_args()
    report = rig.Report("damage")
    rng = random.Random(args.seed)
    with rig.Scratch("damage") as tmp:
        s, versions = build(tmp)
        good = {}
        for name, argv in READERS.items():
            r = rig.run([argv[0], "-s", s] + argv[1:])
            if r.rc != 0 or r.err:
                raise SystemExit("%s: %s %s" % (name, r.rc, rig.text(r.err)))
            good[name] = r.out
        mut = Mutator(versions, rng)
        wrong = 0
        report.figure("pages", mut.pages)
        data = os.path.join(s, "data.mdb")
        for i in range(args.mutations):
            kind, bad = mut.draw()
            with open(data, "wb") as f:
                f.write(bad)
            report.add("mutations")
            report.add("mutations: " + kind)
            told = 0
            silent = []
            for name, argv in READERS.items():
                r = rig.run([argv[0], "-s", s] + argv[1:],
                            timeout=args.hangs)
                if args.plant and r.rc == 65:
                    r = rig.Ran(0, r.out, b"")
                report.add("runs")
                if r.rc == "hang":
                    report.fail("%d %s: %s hangs" % (i, kind, name))
                elif rig.is_signal(r.rc):
                    report.fail("%d %s: %s ends by signal %s" % (
                        i, kind, name, r.rc))
                elif r.rc == 70 and b"damaged store" in r.err:
                    report.add("crashes that were caught")
                    told += 1
                elif r.rc not in rig.STATUSES | {0}:
                    report.fail("%d %s: %s exits %s: %s" % (
                        i, kind, name, r.rc, rig.text(r.err)))
                elif r.rc != 0 and not r.err:
                    report.fail("%d %s: %s exits %s without a word" % (
                        i, kind, name, r.rc))
                elif r.err or r.rc:
                    told += 1
                elif r.out != good[name] and \
                        compared(name, r.out, tmp) != \
                        compared(name, good[name], tmp):
                    silent.append(name)
            r = rig.run(["crm-store", "-s", s, "check"], timeout=60)
            if r.rc == "hang" or rig.is_signal(r.rc):
                report.fail("%d %s: check: %s" % (i, kind, r.rc))
            report.add("found by check", r.rc != 0)
            report.add("told of by some reader", told > 0)
            if silent:
                report.add("wrong without a word: " + kind)
                report.add("of these found by check", r.rc != 0)
                if kind not in APART:
                    wrong += 1
                if r.rc == 0:
                    report.fail("%d %s: wrong, and check does not see it: %s"
                                % (i, kind, silent))
                elif kind not in APART and wrong <= 20:
                    print("damage: %d %s: wrong without a word: %s; check: %s"
                          % (i, kind, silent, rig.text(r.out, 100)))
                if args.keep:
                    os.makedirs(args.keep, exist_ok=True)
                    with open("%s/%d-%s" % (
                            args.keep, i, kind.replace(" ", "-")),
                            "wb") as f:
                        f.write(bad)
    report.figure("wrong without a word, what is of another time apart", wrong)
    if args.plant and wrong > args.wrong:
        report.fail("%d answers that are wrong without a word" % wrong)
    rc = report.end(args.plant is not None)
    return 2 if rc == 0 and not args.plant and wrong > args.wrong else rc


if __name__ == "__main__":
    sys.exit(main())
