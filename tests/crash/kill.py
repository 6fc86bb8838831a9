#!/usr/bin/env python3
"""kill -9 storm: writers that are killed at any moment, all at the same time.

Each worker writes about people of its own and keeps a model of them.  What
was acknowledged (exit 0, or a line that --stream printed) has to be there;
what was killed may be there as a whole or not at all, and which of the two is
then part of the model.  Beside them one process checks the store and counts
batches: it may see none of a batch or all of it.  Large batches are written in
many parts (hurt.c).  The store is compacted and repaired among them; it is
restored while nobody else is there, to what it was before: it has to be wholly
the one or the other.  At the end all is compared with the models, the history
with what was done, and the store checked.
"""
import argparse
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import threading
import time

import rig

OPS = ["add", "bulk", "log", "events", "stream", "set", "setmany", "undo",
       "rm", "both", "merge", "care"]
MANY = 30  # rows of a batch that is written in parts


class Lost(Exception):
    pass


class Worker(threading.Thread):
    def __init__(self, storm, number):
        super().__init__()
        self.storm = storm
        self.me = "w%d" % number
        self.rng = random.Random("%s/%d" % (storm.args.seed, number))
        self.n = 0
        self.people = {}  # email: {"id", "city", "live"}
        self.story = {}   # text: True while it is there
        self.done = {}    # message of what was written: True, False: undone
        self.last = None  # the newest that can be undone: (message, how)

    def run(self):
        try:
            while not self.storm.over():
                if self.storm.wants_restore(self):
                    self.restore()
                else:
                    with self.storm.among():
                        self.one()
        except Exception as e:  # whatever it is, the storm is lost
            self.storm.lost("%s: %r" % (self.me, e))

    # running

    def kill_or_wait(self, argv, stdin, mean, **more):
        """Run; often kill it.  (rc, out), rc -9 when it was killed."""
        p = subprocess.Popen(argv, stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env=rig.env(CRM_USER=self.me,
                                         CRM_STORE=self.storm.store, **more))
        if self.rng.random() < 0.95:
            when = self.rng.random() * mean * 0.8
            t = threading.Timer(when, p.kill)
            t.start()
        else:
            t = None
        try:
            out, err = p.communicate(stdin, timeout=rig.HANGS * 2)
        except subprocess.TimeoutExpired:
            p.kill()
            raise Lost("hang: %s" % argv)
        finally:
            if t is not None:
                t.cancel()
        if p.returncode == -9:
            self.storm.count("kills")
        elif p.returncode == 0:
            self.storm.count("acknowledged")
        elif p.returncode == 69:
            self.storm.count("locked out")
        else:
            raise Lost("%s: %d: %s" % (argv, p.returncode, rig.text(err)))
        return p.returncode, out

    def find(self, *argv):
        r = self.storm.read(["crm-find", *argv, "-o", "jsonl"])
        if r.rc != 0:
            raise Lost("crm-find %s: %s %s" % (argv, r.rc, rig.text(r.err)))
        return [json.loads(x) for x in r.out.splitlines()]

    def step(self, op, argv, stdin, mean):
        """One command with a message of its own: (message, rc, out)."""
        self.n += 1
        m = "%s-%d" % (self.me, self.n)
        began = time.time()
        program, more = argv[0], {}
        small = self.storm.args.small
        if small and stdin.count(b"\n") > MANY and self.rng.random() < 0.7:
            program = os.path.join(small, program)
            more["CRM_TEST_PART"] = str(self.rng.choice([2000, 8000, 30000]))
            op += " in parts"
        rc, out = self.kill_or_wait(
            [program, "-m", m] + argv[1:], stdin, self.storm.mean(op), **more)
        if rc == 0:
            self.storm.took(op, time.time() - began)
        self.storm.count("of them " + op if rc == -9 else op + " done")
        return m, rc, out

    def settle(self, m, rc, seen, want):
        """Was it done?  seen of want things are there."""
        if seen not in (0, want):
            raise Lost("%s: torn: %d of %d" % (m, seen, want))
        if rc == 0 and seen != want:
            raise Lost("%s: acknowledged, and lost" % m)
        if rc == 69 and seen:
            raise Lost("%s: refused, and there" % m)
        if rc == -9:
            self.storm.count("killed, and done" if seen else
                             "killed, and nothing of it there")
        if seen:
            self.done[m] = True
        return seen == want

    # what is done

    def one(self):
        op = self.rng.choice(OPS)
        live = [e for e, p in self.people.items() if p["live"]]
        if len(live) < 5 and op not in ("add", "bulk"):
            op = "bulk"
        getattr(self, op)(live)

    def care(self, live):
        """What changes nothing in the store."""
        what = self.rng.choice(["compact", "repair"])
        began = time.time()
        rc, _ = self.kill_or_wait(
            ["crm-store", "--wait", "2"][:3 if what == "compact" else 1] +
            [what], b"", self.storm.mean(what))
        if rc == 0:
            self.storm.took(what, time.time() - began)
        self.storm.count("of them " + what if rc == -9 else
                         what + (" done" if rc == 0 else " locked out"))

    def restore(self):
        """Nobody else is there: it becomes what it was, or stays as it is."""
        storm = self.storm
        now = storm.store + ".now.tar"
        env = {"CRM_STORE": storm.store}
        is_ = storm.bytes()
        rig.must(["crm-store", "backup", now], **env)
        if storm.old is not None:
            old, was = storm.old
            rc, _ = self.kill_or_wait(
                ["crm-store", "--replace", "restore", old], b"",
                storm.mean("restore"))
            got = storm.bytes()
            if got not in (was, is_) or (rc == 0 and got != was):
                raise Lost("restore: %d, and neither is there" % rc)
            storm.count("of them restore" if rc == -9 else "restore done")
            storm.count("restore killed, and done", rc == -9 and got == was)
            began = time.time()
            rig.must(["crm-store", "--replace", "restore", now], **env)
            storm.took("restore", time.time() - began)
            if storm.bytes() != is_:
                raise Lost("restore: another store is there")
            os.remove(old)
        old = storm.store + ".old.tar"
        os.rename(now, old)
        storm.old = old, is_
        storm.restored()

    def added(self, m, rc, want):
        there = self.find("person", "tag:" + m, "-f", "id,email")
        if self.settle(m, rc, len(there), want):
            for r in there:
                self.people[r["email"][0]] = {
                    "id": r["id"], "city": "here", "live": True}
            self.last = (m, ("add", [r["email"][0] for r in there]))

    def add(self, live):
        m = "%s-%d" % (self.me, self.n + 1)
        _, rc, _ = self.step("add", [
            "crm-add", "person", "name=One " + m, "city=here", "tag=" + m,
            "source=" + self.me, "email=%s@x.example" % m], b"", 0.02)
        self.added(m, rc, 1)

    def bulk(self, live):
        m = "%s-%d" % (self.me, self.n + 1)
        n = self.rng.choice([2, 10, 200, 600])
        rows = "".join(
            "Row %d %s,here,%s,%s,%s-%d@x.example\n" % (
                i, m, m, self.me, m, i) for i in range(n))
        self.storm.batches.append((m, n))
        _, rc, _ = self.step("bulk", ["crm-add", "person"],
                             ("name,city,tag,source,email\n" + rows).encode(),
                             0.05)
        self.added(m, rc, n)

    def logged(self, m, rc, texts):
        there = {r["text"] for r in self.find("event", "doc:" + m, "-f",
                                              "text")}
        if not there <= set(texts):
            raise Lost("%s: not what was written: %s" % (m, there))
        if self.settle(m, rc, len(there), len(texts)):
            self.story.update((t, True) for t in there)
            self.last = (m, ("log", texts))

    def log(self, live):
        m = "%s-%d" % (self.me, self.n + 1)
        _, rc, _ = self.step("log", [
            "crm-log", self.rng.choice(live), "purchase", m, "doc=" + m,
            "amount=1.25"], b"", 0.02)
        self.logged(m, rc, [m])

    def rows(self, live, m):
        n = self.rng.choice([2, 30, 300])
        texts = ["%s row %d" % (m, i) for i in range(n)]
        return texts, ("who,what,text,doc,amount,by\n" + "".join(
            "%s,purchase,%s,%s,0.10,%s\n" % (
                self.rng.choice(live), t, m, self.me)
            for t in texts)).encode()

    def events_(self, live, name, extra):
        m = "%s-%d" % (self.me, self.n + 1)
        texts, rows = self.rows(live, m)
        _, rc, _ = self.step(name, ["crm-log"] + extra, rows, 0.05)
        self.logged(m, rc, texts)

    def events(self, live):
        self.events_(live, "events", [])

    def both(self, live):
        """Records and events in one stream, the ones linking the others."""
        m = "%s-%d" % (self.me, self.n + 1)
        lines = [{"kind": "person", "name": "Both " + m, "city": "here",
                  "tag": [m], "source": self.me,
                  "email": [m + "@x.example"]},
                 {"kind": "event", "who": m + "@x.example", "what": "call",
                  "text": m, "doc": m, "by": self.me}]
        _, rc, _ = self.step("both", ["crm-add"], "".join(
            json.dumps(x) + "\n" for x in lines).encode(), 0.02)
        there = self.find("person", "tag:" + m, "-f", "id,email")
        calls = self.find("event", "doc:" + m, "-f", "text")
        if self.settle(m, rc, len(there) + len(calls), 2):
            self.people[m + "@x.example"] = {
                "id": there[0]["id"], "city": "here", "live": True}
            self.story[m] = True
            self.last = None

    def stream(self, live):
        m = "%s-%d" % (self.me, self.n + 1)
        n = self.rng.choice([3, 20])
        texts = ["%s line %d" % (m, i) for i in range(n)]
        rows = ("who,what,text,doc,by\n" + "".join(
            "%s,call,%s,%s,%s\n" % (self.rng.choice(live), t, m, self.me)
            for t in texts)).encode()
        _, rc, out = self.step("stream", [
            "crm-log", "--stream", "-o", "jsonl", "-f", "text"], rows, 0.05)
        whole = out[:out.rfind(b"\n") + 1]
        told = [json.loads(x)["text"] for x in whole.splitlines()]
        self.storm.count("lines acknowledged by --stream", len(told))
        there = [r["text"] for r in self.find("event", "doc:" + m, "-f",
                                              "text")]
        if sorted(there) != sorted(texts[:len(there)]):
            raise Lost("%s: lines missing in between: %s" % (m, there))
        if len(told) > len(there) or (rc == 0 and len(there) != n):
            raise Lost("%s: %d lines acknowledged, %d there" % (
                m, len(told), len(there)))
        self.story.update((t, True) for t in there)
        if there:
            self.done[m] = len(there)
        self.last = None

    def change(self, op, argv, stdin, who):
        m, rc, _ = self.step(op, argv, stdin, 0.02)
        there = self.find("person", "city:=" + m, "-f", "email")
        if self.settle(m, rc, len(there), len(who)):
            old = {e: self.people[e]["city"] for e in who}
            for e in who:
                self.people[e]["city"] = m
            self.last = (m, ("set", old))

    def set(self, live):
        e = self.rng.choice(live)
        m = "%s-%d" % (self.me, self.n + 1)
        self.change("set", ["crm-set", e, "city=" + m], b"", [e])

    def setmany(self, live):
        who = self.rng.sample(live, min(len(live),
                                        self.rng.choice([3, 40, 400])))
        m = "%s-%d" % (self.me, self.n + 1)
        ids = "".join(self.people[e]["id"] + "\n" for e in who)
        self.change("setmany", ["crm-set", "-", "city=" + m], ids.encode(),
                    who)

    def rm(self, live):
        who = self.rng.sample(live, min(len(live) - 1,
                                        self.rng.choice([1, 3, 20])))
        self.storm.touched.update(
            e.rsplit("@")[0].rsplit("-", 1)[0] for e in who)
        m, rc, _ = self.step("rm", ["crm-rm"] + [self.people[e]["id"]
                                                 for e in who], b"", 0.02)
        left = {r["id"] for r in self.find("person", "source:" + self.me,
                                           "-f", "id")}
        gone = [e for e in who if self.people[e]["id"] not in left]
        if self.settle(m, rc, len(gone), len(who)):
            for e in who:
                self.people[e]["live"] = False
            self.last = (m, ("rm", who))

    def merge(self, live):
        who = self.rng.sample(live, self.rng.choice([2, 2, 3]))
        self.storm.touched.update(
            e.rsplit("@")[0].rsplit("-", 1)[0] for e in who)
        m, rc, _ = self.step("merge", ["crm-merge"] + [
            self.people[e]["id"] for e in who], b"", 0.02)
        there = {r["id"]: r["email"] for r in self.find(
            "person", "source:" + self.me, "-f", "id,email")}
        kept = there.get(self.people[who[0]]["id"], [])
        gone = [e for e in who[1:] if self.people[e]["id"] not in there]
        if [e for e in who[1:] if e in kept] != gone:
            raise Lost("%s: %s went, and %s stayed" % (m, gone, kept))
        if self.settle(m, rc, len(gone), len(who) - 1):
            for e in gone:
                self.people[e]["live"] = False
            self.last = (m, ("merge", gone))

    def undo(self, live):
        if self.last is None:
            return
        undone, (how, what) = self.last
        self.last = None
        r = self.storm.read(["crm-history", "--user", self.me, "-o", "jsonl",
                             "-l", "20"])
        change = [json.loads(x) for x in r.out.splitlines()]
        change = [c["change"] for c in change if c.get("message") == undone]
        if len(change) != 1:
            raise Lost("%s: %d change sets in the history" % (
                undone, len(change)))
        self.storm.touched.add(undone)
        m, rc, _ = self.step("undo", ["crm-undo", str(change[0])], b"", 0.02)
        if how == "add":
            left = len(self.find("person", "tag:" + undone, "-f", "id"))
            seen, want = len(what) - left, len(what)
        elif how == "log":
            left = len(self.find("event", "doc:" + undone, "-f", "id"))
            seen, want = len(what) - left, len(what)
        elif how == "set":
            left = len(self.find("person", "city:=" + undone, "-f", "id"))
            seen, want = len(what) - left, len(what)
        else:
            ids = {r["id"] for r in self.find(
                "person", "source:" + self.me, "-f", "id")}
            seen = sum(1 for e in what if self.people[e]["id"] in ids)
            want = len(what)
        if not self.settle(m, rc, seen, want):
            return
        if how == "add":
            for e in what:
                self.people[e]["live"] = False
        elif how == "log":
            for t in what:
                self.story[t] = False
        elif how == "set":
            for e, city in what.items():
                self.people[e]["city"] = city
        else:
            for e in what:
                self.people[e]["live"] = True

    # the end

    def compare(self):
        got = {r["email"][0]: r["city"] for r in self.find(
            "person", "source:" + self.me, "-f", "email,city")}
        want = {e: p["city"] for e, p in self.people.items() if p["live"]}
        if got != want:
            self.storm.lost("%s: people differ: %s" % (
                self.me, sorted(set(got.items()) ^ set(want.items()))[:6]))
        got = {r["text"] for r in self.find("event", "by:" + self.me,
                                            "has:doc", "-f", "text")}
        want = {t for t, there in self.story.items() if there}
        if got != want:
            self.storm.lost("%s: events differ: %s" % (
                self.me, sorted(got ^ want)[:6]))
        return len(want)


class Storm:
    def __init__(self, args, store, report):
        self.args = args
        self.store = store
        self.report = report
        self.lock = threading.Lock()
        self.means = {}
        self.batches = []
        self.touched = set()  # batches of which somebody removes some
        self.stop = False
        self.old = None       # an older backup, and what is in it
        self.turn = threading.Condition()
        self.inside = 0       # workers at a command
        self.alone = None     # the one that wants to be alone
        self.next = 40        # kills until one does

    # workers, and one who has to be alone

    class Among:
        def __init__(self, storm):
            self.storm = storm

        def __enter__(self):
            with self.storm.turn:
                self.storm.turn.wait_for(lambda: self.storm.alone is None)
                self.storm.inside += 1

        def __exit__(self, *_):
            with self.storm.turn:
                self.storm.inside -= 1
                self.storm.turn.notify_all()

    def among(self):
        return Storm.Among(self)

    def wants_restore(self, worker):
        """True: the worker is alone, until restored()."""
        with self.turn:
            if self.alone is not None or \
                    self.report.figures.get("kills", 0) < self.next:
                return False
            self.next += 20
            self.alone = worker
            self.turn.wait_for(lambda: self.inside == 0)
        return True

    def restored(self):
        with self.turn:
            self.alone = None
            self.turn.notify_all()

    def bytes(self):
        """The sum of all that is in the store."""
        return hashlib.sha256(rig.must(
            ["crm-store", "dump"], CRM_STORE=self.store)).hexdigest()

    def read(self, argv, **more):
        """Run a reader: while the store is replaced it has to come again."""
        end = time.time() + rig.HANGS
        while True:
            r = rig.run(argv, CRM_STORE=self.store, **more)
            if r.rc == 0 and r.err:  # such as a false alarm of damage
                raise Lost("%s says %s" % (argv, rig.text(r.err)))
            if r.rc != 69 or time.time() > end:
                return r
            self.count("readers told to come again")
            time.sleep(0.05)

    def count(self, what, n=1):
        with self.lock:
            self.report.add(what, n)

    def mean(self, op):
        return self.means.get(op, 0.05)

    def took(self, op, seconds):
        with self.lock:
            self.means[op] = 0.8 * self.mean(op) + 0.2 * seconds

    def lost(self, what):
        with self.lock:
            self.stop = True
            self.report.fail(what)

    def over(self):
        return self.stop or self.report.figures.get(
            "kills", 0) >= self.args.kills

    def look(self):
        """Read beside the writers."""
        rng = random.Random(self.args.seed)
        while not self.over():
            with self.among():
                try:
                    self.look_once(rng)
                except Lost as e:
                    self.lost(str(e))

    def look_once(self, rng):
        if self.batches:
            m, n = rng.choice(self.batches[-20:])
            r = self.read(["crm-find", "person", "tag:" + m, "--count"])
            # of an older batch some may have been removed since
            if r.rc != 0 or (int(r.out) not in (0, n) and
                             m not in self.touched):
                self.lost("a reader saw %s of %d of %s, status %s" % (
                    r.out, n, m, r.rc))
            self.count("reads beside the writers")
        if rng.random() < 0.1:
            r = self.read(["crm-store", "check"], timeout=300)
            if r.rc != 0:
                self.lost("check beside writers: %s %s" % (
                    r.rc, rig.text(r.out + r.err)))
            self.count("checks beside the writers")

    def history(self, workers):
        done = {}
        for w in workers:
            done.update(w.done)
        r = rig.run(["crm-history", "-o", "jsonl"], timeout=300,
                    CRM_STORE=self.store)
        seen = {}
        for x in r.out.splitlines():
            m = json.loads(x).get("message")
            if m is not None:
                seen[m] = seen.get(m, 0) + 1
        want = {m: 1 if n is True else n for m, n in done.items()}
        if r.rc != 0 or seen != want:
            self.lost("the history differs: %s" % sorted(
                set(seen.items()) ^ set(want.items()))[:6])
        self.report.figure("change sets in the history", sum(seen.values()))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--kills", type=int, default=5000)
    ap.add_argument("--workers", type=int, default=6)
    ap.add_argument("--seed", default="1")
    ap.add_argument("--small", help="where the programs are that write in "
                    "small parts (CRM_TEST_PART)")
    ap.add_argument("--plant", choices=["lose", "tear"],
                    help="spoil the store behind the storm's back")
    args = ap.parse_args()
    report = rig.Report("kill")
    with rig.Scratch("kill") as tmp:
        storm = Storm(args, tmp.at("store"), report)
        rig.must(["crm-store", "-s", storm.store, "init"])
        workers = [Worker(storm, i) for i in range(args.workers)]
        looker = threading.Thread(target=storm.look)
        looker.start()
        for w in workers:
            w.start()
        for w in workers:
            w.join()
        looker.join()
        if args.plant == "lose":
            live = next(p["id"] for p in workers[0].people.values()
                        if p["live"])
            rig.must(["crm-rm", live], CRM_STORE=storm.store)
        elif args.plant == "tear":
            with open(os.path.join(storm.store, "data.mdb"), "r+b") as f:
                # some of these are in use, whatever the storm left
                for page in range(2, os.fstat(f.fileno()).st_size // 4096, 5):
                    f.seek(4096 * page)
                    f.write(bytes(4096))
        # the storm may have torn what comparing reads
        try:
            report.figure("events at the end",
                          sum(w.compare() for w in workers))
            storm.history(workers)
        except Lost as e:
            storm.lost(str(e))
        r = rig.run(["crm-store", "check"], timeout=600,
                    CRM_STORE=storm.store)
        if r.rc != 0:
            storm.lost("check: %s %s" % (r.rc, rig.text(r.out + r.err)))
        report.figure("check at the end", "exit %s" % r.rc)
        r = rig.run(["crm-store", "stat", "-o", "jsonl"],
                    CRM_STORE=storm.store)
        report.figure("stat at the end", rig.text(r.out, 400))
        report.figure("writers", args.workers)
        report.figure("left beside the store", sorted(
            re.sub("[0-9]+", "N", x) for x in os.listdir(tmp.path)
            if x != "store" and not x.endswith(".tar")))
    return report.end(args.plant is not None)


if __name__ == "__main__":
    sys.exit(main())
