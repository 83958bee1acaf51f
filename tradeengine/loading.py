"""The way in and out: loads the commands, which takes a moment, and runs the one that was typed."""

import gc
import signal
import sys
from types import FrameType

_YOUNG = 10_000
"""Objects made before garbage is looked for: nearly all that loading makes is there to stay."""


def main() -> None:
    """Load and run; Ctrl-C before and after a command ends in words and its exit code too."""
    gc.set_threshold(_YOUNG)
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:
        signal.signal(signal.SIGTERM, _as_ctrl_c)
    try:
        from tradeengine.cli import main as command
    except KeyboardInterrupt:
        print("tradeengine: interrupted; nothing had begun", file=sys.stderr)
        _forget_ctrl_c()
        sys.exit(130)
    try:
        command()
    finally:
        # All is done and said. While the interpreter clears up, a signal would still kill it, and
        # a run that ended flat would seem to have been killed.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        _forget_ctrl_c()


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    """
    End a command by SIGTERM as by Ctrl-C, in words and in its own time. Raises KeyboardInterrupt.

    A shell without job control starts what runs in its background with Ctrl-C ignored.
    """
    heard = signal.getsignal(signal.SIGINT)
    (heard if callable(heard) else signal.default_int_handler)(number, frame)


def _forget_ctrl_c() -> None:
    """
    Let a Ctrl-C that was caught not kill the interpreter when it ends.

    CPython notes one that came while a text was executed (each dataclass is made by one), and
    kills itself for it, whoever has caught it. The next text wipes the note out.
    """
    exec("")
