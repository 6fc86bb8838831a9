"""record - what a program did to its files, told by strace(1), and the states
in which a power cut may leave them.

Recorded is what changes files and directories, what makes that durable, and
what was written to standard output: who reads it takes it as acknowledged.

The disk: writes that no sync has covered may be there or not, in any
combination, and of each any of its sectors; a file's length follows from what
is there.  Changes of directories go through a journal: those that no fsync of
a directory has covered are there up to some point.  A directory's change may
be durable while the file's data is not.  An fsync of a file does not make its
name durable.
"""
import os
import re
import subprocess

import rig

SECTOR = 512
CALLS = ("open,openat,creat,close,write,pwrite64,writev,pwritev,pwritev2,"
         "lseek,ftruncate,truncate,fallocate,fsync,fdatasync,msync,syncfs,"
         "sync,sync_file_range,rename,renameat,renameat2,link,linkat,unlink,"
         "unlinkat,mkdir,mkdirat,rmdir,symlink,symlinkat,dup,dup2,dup3,fcntl,"
         "copy_file_range,sendfile,mmap")
HEX = re.compile(r"\\x([0-9a-f]{2})")
LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\)\s+= (-?\d+|0x[0-9a-f]+)(.*)$",
                  re.S)
BEGUN = re.compile(r"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$", re.S)
ENDED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$", re.S)
FD = re.compile(r"^(-?\d+|AT_FDCWD)(?:<([^>]*)>)?(?:\(deleted\))?$")


def unhex(s):
    return bytes.fromhex(s.replace("\\x", ""))


def split_args(s):
    """Arguments at the outermost level; strings are hex, so this is easy."""
    out, depth, at = [], 0, 0
    quoted = False
    for i, c in enumerate(s):
        if c == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif c in "[{(<":
            depth += 1
        elif c in "]})>":
            depth -= 1
        elif c == "," and depth == 0:
            out.append(s[at:i].strip())
            at = i + 1
    out.append(s[at:].strip())
    return out


def joined(trace):
    """The lines of a trace, with the calls in one piece that another thread's
    came between: where they ended, but a sync where it began, for it may be
    without what was written meanwhile."""
    begun = {}
    for line in trace:
        line = line.rstrip("\n")
        m = BEGUN.match(line)
        if m is not None:
            begun[m.group(1)] = "%s %s(%s" % m.group(1, 2, 3)
            if "sync" in m.group(2):
                yield begun.pop(m.group(1)) + ") = 0"
            continue
        m = ENDED.match(line)
        if m is None:
            yield line
        elif m.group(1) in begun:
            yield begun.pop(m.group(1)) + m.group(3)


class Recorder:
    """Runs commands in a directory and keeps all that they did to it."""

    def __init__(self, root):
        self.root = os.path.realpath(root)
        self.ops = []
        self.nodes = 0
        self.tree = {}  # of names: number of a file, or the same of a folder
        self.unknown = set()

    # names

    def path(self, fd, name):
        """A path below the root as a list; None: elsewhere."""
        p = name
        if not os.path.isabs(p):
            p = os.path.join(fd if fd else self.root, p)
        p = os.path.normpath(p)
        if p == self.root:
            return []
        if not p.startswith(self.root + "/"):
            return None
        return p[len(self.root) + 1:].split("/")

    def look(self, path):
        at = self.tree
        for n in path:
            if not isinstance(at, dict) or n not in at:
                return None
            at = at[n]
        return at

    # running

    def run(self, argv, stdin=b"", more=None):
        trace = self.root + ".trace"
        p = subprocess.run(
            ["strace", "-f", "-y", "-xx", "-s", "16777216", "-o", trace, "-e",
             "trace=" + CALLS, "-e", "signal=none"] + argv,
            input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            cwd=self.root, env=rig.env(**(more or {})), check=False)
        first = len(self.ops)
        self.fds = {}  # number: [file, offset, appends, dsync] or folder path
        with open(trace, encoding="ascii") as f:
            for line in joined(f):
                self.line(line)
        os.unlink(trace)
        self.ops.append(("exit", p.returncode))
        return first, p

    def line(self, line):
        m = LINE.match(line)
        if m is None:
            return
        call, args, ret = m.group(1), split_args(m.group(2)), m.group(3)
        if ret.startswith("-"):
            return  # it failed
        ret = int(ret, 0)
        getattr(self, "do_" + call, self.other)(args, ret)
        if not hasattr(self, "do_" + call):
            self.unknown.add(call)

    def other(self, args, ret):
        raise SystemExit("cannot replay: %s" % args)

    def fd(self, s):
        m = FD.match(s)
        if m is None:
            raise SystemExit("what is " + s)
        n = None if m.group(1) == "AT_FDCWD" else int(m.group(1))
        p = m.group(2)
        return n, (unhex(p).decode() if p and "\\x" in p else p)

    def name(self, s):
        return unhex(s.strip('"')).decode()

    # calls

    def opened(self, dirfd, name, flags, ret):
        path = self.path(dirfd, name)
        if path is None:
            self.fds[ret] = None
            return
        node = self.look(path)
        if isinstance(node, dict):
            self.fds[ret] = path
            return
        if node is None:
            node = self.nodes
            self.nodes += 1
            parent = self.look(path[:-1])
            if parent is None:
                raise SystemExit("no folder for %s" % path)
            parent[path[-1]] = node
            self.ops.append(("create", path, node))
        elif "O_TRUNC" in flags:
            self.ops.append(("trunc", node, 0))
        self.fds[ret] = [node, 0, "O_APPEND" in flags,
                         "O_DSYNC" in flags or "O_SYNC" in flags]

    def do_openat(self, a, ret):
        if "O_TMPFILE" in a[2]:
            self.fds[ret] = None  # never has a name
            return
        self.opened(self.fd(a[0])[1], self.name(a[1]), a[2], ret)

    def do_open(self, a, ret):
        self.opened(None, self.name(a[0]), a[1], ret)

    def do_close(self, a, ret):
        self.fds.pop(self.fd(a[0])[0], None)

    def do_dup(self, a, ret):
        self.fds[ret] = self.fds.get(self.fd(a[0])[0])

    do_dup2 = do_dup3 = do_dup

    def do_fcntl(self, a, ret):
        if a[1].startswith("F_DUPFD"):
            self.do_dup(a, ret)

    def wrote(self, fd, at, data, ret):
        f = self.fds.get(fd)
        if fd == 1 and fd not in self.fds:
            self.ops.append(("out", data[:ret]))
        if not isinstance(f, list) or isinstance(f[0], str):
            return
        if at is None:
            at = f[1]
            f[1] += ret
        self.ops.append(("write", f[0], at, data[:ret], f[3]))

    def do_write(self, a, ret):
        self.wrote(self.fd(a[0])[0], None, unhex(a[1].strip('"')), ret)

    def do_pwrite64(self, a, ret):
        self.wrote(self.fd(a[0])[0], int(a[3], 0), unhex(a[1].strip('"')),
                   ret)

    def vector(self, s):
        return b"".join(unhex(x) for x in
                        re.findall(r'iov_base="([^"]*)"', s))

    def do_writev(self, a, ret):
        self.wrote(self.fd(a[0])[0], None, self.vector(a[1]), ret)

    def do_pwritev(self, a, ret):
        self.wrote(self.fd(a[0])[0], int(a[3], 0), self.vector(a[1]), ret)

    def do_lseek(self, a, ret):
        f = self.fds.get(self.fd(a[0])[0])
        if isinstance(f, list) and not isinstance(f[:1], str) and f:
            if isinstance(f[0], int):
                f[1] = ret

    def do_ftruncate(self, a, ret):
        f = self.fds.get(self.fd(a[0])[0])
        if f and isinstance(f[0], int):
            self.ops.append(("trunc", f[0], int(a[1], 0)))

    def do_fallocate(self, a, ret):
        f = self.fds.get(self.fd(a[0])[0])
        if f and isinstance(f[0], int):
            self.ops.append(("extend", f[0], int(a[2], 0) + int(a[3], 0)))

    def do_fsync(self, a, ret):
        f = self.fds.get(self.fd(a[0])[0])
        if f is None and self.fd(a[0])[0] not in self.fds:
            return
        if f is None:
            return
        if f and isinstance(f[0], int):
            self.ops.append(("sync", f[0]))
        else:
            self.ops.append(("dirsync",))

    do_fdatasync = do_fsync

    def do_mmap(self, a, ret):
        # The lock file is written through a map: whoever is first after the
        # power came back makes it anew.
        if "MAP_SHARED" in a[3] and "PROT_WRITE" in a[2]:
            p = self.fd(a[4])[1] or ""
            if not p.endswith("/lock.mdb"):
                raise SystemExit("cannot replay a map of " + p)

    def moved(self, f, t, exchange=False):
        f, t = self.path(*f), self.path(*t)
        if f is None or t is None:
            raise SystemExit("a rename out of the root")
        a, b = self.look(f[:-1]), self.look(t[:-1])
        if exchange:
            a[f[-1]], b[t[-1]] = b[t[-1]], a[f[-1]]
            self.ops.append(("exchange", f, t))
        else:
            b[t[-1]] = a.pop(f[-1])
            self.ops.append(("rename", f, t))

    def do_rename(self, a, ret):
        self.moved((None, self.name(a[0])), (None, self.name(a[1])))

    def do_renameat(self, a, ret):
        self.moved((self.fd(a[0])[1], self.name(a[1])),
                   (self.fd(a[2])[1], self.name(a[3])))

    def do_renameat2(self, a, ret):
        self.moved((self.fd(a[0])[1], self.name(a[1])),
                   (self.fd(a[2])[1], self.name(a[3])),
                   "RENAME_EXCHANGE" in a[4])

    def linked(self, f, t):
        f, t = self.path(*f), self.path(*t)
        self.look(t[:-1])[t[-1]] = self.look(f)
        self.ops.append(("link", f, t))

    def do_link(self, a, ret):
        self.linked((None, self.name(a[0])), (None, self.name(a[1])))

    def do_linkat(self, a, ret):
        self.linked((self.fd(a[0])[1], self.name(a[1])),
                    (self.fd(a[2])[1], self.name(a[3])))

    def gone(self, p):
        if p is None:
            return
        self.look(p[:-1]).pop(p[-1], None)
        self.ops.append(("unlink", p))

    def do_unlink(self, a, ret):
        self.gone(self.path(None, self.name(a[0])))

    do_rmdir = do_unlink

    def do_unlinkat(self, a, ret):
        self.gone(self.path(self.fd(a[0])[1], self.name(a[1])))

    def made(self, p):
        if p is None:
            return
        self.look(p[:-1])[p[-1]] = {}
        self.ops.append(("mkdir", p))

    def do_mkdir(self, a, ret):
        self.made(self.path(None, self.name(a[0])))

    def do_mkdirat(self, a, ret):
        self.made(self.path(self.fd(a[0])[1], self.name(a[1])))


DIR_OPS = {"create", "mkdir", "rename", "exchange", "link", "unlink"}


class Disk:
    """A state of the disk after some of the operations."""

    def __init__(self):
        self.tree = {}
        self.files = {}

    def folder(self, path):
        at = self.tree
        for n in path[:-1]:
            at = at[n]
        return at, path[-1]

    def dir_op(self, op):
        kind, path = op[0], op[1]
        at, name = self.folder(path)
        if kind == "create":
            at[name] = op[2]
        elif kind == "mkdir":
            at[name] = {}
        elif kind == "unlink":
            del at[name]
        else:
            to, new = self.folder(op[2])
            if kind == "rename":
                to[new] = at.pop(name)
            elif kind == "link":
                to[new] = at[name]
            else:
                at[name], to[new] = to[new], at[name]

    def file_op(self, op, sectors=None):
        """sectors: which of the write's are there; None: all."""
        f = self.files.setdefault(op[1], bytearray())
        if op[0] == "trunc":
            if op[2] < len(f):
                del f[op[2]:]
            else:
                f.extend(bytes(op[2] - len(f)))
        elif op[0] == "extend":
            f.extend(bytes(max(0, op[2] - len(f))))
        elif sectors is None:
            self.put(f, op[2], op[3])
        else:
            at, data = op[2], op[3]
            end = at + len(data)
            first = at // SECTOR
            for i, there in enumerate(sectors):
                if there:
                    a = max(at, (first + i) * SECTOR)
                    b = min(end, (first + i + 1) * SECTOR)
                    self.put(f, a, data[a - at:b - at])

    @staticmethod
    def put(f, at, data):
        if at > len(f):
            f.extend(bytes(at - len(f)))
        f[at:at + len(data)] = data

    def write(self, where, tree=None):
        tree = self.tree if tree is None else tree
        os.makedirs(where, exist_ok=True)
        for name, node in tree.items():
            p = os.path.join(where, name)
            if isinstance(node, dict):
                self.write(p, node)
            else:
                with open(p, "wb") as f:
                    f.write(self.files.get(node, b""))


def whole(ops, n):
    """All of the first n operations: what kill -9 would leave."""
    d = Disk()
    for op in ops[:n]:
        if op[0] in DIR_OPS:
            d.dir_op(op)
        elif op[0] in ("write", "trunc", "extend"):
            d.file_op(op)
    return d


def cut(ops, n, rng, nosync=False):
    """A power cut after n operations: (disk, what was left out).

    nosync  take the disk for one that does not know what sync means
    """
    synced = {}   # file: operation up to which it is durable
    journal = 0   # the same of directories
    dsync = set()
    for i, op in enumerate(ops[:n]):
        if nosync:
            break
        if op[0] == "sync":
            synced[op[1]] = i
        elif op[0] == "dirsync":
            journal = i
        elif op[0] == "write" and op[4]:
            dsync.add(i)
    keep = rng.choice([0, 0.1, 0.5, 0.9, 1])
    tear = rng.choice([0, 0.2, 0.7])
    dirs = [i for i in range(journal, n) if ops[i][0] in DIR_OPS]
    dirs_to = rng.choice(dirs + [n]) if dirs else n
    d = Disk()
    left_out = []
    for i, op in enumerate(ops[:n]):
        if op[0] in DIR_OPS:
            if i < dirs_to:
                d.dir_op(op)
            else:
                left_out.append(i)
        elif op[0] in ("write", "trunc", "extend"):
            if i < synced.get(op[1], -1) or i in dsync:
                d.file_op(op)
            elif op[0] == "write" and rng.random() < tear:
                count = (op[2] + len(op[3]) - 1) // SECTOR - \
                    op[2] // SECTOR + 1 if op[3] else 0
                d.file_op(op, [rng.random() < 0.5 for _ in range(count)])
                left_out.append(i)
            elif rng.random() < keep:
                d.file_op(op)
            else:
                left_out.append(i)
    return d, left_out
