"""What a person gets wrong, and what the world does: told in words, with the right exit code."""

import os
import resource
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.sessions.programs import (
    RECORDED_PLAN,
    ROOT,
    command,
    engine,
    engine_running,
    environment,
    newest_run,
    venue_running,
)

HomeWith = Callable[..., Path]
QUICK = (*RECORDED_PLAN, "--speed", "max", "--start", "10:30", "--until", "10:33")
KEY, SECRET = "PKTESTTESTTEST", "a-secret-of-a-test"


def run(
    *arguments: str, cwd: Path, extra: dict[str, str] | None = None, limit: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command; `limit` is the largest file in bytes that it may write."""

    def shrink() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    given = environment() | (extra or {})
    if limit is not None:
        # The tool that measures coverage would write its own file, and be refused too.
        given = {k: v for k, v in given.items() if not k.startswith("COVERAGE")}
    result = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        timeout=120,
        cwd=cwd,
        env=given,
        preexec_fn=shrink,
        check=False,
    )
    assert "Traceback" not in result.stdout + result.stderr
    return result


def refused(*arguments: str, home: Path, extra: dict[str, str] | None = None, code: int = 2) -> str:
    """Run a command that must be refused; give what it said on standard error."""
    result = run(*arguments, "--home", str(home), cwd=home, extra=extra)
    assert result.returncode == code, result.stderr
    return result.stderr


MISTAKES = {
    "risk:\n  max_positons: 3\n": (
        "config/config.yaml:2: risk.max_positons: unknown key; did you mean `max_positions`?"
    ),
    "risk:\n  max_positions: 3\n  max_positions: 4\n": (
        "config/config.yaml:3: risk.max_positions: the key is here twice, first on line 2"
    ),
    "risk:\n  drawdown_max_fraction: -0.03\n": (
        "config/config.yaml:2: risk.drawdown_max_fraction: must be greater than 0, not -0.03"
    ),
    "risk:\n  max_positions: many\n": (
        "config/config.yaml:2: risk.max_positions: must be a whole number, not 'many'"
    ),
    "risk: [1,\n": "config/config.yaml:2: not YAML",
}

WRONG_KEYS = {
    "paper": "ALPACA_API_KEY: is not set, and paper needs it",
    f"paper ALPACA_API_KEY={KEY}": (
        "ALPACA_SECRET_KEY: is missing, and the other half of the pair is set"
    ),
    f"paper ALPACA_API_KEY={KEY} ALPACA_SECRET_KEY={SECRET}_": (
        "ALPACA_SECRET_KEY: has a space at its beginning or end"
    ),
    f"live ALPACA_API_KEY={KEY} ALPACA_SECRET_KEY={SECRET}": (
        "live trades real money, and ALPACA_LIVE is not true"
    ),
    f"live ALPACA_API_KEY={KEY} ALPACA_SECRET_KEY={SECRET} ALPACA_LIVE=true": (
        "account.live_account_numbers: is empty"
    ),
    f"live ALPACA_API_KEY={KEY} ALPACA_SECRET_KEY={SECRET} ALPACA_LIVE=yes": (
        "ALPACA_LIVE: must be true or false"
    ),
}
"""A venue and what is set; an underscore stands for a space."""

WRONG_FLAGS = {
    "--date 2019-02-18": "--date: the exchange is closed on 2019-02-18",
    "--date 1850-01-02": "--date: the exchange calendar covers 1993 to 2028",
    "--date 2019-03-13": "venue.date: there is no market data of 2019-03-13",
    "--date 13.2.2019": "'13.2.2019' does not match",
    "--start 08:00": "--start: 08:00 is outside the session of 2010-07-01\n  remedy:",
    "--start 9:30": "--start: '9:30' is not a time\n  remedy: write HH:MM",
    "--start 10:30 --until 10:00": (
        "--until: 10:00 is not after 10:30, when the run begins\n  remedy:"
    ),
    "--speed 0": "--speed: '0' is not a speed\n  remedy:",
    "--speed -1": "--speed: '-1' is not a speed",
    "--speed abc": "--speed: 'abc' is not a speed",
    "--seed -1": "--seed: -1 is out of range",
    "--venue papr": "--venue: no venue is called 'papr'\n  remedy: did you mean paper?",
    "--venue http://192.0.2.1": "would send keys in the clear to another machine",
    "--plan nowhere.yaml": "--plan: nowhere.yaml is not there, nor beside the configuration",
    "--config nowhere.yaml": "nowhere.yaml: there is no such file",
}


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Make every mistake, several at a time; give what was said to each."""
    tmp_path_factory.getbasetemp()  # Made here: threads that make it at once delete each other's.

    def with_config(content: str) -> str:
        home = tmp_path_factory.mktemp("configured")
        (home / "config").mkdir()
        (home / "config" / "config.yaml").write_text(content)
        said = refused("run", *QUICK, home=home)
        assert not (home / "logs").exists()
        return said

    def with_keys(text: str) -> str:
        venue, *given = text.split()
        extra = dict(pair.replace("_", " ").split("=") for pair in given)
        extra = {name.replace(" ", "_"): value for name, value in extra.items()}
        home = tmp_path_factory.mktemp("keys")
        return refused("run", "--venue", venue, home=home, extra=extra)

    def with_flags(text: str) -> str:
        return refused("run", *text.split(), home=tmp_path_factory.mktemp("flags"))

    made = [
        *((with_config, mistake) for mistake in MISTAKES),
        *((with_keys, mistake) for mistake in WRONG_KEYS),
        *((with_flags, mistake) for mistake in WRONG_FLAGS),
    ]
    with ThreadPoolExecutor(os.cpu_count()) as several:
        said = list(several.map(lambda case: case[0](case[1]), made))
    return {mistake: words for (_, mistake), words in zip(made, said, strict=True)}


@pytest.mark.parametrize("content", MISTAKES)
def test_a_mistake_in_the_configuration_is_told_with_its_line(
    refusals: dict[str, str], content: str
) -> None:
    assert MISTAKES[content] in refusals[content]


@pytest.mark.parametrize("given", WRONG_KEYS)
def test_keys_that_will_not_do_are_named_and_never_shown(
    refusals: dict[str, str], given: str
) -> None:
    assert WRONG_KEYS[given] in refusals[given]
    assert SECRET not in refusals[given]
    assert KEY not in refusals[given]


@pytest.mark.parametrize("flags", WRONG_FLAGS)
def test_a_flag_that_makes_no_sense_is_refused_with_its_remedy(
    refusals: dict[str, str], flags: str
) -> None:
    assert WRONG_FLAGS[flags] in refusals[flags]


def test_a_symbol_without_data_is_told_with_those_that_have_some(
    home_with: HomeWith,
) -> None:
    home = home_with("BuyOnce", symbols=("AAPL", "ZZZZ"))

    said = refused("run", *QUICK[4:], home=home)

    assert "symbols of the session plan: no market data of ZZZZ on 2019-02-13" in said
    assert "remedy: choose from AAPL, " in said


@pytest.mark.parametrize(
    ("there", "arguments"),
    [
        ("home", ("run", *QUICK)),
        ("home", ("halt",)),
        ("home/data", ("run", *QUICK)),
        ("home/logs", ("run", *QUICK)),
    ],
)
def test_a_file_in_the_way_of_the_home_is_named(
    tmp_path: Path, there: str, arguments: tuple[str, ...]
) -> None:
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).touch()

    result = run(*arguments, "--home", str(tmp_path / "home"), cwd=tmp_path)

    assert result.returncode == 2
    assert f"{tmp_path / 'home'}" in result.stderr
    assert "cannot be made" in result.stderr
    assert "remedy: choose another --home" in result.stderr


def test_a_halt_file_that_cannot_be_removed_is_named(tmp_path: Path) -> None:
    (tmp_path / "data" / "HALT").mkdir(parents=True)

    assert "data/HALT: cannot be removed" in refused("halt", "--clear", home=tmp_path)
    assert "remedy:" in refused("run", *QUICK, home=tmp_path)


def test_a_folder_that_was_removed_under_the_shell_is_told(tmp_path: Path) -> None:
    result = subprocess.run(
        ["/bin/sh", "-c", 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', "sh",
         *command("status")],
        capture_output=True, text=True, timeout=60, cwd=tmp_path, env=environment(), check=False,
    )  # fmt: skip

    assert result.returncode == 2
    assert result.stderr.startswith("tradeengine: the current directory: no longer exists")


def test_a_replay_of_what_is_no_run_says_so(tmp_path: Path) -> None:
    (tmp_path / "journal").write_bytes(b"something else\n")

    torn = run("replay", str(tmp_path), cwd=tmp_path)
    none = run("replay", str(tmp_path / "nowhere"), cwd=tmp_path)

    assert (torn.returncode, none.returncode) == (1, 2)
    assert f"{tmp_path / 'journal'}: not a tradeengine journal at byte 0" in torn.stderr
    assert f"{tmp_path / 'nowhere'}: holds no journal" in none.stderr


@pytest.mark.parametrize("closing", ["| head -n 1", ">&-", "2>&- >&-", ">/dev/full"])
def test_a_run_goes_on_to_its_end_when_nobody_reads_it(tmp_path: Path, closing: str) -> None:
    if closing == ">/dev/full" and not Path("/dev/full").exists():
        pytest.skip("this platform has no /dev/full")
    line = " ".join((*command("run", *QUICK), "--home", str(tmp_path)))
    result = subprocess.run(
        ["/bin/sh", "-c", f"({line}; echo $? >code) {closing}"],
        capture_output=True, text=True, timeout=60, cwd=tmp_path, env=environment(), check=False,
    )  # fmt: skip

    assert (tmp_path / "code").read_text() == "0\n"
    lost = "tradeengine: standard output could not be written: No space left on device"
    assert result.stderr.partition(";")[0] == (lost if closing == ">/dev/full" else "")
    assert (newest_run(tmp_path) / "receipt.json").exists()


def test_a_run_needs_no_home_variable_no_locale_and_no_writable_directory(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir(mode=0o555)
    result = subprocess.run(
        [*command("run", *QUICK), "--home", str(tmp_path)],
        capture_output=True, timeout=60, cwd=here, check=False,
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip

    assert (result.returncode, result.stderr) == (0, b"")
    assert b"FLAT" in result.stdout
    assert result.stdout.isascii()


def test_a_full_disk_stops_the_run_flat_and_what_was_written_replays(tmp_path: Path) -> None:
    full = run("run", *QUICK, "--home", str(tmp_path), cwd=tmp_path, limit=100_000)
    replayed = run("replay", str(newest_run(tmp_path)), cwd=tmp_path)

    assert full.returncode == 70
    assert "the journal cannot be written: File too large" in full.stderr
    assert "FLAT" in full.stdout
    assert "identical as far as it can be read" in replayed.stderr


def test_a_closed_terminal_ends_a_run_flat(home_with: HomeWith) -> None:
    home = home_with("BuyOnce")
    with engine_running("--start", "10:30", "--speed", "30", home=home) as running:
        running.wait_for("POSITION_CHANGED")
        running.stop(signal.SIGHUP)


def test_a_second_engine_on_the_account_is_refused(home_with: HomeWith) -> None:
    home = home_with("BuyOnce")
    with venue_running("--start", "10:30", "--speed", "20", home=home) as venue:
        url = venue.urls["trading_url"]
        with engine_running("--venue", url, home=home) as running:
            running.wait_for("RUN_OPENED")
            second = engine("run", "--venue", url, home=home)
            own = engine("run", *QUICK, home=home)
            running.stop(signal.SIGINT)

    assert (second.returncode, own.returncode) == (5, 5)
    assert f"{home}: another engine runs under this home" in second.stderr
    assert "remedy:" in second.stderr


def test_keys_of_another_venue_are_refused_in_words(tmp_path: Path) -> None:
    with venue_running("--seed", "9", home=tmp_path) as venue:
        said = refused("run", "--venue", venue.urls["trading_url"], home=tmp_path)

    assert "does not accept the keys (HTTP 401)" in said
    assert venue.urls["secret"] not in said


@contextmanager
def scripted_venue(reply: str) -> Iterator[str]:
    """Answer every request with the same text, from a process of its own; give the URL."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        answer = reply.encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n"
        child = os.fork()
        if child == 0:
            while True:
                peer, _ = listening.accept()
                peer.recv(65_536)
                peer.sendall(head.encode() + answer)
                peer.close()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


@pytest.mark.parametrize(
    "reply",
    ["<html>It works!</html>", "null", '{"data": null}', '{"timestamp": "yesterday"}', ""],
)
def test_something_else_at_the_address_is_not_taken_for_a_venue(tmp_path: Path, reply: str) -> None:
    with scripted_venue(reply) as url:
        said = refused("run", "--venue", url, home=tmp_path, code=1)

    assert f"{url}/v2/clock says what is no clock" in said


def test_nobody_at_the_address_is_told_with_a_remedy(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        said = refused("run", "--venue", url, home=tmp_path, code=1)

    assert f"{url} does not answer: nobody listens there\n  remedy:" in said
