"""
Ctrl-C in a command of the desk: a real signal to a real process, one line, exit code 130.

SIGTERM ends it likewise.
"""

import signal
import socket
import subprocess
import sys
import types
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.sessions.programs import command, environment
from tradeengine.event_loop import in_a_loop
from tradeengine.loading import main

SECONDS = 60


def ended(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program's text in a process of its own to its end."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        env=environment(),
        check=False,
    )


@pytest.fixture(autouse=True)
def sigterm_comes_back() -> Iterator[None]:
    """Heed SIGTERM after a test as before it: `main` leaves it to end a command."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_ctrl_c_while_a_command_is_loaded_ends_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupting(types.ModuleType):
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "tradeengine.cli", Interrupting("tradeengine.cli"))
    with pytest.raises(SystemExit) as ending:
        main()
    assert ending.value.code == 130
    assert capsys.readouterr().err == "tradeengine: interrupted; nothing had begun\n"


AFTERWARDS = """
import atexit, os, signal, sys
from tradeengine.loading import main

for number in (signal.SIGINT, signal.SIGTERM):
    atexit.register(os.kill, os.getpid(), number)
sys.argv = ["tradeengine", "--version"]
main()
"""
"""A command that gets its signals when all is done, while the interpreter clears up."""


def test_a_signal_after_the_end_changes_neither_words_nor_exit_code() -> None:
    done = ended(AFTERWARDS)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("tradeengine ")


SIGTERM_MEANWHILE = """
import signal, sys, types
from tradeengine.loading import main

signal.signal(signal.SIGINT, signal.SIG_IGN)
if "ignored" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)

def command():
    try:
        signal.raise_signal(signal.SIGTERM)
    except KeyboardInterrupt:
        sys.exit(130)

commands = types.ModuleType("tradeengine.cli")
commands.main = command
sys.modules["tradeengine.cli"] = commands
main()
"""
"""A command in the background of a shell, which has it ignore Ctrl-C, and its SIGTERM."""


@pytest.mark.parametrize(("how", "code"), [("heard", 130), ("ignored", 0)])
def test_sigterm_is_heard_where_ctrl_c_is_ignored_unless_it_is_too(how: str, code: int) -> None:
    done = ended(SIGTERM_MEANWHILE, how)

    assert (done.returncode, done.stderr) == (code, "")


SIGTERM_IN_A_TASK = """
import asyncio, signal, sys, types
from tradeengine.event_loop import in_a_loop
from tradeengine.loading import main

signal.signal(signal.SIGINT, signal.SIG_IGN)

async def other():
    signal.raise_signal(signal.SIGTERM)

async def work():
    task = asyncio.create_task(other())
    try:
        await asyncio.sleep(60)
    finally:
        print("tidied up")

def command():
    try:
        in_a_loop(work())
    except KeyboardInterrupt:
        sys.exit(130)

commands = types.ModuleType("tradeengine.cli")
commands.main = command
sys.modules["tradeengine.cli"] = commands
main()
"""
"""A command in the background whose SIGTERM comes while another task of its loop is at work."""


def test_sigterm_in_the_middle_of_another_task_shows_no_traceback() -> None:
    done = ended(SIGTERM_IN_A_TASK)

    assert (done.returncode, done.stdout, done.stderr) == (130, "tidied up\n", "")


CAUGHT = """
import sys, types
from tradeengine.loading import main

def command():
    try:
        exec("raise KeyboardInterrupt")
    except KeyboardInterrupt:
        sys.exit(130)

commands = types.ModuleType("tradeengine.cli")
commands.main = command
sys.modules["tradeengine.cli"] = commands
main()
"""
"""A command that hears Ctrl-C in the middle of a text that is executed, as in a dataclass."""


def test_ctrl_c_while_a_dataclass_is_made_is_an_exit_code_and_no_death(tmp_path: Path) -> None:
    (tmp_path / "caught.py").write_text(CAUGHT)
    done = subprocess.run(
        # As `python -m tradeengine`: only a module that is run so dies of what was caught.
        [sys.executable, "-m", "caught"],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        cwd=tmp_path,
        env=environment(),
        check=False,
    )

    assert (done.returncode, done.stderr) == (130, "")


@pytest.fixture
def silent_venue() -> Iterator[socket.socket]:
    """Listen, and never answer: who asks is at work until it is interrupted."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.settimeout(SECONDS)
        yield listening


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["cache-fund"], "what was fetched is kept: run it again, and it goes on where it"),
        (["refresh-universe"], "look with `tradeengine universe show` whether there is a proposal"),
        (["regime"], "estimates that were finished are kept: run it again"),
        (["value", "AAPL"], "bars and filings that came are kept: run it again"),
        (["run"], "no session was being traded; what was fetched is kept"),
        (["jobs", "run", "bars"], "what was fetched is kept, and the attempt does not count"),
        (["universe", "accept", "--who", "me"], "look with `tradeengine universe show` whether"),
    ],
)
def test_ctrl_c_says_what_is_kept_and_what_to_do(
    tmp_path: Path,
    silent_venue: socket.socket,
    typed: list[str],
    words: str,
    number: signal.Signals,
) -> None:
    url = f"http://127.0.0.1:{silent_venue.getsockname()[1]}"
    process = subprocess.Popen(
        command(*typed, "--venue", url, "--home", str(tmp_path)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment(),
    )
    try:
        asking, _ = silent_venue.accept()
        with closing(asking):
            process.send_signal(number)
            out, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
        process.wait(SECONDS)

    assert (process.returncode, out) == (130, ""), err
    (line,) = err.splitlines()
    assert line.startswith("tradeengine: interrupted; ")
    assert words in line


def test_a_loop_in_another_thread_hears_no_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Signals are the main thread's, whoever hears SIGTERM there."""
    monkeypatch.setattr(signal, "getsignal", lambda _: signal.default_int_handler)

    async def work() -> int:
        return 7

    with ThreadPoolExecutor() as threads:
        assert threads.submit(lambda: in_a_loop(work())).result() == 7
