"""The commands a person types, and how each of them ends."""

import json
import os
import re
import runpy
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from tests.runs import make_home, run_folder
from tradeengine import cli
from tradeengine.build_id import version
from tradeengine.cli import app, main
from tradeengine.errors import ExitCode, JournalFailed
from tradeengine.layout import Home
from tradeengine.options import Options
from tradeengine.run.home_lock import home_locked

COMMANDS = (
    "run", "halt", "status", "config", "replay", "review", "alerts", "jobs", "venue", "drill",
    "cache-fund", "audit", "refresh-universe", "universe", "value", "regime",
)  # fmt: skip


def options_of(command: object, name: str = "tradeengine") -> Iterator[tuple[str, Any]]:
    """Give every flag of a command and of those under it, each with the command's name."""
    yield from ((name, each) for each in getattr(command, "params", ()))
    for under in getattr(command, "commands", {}).values():
        yield from options_of(under, f"{name} {under.name}")


def test_no_help_has_brackets_which_a_terminal_would_take_for_colours() -> None:
    every = list(options_of(get_command(app)))
    hidden = [f"{name} {each.name}" for name, each in every if "[" in (each.help or "")]

    assert len(every) > 60
    assert hidden == []


def test_help_flows_at_any_width() -> None:
    """A docstring's line ends would break a line twice where the terminal is narrower."""
    result = CliRunner().invoke(app, ["run", "--help"], terminal_width=60)

    shown = " ".join(result.output.split("Options")[0].split("end flat.")[1].split())
    assert "Ctrl-C stops: no new entries, orders cancelled" in shown
    lines = [line.strip() for line in result.output.splitlines()]
    assert "second" not in lines
    assert "Ctrl-C" not in lines


def test_help_begins_with_what_one_needs_first() -> None:
    output = CliRunner().invoke(app, ["--help"]).output
    listed = re.findall(r"^│ ([a-z][a-z-]+) ", output, re.MULTILINE)

    assert listed[:4] == ["run", "halt", "status", "review"]


def test_a_day_is_asked_for_as_the_documents_write_it() -> None:
    days = [(name, each) for name, each in options_of(get_command(app)) if each.name == "date"]

    assert len(days) > 5
    assert {each.metavar for _, each in days} == {"YYYY-MM-DD"}


class Ended(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


Type = Callable[..., Ended]


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    """Type a command, as its own process would see it."""

    def typed(*arguments: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["tradeengine", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        caught = capsys.readouterr()
        assert "Traceback" not in caught.out + caught.err
        return Ended(int(ended.value.code or 0), caught.out, caught.err)

    return typed


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = make_home(tmp_path)
    monkeypatch.chdir(tmp_path)
    return made


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])

    assert result.exit_code == 0
    assert f"Usage: tradeengine {command}" in " ".join(result.output.split())


def test_the_list_of_commands_is_whole() -> None:
    result = CliRunner().invoke(app, ["--help"])

    assert result.exit_code == 0
    assert all(command in result.output for command in COMMANDS)
    named = {
        info.name or getattr(info.callback, "__name__", "") for info in app.registered_commands
    } | {group.name for group in app.registered_groups}
    assert named == set(COMMANDS)


def test_the_version_is_printed(type_in: Type) -> None:
    assert type_in("--version") == (0, f"tradeengine {version()}\n", "")


@pytest.fixture
def signals_come_back() -> Iterator[None]:
    """Heed after the test the signals that the end of the program ignores."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals_come_back")
def test_the_package_is_a_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["tradeengine", "--version"])

    with pytest.raises(SystemExit) as ended:
        runpy.run_module("tradeengine", run_name="__main__")

    assert ended.value.code == 0
    assert capsys.readouterr().out == f"tradeengine {version()}\n"


def test_an_unknown_command_is_a_usage_error(type_in: Type) -> None:
    assert type_in("rnu").code == 2


def test_a_session_is_traded(type_in: Type, home: Home) -> None:
    ended = type_in(
        "run", "--venue", "simulated", "--start", "10:30", "--until", "10:33",
        "--date", "2019-02-14", "--speed", "max", "--seed", "3", "--json",
    )  # fmt: skip

    assert ended.code == 0, ended.err
    assert json.loads(ended.out)["flat"] is True
    assert run_folder(home).receipt.exists()


def test_a_bad_flag_is_told_with_its_remedy(type_in: Type, home: Home) -> None:
    ended = type_in("run", "--speed", "fast", "--home", home.root)

    assert ended.code == ExitCode.BAD_CONFIGURATION
    assert ended.err == (
        "tradeengine: --speed: 'fast' is not a speed\n"
        "  remedy: write a number up to 100000, or max\n"
    )


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--date", "1980-01-02"), "--date: the exchange calendar covers"),
        (("--date", "2019-02-16"), "--date: the exchange is closed on 2019-02-16"),
        (("--start", "09:00"), "--start: 09:00 is outside the session of 2019-02-13"),
        (("--start", "16:00"), "--start: 16:00 is outside the session of 2019-02-13"),
        (("--start", "11:00", "--until", "10:00"), "--until: 10:00 is not after 11:00"),
        (("--plan", "nowhere.yaml"), "--plan: nowhere.yaml is not there"),
        (("--config", "nowhere.yaml"), "nowhere.yaml: there is no such file"),
    ],
)
@pytest.mark.parametrize("venue", ["simulated", "embedded"])
def test_a_session_that_cannot_be_is_refused(
    type_in: Type, home: Home, venue: str, flags: tuple[str, ...], told: str
) -> None:
    del home
    ended = type_in("run", "--venue", venue, "--speed", "max", *flags)

    assert ended.code == ExitCode.BAD_CONFIGURATION
    assert f"tradeengine: {told}" in ended.err
    assert ended.out == ""  # refused before a plan or a market is made


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (("--date", "2010-07-04"), "--date: the exchange is closed on 2010-07-04"),
        (("--date", "2011-05-05"), "venue.date: there is no market data of 2011-05-05"),
        (("--start", "16:30"), "--start: 16:30 is outside the session of 2019-02-13"),
        (("--until", "08:00"), "--until: 08:00 is not after 09:30, when the run begins"),
    ],
)
def test_a_session_that_cannot_be_is_refused_before_a_plan_is_made_for_it(
    type_in: Type, home: Home, flags: tuple[str, ...], told: str
) -> None:
    path = home.root / "config" / "config.yaml"
    path.write_text(path.read_text().replace("session_plan.yaml", "auto"))
    ended = type_in("run", "--venue", "embedded", *flags)

    assert ended.code == ExitCode.BAD_CONFIGURATION
    assert ended.err.startswith(f"tradeengine: {told}")
    assert ended.out == ""


def test_a_halt_is_written_refuses_the_next_run_and_is_cleared(type_in: Type, home: Home) -> None:
    written = type_in("halt", "--reason", "news on AAPL", "--home", home.root)
    assert written.out.startswith(f"halt file written: {home.halt_file}\n")
    assert (written.code, written.err) == (0, "")

    refused = type_in("run", "--speed", "max", "--home", home.root)
    assert refused.code == ExitCode.BAD_CONFIGURATION
    assert "news on AAPL" in refused.err
    assert "tradeengine halt --clear" in refused.err

    assert type_in("halt", "--clear").out == "halt file removed\n"
    assert type_in("halt", "--clear").out == "there was no halt file\n"


@pytest.mark.parametrize("alone", [True, False])
def test_a_halt_says_when_nobody_runs_who_could_hear_it(
    type_in: Type, home: Home, alone: bool
) -> None:
    assert "no engine runs under this home, and one under another" in type_in("halt").out
    with home_locked(home, alone=alone):
        assert type_in("halt").out == f"halt file written: {home.halt_file}\n"
    assert "no engine runs under this home" in type_in("halt").out


def test_a_halt_file_that_cannot_be_removed_is_told_in_words(type_in: Type, home: Home) -> None:
    home.halt_file.mkdir(parents=True)

    ended = type_in("halt", "--clear")

    assert ended.code == ExitCode.BAD_CONFIGURATION
    assert "cannot be removed: Is a directory" in ended.err


def test_a_halt_file_that_cannot_be_written_is_told_in_words(type_in: Type, home: Home) -> None:
    (home.halt_file / "in the way").mkdir(parents=True)

    ended = type_in("halt")

    assert ended.code == ExitCode.BAD_CONFIGURATION
    assert "cannot be written: " in ended.err


def test_a_disk_that_takes_no_halt_file_keeps_nobody_from_the_broker(
    type_in: Type, home: Home
) -> None:
    (home.halt_file / "in the way").mkdir(parents=True)

    ended = type_in("halt", "--at-broker", "--venue", "http://127.0.0.1:9")

    assert ended.code == ExitCode.FAILED
    assert "cannot be written: Is a directory; a running engine is not told" in ended.err
    assert "nothing was closed; close the account on the broker's own page" in ended.err
    assert "http://127.0.0.1:9 does not answer: nobody listens there" in ended.err


def test_a_home_without_an_engine_has_no_status(type_in: Type, home: Home) -> None:
    ended = type_in("status", "--json")

    assert ended == (1, "", f"no engine has run under {home.root}\n")


def test_the_settings_are_printed(type_in: Type, home: Home) -> None:
    del home
    ended = type_in("config", "--json")

    assert ended.code == 0
    assert "risk.drawdown_max_fraction" in {row["key"] for row in json.loads(ended.out)}


def test_wrong_settings_are_told_by_file_and_line(type_in: Type, home: Home) -> None:
    path = home.root / "config" / "config.yaml"
    path.write_text("risk:\n  drawdown_max: 3\n")

    ended = type_in("config")

    assert ended.code == ExitCode.BAD_CONFIGURATION
    assert "config/config.yaml:2" in ended.err


def test_an_alert_that_is_not_there_cannot_be_acknowledged(type_in: Type, home: Home) -> None:
    del home

    assert type_in("alerts", "ack", "99") == (1, "#99: there is no such alert\n", "")
    assert type_in("alerts", "ack") == (0, "nothing waits for an acknowledgement\n", "")


@pytest.mark.parametrize(
    ("typed", "reader"),
    [
        (("audit",), "tradeengine.quant.auditing.audit"),
        (("value", "AAPL"), "tradeengine.quant.explaining_value.explain_value"),
    ],
    ids=["audit", "value"],
)
def test_a_file_without_the_right_to_it_is_told_by_name(
    type_in: Type, home: Home, monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...], reader: str
) -> None:
    del home

    def shut(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/srv/data/daily.parquet")

    monkeypatch.setattr(reader, shut)

    ended = type_in(*typed)

    assert ended.code == ExitCode.BAD_CONFIGURATION
    assert ended.err == (
        "tradeengine: /srv/data/daily.parquet: Permission denied\n"
        "  remedy: let this user read and write what is under --home, or choose another\n"
    )


@pytest.mark.parametrize("typed", [("run",), ("regime",), ("cache-fund",)], ids=" ".join)
def test_a_home_whose_name_is_no_text_is_refused_in_words(
    type_in: Type, tmp_path: Path, typed: tuple[str, ...]
) -> None:
    ended = type_in(*typed, "--home", tmp_path / os.fsdecode(b"caf\xe9"))

    assert ended.code == ExitCode.BAD_CONFIGURATION
    assert ended.err.startswith("tradeengine: --home: ")
    assert "is no UTF-8 text" in ended.err


def test_a_home_whose_name_is_no_text_can_be_halted(type_in: Type, tmp_path: Path) -> None:
    assert type_in("halt", "--home", tmp_path / os.fsdecode(b"caf\xe9")).code == 0


def test_what_is_no_run_cannot_be_replayed(type_in: Type, tmp_path: Path) -> None:
    ended = type_in("replay", tmp_path)
    assert ended.code == ExitCode.BAD_CONFIGURATION
    assert "holds no journal" in ended.err

    (tmp_path / "journal").write_text("once upon a time")
    ended = type_in("replay", tmp_path, "--against", tmp_path)
    assert (ended.code, "not a tradeengine journal" in ended.err) == (1, True)


def test_a_venue_of_its_own_needs_a_finite_speed(type_in: Type, home: Home) -> None:
    del home
    ended = type_in("venue", "--speed", "max", "--date", "2019-02-13", "--json")

    assert ended.code == ExitCode.BAD_CONFIGURATION
    assert "max works inside `tradeengine run` only" in ended.err


def raising(error: BaseException) -> Callable[[Options], ExitCode]:
    def trade(options: Options) -> ExitCode:
        del options
        raise error

    return trade


@pytest.fixture
def trade_raises(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    def arrange(error: BaseException) -> None:
        monkeypatch.setattr("tradeengine.trading.trade", raising(error))

    return arrange


Arrange = Callable[[BaseException], None]


def test_our_own_errors_end_with_their_code(
    type_in: Type, home: Home, trade_raises: Arrange
) -> None:
    del home
    trade_raises(JournalFailed("journal", "No space left on device"))

    ended = type_in("run")

    assert ended.code == ExitCode.INTERNAL
    assert ended.err == (
        "tradeengine: journal: the journal cannot be written: No space left on device\n"
    )


def test_ctrl_c_before_anything_began_is_130(
    type_in: Type, home: Home, trade_raises: Arrange, monkeypatch: pytest.MonkeyPatch
) -> None:
    del home
    trade_raises(KeyboardInterrupt())
    assert type_in("run").code == 130

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "app", interrupted)
    assert type_in("run").code == 130


def test_an_internal_error_leaves_a_report_and_shows_no_traceback(
    type_in: Type, home: Home, trade_raises: Arrange
) -> None:
    trade_raises(ZeroDivisionError("a bug of the test"))

    ended = type_in("run")

    report = home.root / "tradeengine-crash.txt"
    assert ended.code == ExitCode.INTERNAL
    assert ended.err == (
        f"tradeengine: internal error: ZeroDivisionError: a bug of the test\n  details: {report}\n"
    )
    assert report.read_text().startswith("Traceback")


def test_a_report_that_cannot_be_written_is_said_too(
    type_in: Type, home: Home, trade_raises: Arrange
) -> None:
    (home.root / "tradeengine-crash.txt").mkdir()
    trade_raises(ZeroDivisionError("a bug of the test"))

    ended = type_in("run")

    assert ended.code == ExitCode.INTERNAL
    assert "the details could not be written: Is a directory" in ended.err


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("config", "--json"), ExitCode.FAILED),
        (("halt",), ExitCode.CLEAN),  # as `run`: the code says how the account was left
    ],
)
def test_output_that_a_full_disk_lost_is_told(
    type_in: Type, home: Home, monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...], code: int
) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - a device
        monkeypatch.setattr(sys, "stdout", full)
        ended = type_in(*typed, "--home", home.root)

    assert ended.code == code
    assert ended.err.endswith(
        "tradeengine: standard output could not be written: No space left on device;"
        " what it was to show is incomplete\n"
    )


@pytest.mark.parametrize("code", [ExitCode.CLEAN, ExitCode.NOT_FLAT])
def test_a_run_keeps_its_exit_code_when_its_output_was_lost(
    type_in: Type, home: Home, monkeypatch: pytest.MonkeyPatch, code: ExitCode
) -> None:
    def traded(_: Options) -> ExitCode:
        print("what the session made")
        return code

    del home
    monkeypatch.setattr("tradeengine.trading.trade", traded)
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - a device
        monkeypatch.setattr(sys, "stdout", full)
        ended = type_in("run")

    assert ended.code == code
    assert "standard output could not be written" in ended.err


def test_a_folder_that_was_removed_is_told_in_words(
    type_in: Type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    ended = type_in("status")

    os.chdir(tmp_path)
    assert ended.code == ExitCode.BAD_CONFIGURATION
    assert "the current directory: no longer exists" in ended.err


def test_a_command_that_returns_is_clean(type_in: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "app", lambda: None)

    assert type_in("status").code == ExitCode.CLEAN
