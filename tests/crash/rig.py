"""rig - what the crash tests share: running programs, copies of stores, sums.

A test is a program NAME.py with its figures as options, and NAME.t beside it
that runs the short form.  It prints figures, a line each, and exits 1 when
something was not as promised; what failed is told first.
"""
import collections
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

NOW = "2026-03-15T12:00:00Z"
HANGS = 30  # seconds after which a program hangs; machines may be busy

# What a program may exit with when something around it fails: crm(7).
STATUSES = {65, 66, 69, 73, 74, 75, 77, 78}

Ran = collections.namedtuple("Ran", "rc out err")


def env(**more):
    """The environment of the programs: nothing of the caller's but PATH."""
    e = {
        "PATH": os.environ["PATH"],
        "LC_ALL": "C",
        "TZ": "UTC",
        "HOME": os.environ.get("HOME", "/nonexistent"),
        "CRM_NOW": NOW,
        "CRM_USER": "tester",
    }
    # valgrind and sanitizers are told things this way
    e.update({k: v for k, v in os.environ.items() if k.endswith("_OPTIONS")})
    e.update(more)
    return e


def run(argv, stdin=b"", timeout=HANGS, **more):
    """Run a program.  rc is negative after a signal, "hang" after timeout."""
    try:
        p = subprocess.run(argv, input=stdin, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=timeout,
                           env=env(**more))
    except subprocess.TimeoutExpired as e:
        return Ran("hang", e.stdout or b"", e.stderr or b"")
    return Ran(p.returncode, p.stdout, p.stderr)


def must(argv, stdin=b"", **more):
    """Run what has to work."""
    r = run(argv, stdin, **more)
    if r.rc != 0:
        raise SystemExit("%s: %s %s" % (" ".join(argv), r.rc,
                                        r.err.decode(errors="replace")))
    return r.out


def program(name):
    """Where a program is: tests of other builds set CRM_BIN."""
    d = os.environ.get("CRM_BIN")
    return os.path.join(d, name) if d else name


class Scratch:
    """A folder that goes away, in memory where that is possible."""

    def __init__(self, name, disk=False):
        where = os.environ.get("TMPDIR", "/tmp")
        if not disk and os.access("/dev/shm", os.W_OK):
            where = "/dev/shm"
        self.path = tempfile.mkdtemp(prefix="crm-%s." % name, dir=where)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def at(self, *names):
        return os.path.join(self.path, *names)


def copy_store(src, dst):
    """Copy a store that nobody uses."""
    shutil.rmtree(dst, ignore_errors=True)
    shutil.copytree(src, dst)


class Report:
    """Failures, and figures."""

    def __init__(self, name):
        self.name = name
        self.failed = 0
        self.figures = collections.OrderedDict()
        self.began = time.time()

    def add(self, what, n=1):
        self.figures[what] = self.figures.get(what, 0) + n

    def figure(self, what, value):
        self.figures[what] = value

    def fail(self, text):
        self.failed += 1
        if self.failed <= 20:
            print("%s: FAILED: %s" % (self.name, text), flush=True)

    def end(self, plant=False):
        """Print all.  With plant, having found nothing is the failure."""
        self.figure("failures", self.failed)
        self.figure("seconds", round(time.time() - self.began))
        for k, v in self.figures.items():
            print("%s: %s: %s" % (self.name, k, v), flush=True)
        if plant:
            print("%s: planted fault %s" % (
                self.name, "found" if self.failed else "NOT FOUND"))
            return 0 if self.failed else 1
        return 1 if self.failed else 0


def is_signal(rc):
    return isinstance(rc, int) and (rc < 0 or rc >= 128)


def text(b, n=300):
    return b.decode(errors="replace").strip()[:n]
