"""A Ctrl-C that arrives between Python's last look for signals and a wait: it ends the wait.

`map` calls functions of C one after another without a look for signals between them, so `raise` comes just before the
wait every time.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

PROGRAM = """
import ctypes, operator, os, queue, signal, subprocess, sys, threading
from functools import partial
from baseten_sdk.cli.interrupts import noticing_signals

ctrl_c = partial(getattr(ctypes.PyDLL(None), "raise"), signal.SIGINT)
{prepare}
try:
    with noticing_signals():
        list(map(operator.call, [ctrl_c, {wait}]))
except KeyboardInterrupt:
    sys.exit(7)
"""

WAITS = {
    "input": ("source = os.pipe()[0]", "partial(os.read, source, 1)"),
    "input without end": ("source = open(os.pipe()[0], 'rb')", "source.read"),
    "a lock": ("lock = threading.Lock(); lock.acquire()", "lock.acquire"),
    "a queue": ("items = queue.SimpleQueue()", "items.get"),
    "a process": (
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)",
        "partial(os.waitpid, child.pid, 0)",
    ),
}


@pytest.mark.parametrize(("prepare", "wait"), WAITS.values(), ids=WAITS)
def test_a_ctrl_c_just_before_a_wait_ends_it(prepare: str, wait: str) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM.format(prepare=prepare, wait=wait)]) as process:
        try:
            assert process.wait(60) == 7
        finally:
            process.kill()


def test_the_timer_that_a_program_had_goes_on() -> None:
    program = """
import signal
from baseten_sdk.cli.interrupts import noticing_signals

signal.signal(signal.SIGALRM, print)
signal.setitimer(signal.ITIMER_REAL, 1000)
with noticing_signals():
    pass
assert signal.getsignal(signal.SIGALRM) is print
assert 990 < signal.getitimer(signal.ITIMER_REAL)[0] <= 1000
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
