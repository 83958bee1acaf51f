"""What a measured process has used: asked for on its standard input, told on the other."""

import resource
import sys
import threading

from benchmarks.words import AskUsage, Usage, read, say


def answer_usage() -> None:
    """Answer every AskUsage from a thread of its own, until standard input ends."""
    threading.Thread(target=_answer, name="usage", daemon=True).start()


def _answer() -> None:
    for line in sys.stdin:
        if isinstance(read(line), AskUsage):
            say(used_so_far())


def used_so_far() -> Usage:
    """Read CPU time (user and system) and peak memory of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    # Linux counts in kilobytes, macOS in bytes.
    kilobytes = used.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return Usage(cpu_seconds=used.ru_utime + used.ru_stime, peak_kilobytes=kilobytes)
