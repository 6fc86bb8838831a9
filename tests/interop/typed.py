#!/usr/bin/env python3
"""Drive a program in a terminal of its own, and print what it drew.

    typed.py COMMAND... <SCRIPT

Lines of the script: "type TEXT" (\\r is Return), "wait REGEX" for what is drawn
from then on, at most half a minute, "rest SECONDS".  The terminal has 100
columns and 30 rows.  When the script is done the program is killed.  Exits 1
when something did not come.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

ESCAPES = re.compile(rb"\x1b\][^\x1b]*\x1b\\|\x1b\[[0-9;?>]*[a-zA-Z]")
seen = b""


def read_for(fd, seconds, wanted=None, since=0):
    """Read until what is wanted is there; says whether it is."""
    global seen
    end = time.monotonic() + seconds
    while True:
        text = ESCAPES.sub(b" ", seen[since:]).decode("utf-8", "replace")
        if wanted is not None and wanted.search(text):
            return True
        left = end - time.monotonic()
        if left <= 0 or not select.select([fd], [], [], left)[0]:
            return False
        try:
            more = os.read(fd, 65536)
        except OSError:
            more = b""
        if not more:
            return False
        seen += more


def main():
    pid, fd = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(sys.argv[1], sys.argv[1:])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    os.kill(pid, signal.SIGWINCH)
    since, status = 0, 0
    for line in sys.stdin.read().splitlines():
        word, _, rest = line.partition(" ")
        if word == "type":
            since = len(seen)
            os.write(fd, rest.replace("\\r", "\r").encode())
        elif word == "wait":
            if not read_for(fd, 30, re.compile(rest), since):
                print("typed: did not come: " + rest, file=sys.stderr)
                status = 1
                break
        elif word == "rest":
            read_for(fd, float(rest))
        else:
            sys.exit("typed: what is '%s'?" % line)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    sys.stdout.buffer.write(ESCAPES.sub(b" ", seen).replace(b"\r", b""))
    return status


sys.exit(main())
