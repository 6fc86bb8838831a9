#!/usr/bin/env python3
"""Everything that can fail fails, one thing after the other.

For each command, of those that write and those that read:
  calls   each system call that opens, reads, writes, syncs, renames, maps,
          locks or removes gets an error instead (strace -e inject), on the
          programs as they are installed
  kill    SIGKILL comes at each of them
  alloc   each allocation fails, and again with all that follow (hurt.c)

The exit status has to be one of the contract's, with a message; the store
as before or as after the command, and sound; done only where it says so.
"""
import argparse
import hashlib
import os
import random
import re
import shutil
import sys

import rig

ERRORS = {
    "openat": ["EMFILE", "EACCES", "EIO"], "read": ["EIO"],
    "pread64": ["EIO"], "write": ["ENOSPC", "EIO"],
    "pwrite64": ["ENOSPC", "EIO"], "writev": ["ENOSPC", "EIO"],
    "pwritev": ["ENOSPC", "EIO"], "fsync": ["EIO"],
    "fdatasync": ["EIO", "ENOSPC"], "rename": ["EIO"], "renameat": ["EIO"],
    "renameat2": ["EIO"], "link": ["EIO"], "linkat": ["EIO"],
    "unlink": ["EIO"], "unlinkat": ["EIO"], "rmdir": ["EIO"],
    "mkdir": ["ENOSPC"], "mkdirat": ["ENOSPC"], "mmap": ["ENOMEM"],
    "ftruncate": ["EIO"], "fallocate": ["ENOSPC"], "fcntl": ["ENOLCK"],
    "lseek": ["EINVAL"], "newfstatat": ["EIO"], "fstat": ["EIO"],
    "getdents64": ["EIO"], "dup": ["EMFILE"], "getrandom": ["ENOSYS"],
    "fstatfs": ["EIO"], "statfs": ["EIO"], "mremap": ["ENOMEM"],
    "close": ["EIO"], "fchmod": ["EPERM"], "msync": ["EIO"],
}


def rows(head, row, n, first=0):
    return (head + "\n" + "".join(row % {"i": i} + "\n"
                                  for i in range(first, n))).encode()


PEOPLE = rows("name,email,city,tag",
              "Person %(i)d Żółć,p%(i)d@x.example,Town %(i)d,t", 50)
EVENTS = rows("who,what,at,amount,text,doc",
              "p%(i)d@x.example,purchase,2026-01-02,1.%(i)02d,"
              "some words %(i)d,R-%(i)d", 50, 5)


def commands(tmp):
    """name: (arguments, stdin, environment)."""
    ids = "".join("p%d\n" % i for i in range(5, 30)).encode()
    small = {"CRM_TEST_PART": "4000"}
    dump = open(tmp.at("dump"), "rb").read()
    s = ["-s", "s"]
    return {
        "init": (["crm-store", "-s", "new", "init"], b"", {}),
        "add": (["crm-add", *s, "person", "name=Anna", "email=new@x.example",
                 "-o", "ids"], b"", {}),
        "bulk": (["crm-add", *s, "person"],
                 PEOPLE.replace(b"@x", b"@y"), {}),
        "parts": (["crm-add", *s, "person"],
                  PEOPLE.replace(b"@x", b"@y"), small),
        "key": (["crm-add", *s, "person", "--key", "email"],
                PEOPLE.replace(b"Town", b"City"), {}),
        "log": (["crm-log", *s, "p1", "purchase", "x", "amount=3", "-o",
                 "jsonl"], b"", {}),
        "events": (["crm-log", *s], EVENTS, {}),
        "stream": (["crm-log", *s, "--stream", "-o", "ids"],
                   b"who,what\np2,call\n", {}),
        "set": (["crm-set", *s, "p1", "city=Gdynia", "tag+=vip"], b"", {}),
        "setmany": (["crm-set", *s, "-", "city=Gdynia", "-o", "ids"], ids,
                    {}),
        "rm": (["crm-rm", *s, "p1", "e2"], b"", {}),
        "undo": (["crm-undo", *s], b"", {}),
        "undobulk": (["crm-undo", *s, "1", "--force"], b"", {}),
        "segment": (["crm-segment", *s, "define", "near", "person",
                     "city:Gdynia"], b"", {}),
        "compact": (["crm-store", *s, "compact"], b"", {}),
        "replace": (["crm-store", *s, "restore", "--replace", "b.tar"], b"",
                    {}),
        "restore": (["crm-store", "-s", "new", "restore", "b.tar"], b"", {}),
        "load": (["crm-store", "-s", "new", "load"], dump, {}),
        "backup": (["crm-store", *s, "backup", "new.tar"], b"", {}),
        "dump": (["crm-store", *s, "dump"], b"", {}),
        "check": (["crm-store", *s, "check"], b"", {}),
        "stat": (["crm-store", *s, "stat"], b"", {}),
        "config": (["crm-store", *s, "config"], b"", {}),
        "find": (["crm-find", *s, "person", "spent:1..", "--sort",
                  "-name", "-f", "id,name,spent,last"], b"", {}),
        "words": (["crm-find", *s, "any", "Person", "not", "Town"], b"", {}),
        "show": (["crm-show", *s, "p1"], b"", {}),
        "report": (["crm-report", *s, "revenue", "--by", "month"], b"", {}),
        "rfm": (["crm-report", *s, "rfm"], b"", {}),
        "history": (["crm-history", *s, "p1"], b"", {}),
    }


# Those that are no part of "new things are there"
READS = {"dump", "check", "stat", "config", "find", "words", "show",
         "report", "rfm", "history"}


def prepare(tmp):
    s = tmp.at("base/s")
    os.mkdir(tmp.at("base"))
    rig.must(["crm-store", "-s", s, "init"])
    rig.must(["crm-add", "-s", s, "person"], PEOPLE)
    rig.must(["crm-log", "-s", s], EVENTS)
    rig.must(["crm-set", "-s", s, "p3", "city=Sopot"])
    rig.must(["crm-store", "-s", s, "backup", tmp.at("base/b.tar")])
    with open(tmp.at("dump"), "wb") as f:
        f.write(rig.must(["crm-store", "-s", s, "dump"]))
    rig.must(["crm-rm", "-s", s, "p4"])


class Hurt:
    def __init__(self, tmp, report, args):
        self.tmp = tmp
        self.report = report
        self.args = args
        self.rng = random.Random(args.seed)
        self.home = tmp.at("w")
        self.base = self.file("base", "s/data.mdb")
        self.fresh()
        self.known = self.store("s")

    def file(self, *names):
        try:
            with open(self.tmp.at(*names), "rb") as f:
                return f.read()
        except FileNotFoundError:
            return None

    def fresh(self):
        rig.copy_store(self.tmp.at("base"), self.home)

    def store(self, name):
        p = os.path.join(self.home, name)
        if not os.path.exists(p):
            return "absent"
        h = hashlib.sha256()
        for argv in (["crm-store", "check"],
                     ["crm-find", "any", "-o", "jsonl"],
                     ["crm-find", "event", "-o", "jsonl"],
                     ["crm-history", "-o", "jsonl"]):
            r = rig.run([argv[0], "-s", p] + argv[1:])
            if r.rc != 0:
                return "damaged: %s: %s %s" % (argv, r.rc,
                                               rig.text(r.out + r.err))
            h.update(r.out)
        return h.hexdigest()[:16]

    def mended(self, got):
        """LMDB could not put a head back after a write to it failed.

        What is read is right, and check tells of the head, until the next
        write has written it anew.
        """
        if "a head is damaged" not in got[0]:
            return got
        p = os.path.join(self.home, "s")
        h = hashlib.sha256()
        for argv in (["crm-find", "any", "-o", "jsonl"],
                     ["crm-find", "event", "-o", "jsonl"],
                     ["crm-history", "-o", "jsonl"]):
            h.update(rig.must([argv[0], "-s", p] + argv[1:]))
        rig.must(["crm-add", "-s", p, "person", "name=Later"])
        if rig.run(["crm-store", "-s", p, "check"]).rc != 0:
            return got
        self.report.add("heads that the next write mended")
        return (h.hexdigest()[:16],) + got[1:]

    def content(self):
        """Of the store, of what is made new, of a backup."""
        new = os.path.join(self.home, "new.tar")
        tar = "absent"
        if os.path.exists(new):
            r = rig.run(["crm-store", "-s", self.home + "/t", "restore", new])
            tar = self.store("t") if r.rc == 0 else "damaged: tar"
            shutil.rmtree(self.home + "/t", ignore_errors=True)
        # most faults come before the first byte is written
        s = self.known if self.file("w", "s/data.mdb") == self.base else \
            self.store("s")
        return (s, self.store("new"), tar)

    def left(self):
        """What else lies about."""
        have = set(os.listdir(self.home)) - {"s", "b.tar", "new", "new.tar"}
        if os.path.isdir(self.home + "/s"):
            have |= set(os.listdir(self.home + "/s")) - {
                "data.mdb", "lock.mdb", "gate", "crm.yaml", "strategy.yaml",
                "hooks"}
        return sorted(have)

    def run(self, argv, stdin, more, wrap=()):
        here = os.getcwd()
        os.chdir(self.home)
        try:
            return rig.run(list(wrap) + argv, stdin, **more)
        finally:
            os.chdir(here)

    def argv(self, argv, more):
        if self.args.what == "alloc" or "CRM_TEST_PART" in more:
            return [os.path.join(self.args.hurt, argv[0])] + argv[1:]
        return argv

    def clean(self, name, argv, stdin, more):
        """As it is without faults: sets before, after and output."""
        self.fresh()
        self.before = (self.known, "absent", "absent")
        r = self.run(argv, stdin, more)
        if r.rc != 0:
            raise SystemExit("%s: %s %s" % (name, r.rc, rig.text(r.err)))
        self.out = r.out
        self.after = self.content()
        if name not in READS | {"compact"} and self.after == self.before:
            raise SystemExit("%s does nothing" % name)

    def judge(self, name, what, r, killed=False):
        got = self.content()
        if "write" in what:
            got = self.mended(got)
        ok = {self.before, self.after}
        if self.args.plant == "status" and isinstance(r.rc, int) and \
                r.rc > 0:
            r = rig.Ran(0, r.out, r.err)
        bad = None
        if got not in ok:
            bad = "the store is neither as before nor as after: %s" % (got,)
        elif r.rc == "hang":
            bad = "hangs"
        elif killed and r.rc == -9:
            self.report.add("killed, as before" if got == self.before else
                            "killed, as after")
        elif r.rc == 0:
            if got != self.after:
                bad = "says done, and is not"
            elif name not in READS and r.out != self.out:
                bad = "says done, and prints something else"
            elif name in READS and r.out != self.out and not r.err:
                bad = "prints something else without a word: %s" % rig.text(
                    r.out)
            else:
                self.report.add("done all the same")
        elif name == "check" and r.rc == 1 and r.out:
            self.report.add("exit 1 of check, with what it could not read")
        elif r.rc not in rig.STATUSES:
            bad = "exit %s" % r.rc
        elif not r.err.strip() and name == "backup" and \
                what.startswith("write 1 "):
            # strace counts by process: the one that tells failed, too
            self.report.add("whose message failed, too")
        elif not r.err.strip():
            bad = "exit %s without a message" % r.rc
        else:
            self.report.add("exit %s" % r.rc)
            if got == self.after != self.before:
                self.report.add("failed behind the commit")
        left = self.left()
        # where memory was short while the name of what is new changed hands
        if left and self.args.what == "alloc" and r.rc == 75:
            self.report.add("left a temporary folder behind")
            left = []
        if not bad and left and not killed and r.rc != 0 and not \
                re.search("unlink|rmdir", what):
            bad = "leaves %s behind" % left
        if bad:
            self.report.fail("%s, %s: %s: %s %s" % (name, what, bad, r.rc,
                                                    rig.text(r.err, 150)))

    def some(self, items):
        """All of them, or as many as a short run has time for."""
        if len(items) <= self.args.each:
            return items
        return sorted(self.rng.sample(items, self.args.each))

    def calls(self, name, argv, stdin, more):
        trace = self.tmp.at("trace")
        self.fresh()
        self.run(argv, stdin, more, ["strace", "-f", "--seccomp-bpf", "-qq",
                                     "-o", trace, "-e",
                                     "trace=?" + ",?".join(ERRORS)])
        count = {}
        started = False
        todo = []
        with open(trace, encoding="utf-8", errors="replace") as f:
            for line in f:
                m = re.match(r"^(?:\d+ +)?(\w+)\(", line)
                if not m or m.group(1) not in ERRORS:
                    continue
                call = m.group(1)
                count[call] = count.get(call, 0) + 1
                # the loader of shared libraries is no part of the program
                if "CRM_TEST_PART" in more and not started:
                    started = 's/' in line or '"s"' in line
                    if not started:
                        continue
                for e in ERRORS[call]:
                    todo.append((call, count[call], e))
        self.report.add("calls that could fail", sum(count.values()))
        if self.args.what == "kill":
            todo = sorted({(c, n, "") for c, n, _ in todo})
        for call, n, e in self.some(todo):
            self.fresh()
            how = "signal=KILL" if self.args.what == "kill" else "error=" + e
            killing = self.args.what == "kill"
            r = self.run(argv, stdin, more, [
                # with seccomp strace 6.1 sends no signals
                "strace", "-f"] + ["--seccomp-bpf"] * (not killing) + [
                "-qq", "-o", "/dev/null", "-e", "trace=" + call, "-e",
                "inject=%s:%s:when=%d" % (call, how, n)])
            self.report.add("faults")
            # two processes: it counts the calls of each
            if killing and r.rc != -9 and not (
                    name in ("backup", "check")):
                self.report.fail("%s, %s %d: was not killed" % (name, call,
                                                                n))
            self.judge(name, "%s %d %s" % (call, n, how), r, killing)

    kill = calls

    def alloc(self, name, argv, stdin, more):
        where = self.tmp.at("count")
        self.fresh()
        self.run(argv, stdin, dict(more, CRM_TEST_COUNT=where))
        n = int(open(where, encoding="ascii").read())
        self.report.add("allocations", n)
        todo = [(i, on) for i in range(1, n + 1) for on in (False, True)]
        for i, on in self.some(todo):
            self.fresh()
            e = dict(more, CRM_TEST_ALLOC=str(i))
            if on:
                e["CRM_TEST_ON"] = "1"
            self.report.add("faults")
            r = self.run(argv, stdin, e)
            self.judge(name, "allocation %d%s" % (i, " and on" if on else ""),
                       r)


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("what", choices=["calls", "kill", "alloc"])
    ap.add_argument("--hurt", required=True,
                    help="folder of the programs linked with hurt.c")
    ap.add_argument("--each", type=int, default=10 ** 9,
                    help="at most so many faults a command")
    ap.add_argument("--only", help="commands, with commas")
    ap.add_argument("--seed", default="1")
    ap.add_argument("--plant", choices=["status"],
                    help="a program that always says done")
    args = ap.parse_args()
    args.hurt = os.path.abspath(args.hurt)
    report = rig.Report("faults " + args.what)
    with rig.Scratch("faults") as tmp:
        prepare(tmp)
        hurt = Hurt(tmp, report, args)
        for name, (argv, stdin, more) in commands(tmp).items():
            if args.only and name not in args.only.split(","):
                continue
            argv = hurt.argv(argv, more)
            hurt.clean(name, argv, stdin, more)
            report.add("commands")
            getattr(hurt, args.what)(name, argv, stdin, more)
    return report.end(args.plant is not None)


if __name__ == "__main__":
    sys.exit(main())
