"""One run from its first message to its last, in this process, on the simulated market."""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from tests.runs import make_home, options_for, run_folder
from tradeengine import app, halting
from tradeengine.broker.simulated import SimulatedBroker
from tradeengine.bus import journal as journal_module
from tradeengine.bus import writer
from tradeengine.bus.inbox import Inbox
from tradeengine.bus.journal import Journal
from tradeengine.bus.records import Header
from tradeengine.errors import ExitCode, VenueUnreachable
from tradeengine.layout import Home
from tradeengine.ledger.ledger import Ledger
from tradeengine.model.commands import FlattenAll, SubmitOrder
from tradeengine.model.events import TimerFired
from tradeengine.model.message import Message
from tradeengine.model.orders import Purpose
from tradeengine.options import Options
from tradeengine.replaying import replay_run
from tradeengine.router.flatten import Flattener
from tradeengine.run.edges import Work
from tradeengine.run.status import read_status
from tradeengine.trading import trade
from tradeengine.worlds import simulated
from tradeengine.worlds.simulated import SimulatedEdges
from tradeengine.worlds.socket_edges import SocketEdges


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)


def events(home: Home) -> list[dict[str, str]]:
    lines = (run_folder(home).folder / "events.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def codes(home: Home) -> set[str]:
    return {event["event_code"] for event in events(home)}


def said(home: Home, code: str) -> list[str]:
    return [event["message"] for event in events(home) if event["event_code"] == code]


def receipt(home: Home) -> dict[str, object]:
    found: dict[str, object] = json.loads(run_folder(home).receipt.read_text())
    return found


def at_warm_up(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Do something when the broker is known and nothing is traded yet."""
    warm_up = SimulatedEdges.warm_up

    async def patched(edges: SimulatedEdges, start: int, end: int) -> int:
        do()
        return await warm_up(edges, start, end)

    monkeypatch.setattr(SimulatedEdges, "warm_up", patched)


def when_held(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Do something at every heartbeat while a position is held."""
    on_timer = Ledger.on_timer

    def patched(ledger: Ledger, timer: TimerFired) -> Iterator[Message]:
        if ledger.view().positions:
            do()
        return on_timer(ledger, timer)

    monkeypatch.setattr(Ledger, "on_timer", patched)


def fail() -> None:
    raise ZeroDivisionError("a bug of the test")


def test_a_few_minutes_are_traded_and_end_flat(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    code = trade(options_for(home))

    files = run_folder(home)
    summary = json.loads(files.summary.read_text())
    status = read_status(home.status_file)
    assert code is ExitCode.CLEAN
    assert (summary["flat"], summary["state"], summary["symbols"]) == (True, "STOPPED", 3)
    assert summary["buys"] == summary["sells"] > 0
    assert receipt(home)["trigger"] == "until"
    assert status is not None
    assert (status.run_id, status.state, status.positions) == (files.run_id, "STOPPED", {})
    out = capsys.readouterr().out
    assert "FLAT" in out
    assert "buy 10 AAPL at " in out
    assert not files.crash.exists()


def test_the_summary_is_the_last_line_for_machines(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    trade(options_for(home, until="10:31", json=True))

    caught = capsys.readouterr()
    (line,) = caught.out.splitlines()
    assert json.loads(line)["flat"] is True
    assert "state STOPPED" in caught.err


def test_without_uvloop_the_standard_loop_serves(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)

    assert trade(options_for(home, until="10:31")) is ExitCode.CLEAN


@pytest.mark.parametrize("venue", ["simulated", "embedded"])
def test_at_a_finite_speed_the_market_follows_the_clock(home: Home, venue: str) -> None:
    options = options_for(home, venue=venue, speed="600", until="10:33")
    # In time of the market, of which a busy machine lets much go by.
    router = options.settings.router.model_copy(update={"flatten_deadline_seconds": 36_000})
    settings = options.settings.model_copy(update={"router": router})

    assert trade(replace(options, settings=settings)) is ExitCode.CLEAN
    assert receipt(home)["flat"] is True


@pytest.mark.parametrize("venue", ["simulated", "embedded"])
def test_a_bug_in_the_core_flattens_and_is_kept_for_the_developers(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], venue: str
) -> None:
    bugs = iter([fail])
    when_held(monkeypatch, lambda: next(bugs, lambda: None)())

    code = trade(options_for(home, venue=venue, until="11:00"))

    caught = capsys.readouterr()
    crash = run_folder(home).crash.read_text()
    assert code is ExitCode.INTERNAL
    assert receipt(home)["trigger"] == "fault"
    assert receipt(home)["symbols"]
    assert "ZeroDivisionError: a bug of the test" in crash
    assert "Traceback" in crash
    assert "internal error, stopping: handling TimerFired: ZeroDivisionError" in caught.out
    assert "Traceback" not in caught.out + caught.err


@pytest.mark.parametrize("venue", ["simulated", "embedded"])
def test_a_core_that_cannot_flatten_is_gone_past(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], venue: str
) -> None:
    def refuse(flattener: Flattener, command: FlattenAll) -> list[Message]:
        del flattener, command
        raise KeyError("a second bug")

    when_held(monkeypatch, fail)
    monkeypatch.setattr(Flattener, "on_flatten_all", refuse)

    code = trade(options_for(home, venue=venue, until="11:00"))

    summary = json.loads(run_folder(home).summary.read_text())
    assert code is ExitCode.INTERNAL
    assert summary["flat"] is True
    assert summary["buys"] > 0
    assert not run_folder(home).receipt.exists()
    assert "the engine is broken: cancelling and closing past it" in capsys.readouterr().out


def test_a_market_that_breaks_down_does_not_hang_the_run(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lockstep(*parts: object) -> None:
        del parts
        raise IndexError("a bug in the venue")

    monkeypatch.setattr(simulated, "run_lockstep", lockstep)
    monkeypatch.setattr(simulated, "STANDSTILL_SECONDS", 0.001)

    code = trade(options_for(home))

    # Nothing was held yet; the kill path sees that at once.
    assert code is ExitCode.INTERNAL
    assert said(home, "INTERNAL_ERROR") == ["session: IndexError: a bug in the venue"]


def test_a_crash_file_that_cannot_be_written_does_not_hang_the_run(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    when_held(monkeypatch, fail)
    at_warm_up(monkeypatch, lambda: run_folder(home).crash.mkdir())

    assert trade(options_for(home)) is ExitCode.INTERNAL
    assert "cannot be written: Is a directory" in said(home, "CRASH_FILE_FAILED")[0]


class OpenJournals(list[Journal]):
    """The journals that runs opened."""


@pytest.fixture
def journals(monkeypatch: pytest.MonkeyPatch) -> OpenJournals:
    opened = OpenJournals()

    def journal(path: Path, header: Header) -> Journal:
        opened.append(Journal(path, header))
        return opened[-1]

    monkeypatch.setattr(app, "Journal", journal)
    return opened


def test_a_full_disk_lets_no_entry_out_and_says_so(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    journals: OpenJournals,
    capsys: pytest.CaptureFixture[str],
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    at_warm_up(monkeypatch, lambda: os.dup2(full, journals[0]._file))

    code = trade(options_for(home))

    os.close(full)
    caught = capsys.readouterr()
    assert code is ExitCode.INTERNAL
    assert receipt(home)["flat"] is True
    assert receipt(home)["trigger"] == "fault"
    assert said(home, "ORDER_FILLED") == []
    assert "the journal cannot be written: No space left on device" in caught.out
    assert "tradeengine: " in caught.err
    assert "No space left on device" in caught.err
    assert said(home, "JOURNAL_FAILED")


def test_a_disk_that_fills_up_later_is_flattened_too(
    home: Home, monkeypatch: pytest.MonkeyPatch, journals: OpenJournals
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    when_held(monkeypatch, lambda: os.dup2(full, journals[0]._file))
    monkeypatch.setattr(app, "FLUSH_SECONDS", 0.0)

    code = trade(options_for(home, until="11:00"))

    os.close(full)
    assert code is ExitCode.INTERNAL
    assert receipt(home)["flat"] is True
    assert receipt(home)["trigger"] == "fault"
    assert receipt(home)["symbols"]


@pytest.mark.parametrize("venue", ["simulated", "embedded"])
def test_a_disk_that_hangs_does_not_hold_up_the_flatten(
    home: Home, monkeypatch: pytest.MonkeyPatch, venue: str
) -> None:
    write, hangs, answers = writer._write, threading.Event(), threading.Event()

    def hanging(file: int, batch: bytearray) -> writer.Written:
        if hangs.is_set():
            answers.wait(60)
        return write(file, batch)

    monkeypatch.setattr(writer, "_write", hanging)
    monkeypatch.setattr(journal_module, "DISK_SECONDS", 0.2)
    monkeypatch.setattr(app, "FLUSH_SECONDS", 0.0)
    when_held(monkeypatch, hangs.set)

    code = trade(options_for(home, venue=venue, until="11:00"))

    answers.set()
    assert code is ExitCode.INTERNAL
    assert receipt(home)["flat"] is True
    assert receipt(home)["trigger"] == "fault"
    assert receipt(home)["symbols"]
    assert "the disk did not answer within" in said(home, "JOURNAL_FAILED")[0]


def test_a_venue_that_cannot_be_reached_is_said_in_words(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def connect(edges: SimulatedEdges) -> None:
        del edges
        raise VenueUnreachable("nobody is there")

    monkeypatch.setattr(SimulatedEdges, "connect", connect)

    code = trade(options_for(home))

    caught = capsys.readouterr()
    assert code is ExitCode.FAILED
    assert caught.err == "tradeengine: nobody is there\n"
    assert "Traceback" not in caught.out
    assert receipt(home)["flat"] is True
    assert not run_folder(home).crash.exists()


def test_a_day_about_which_the_broker_disagrees_is_not_traded(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def session_hours(edges: SimulatedEdges) -> None:
        del edges

    monkeypatch.setattr(SimulatedEdges, "session_hours", session_hours)

    code = trade(options_for(home))

    assert code is ExitCode.BAD_CONFIGURATION
    assert "the broker says no session" in capsys.readouterr().err
    assert said(home, "ORDER_FILLED") == []


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (VenueUnreachable("the tape tore"), ExitCode.FAILED, "feed: the tape tore"),
        (RuntimeError("a bug"), ExitCode.INTERNAL, "feed failed: RuntimeError"),
    ],
)
def test_an_edge_that_raises_flattens(
    home: Home, monkeypatch: pytest.MonkeyPatch, error: Exception, code: ExitCode, words: str
) -> None:
    works = SimulatedEdges.works

    def with_a_feed(edges: SimulatedEdges) -> Sequence[tuple[str, Work]]:
        async def feed() -> None:
            await edges._clock.sleep(240)
            raise error

        return (*works(edges), ("feed", feed))

    monkeypatch.setattr(SimulatedEdges, "works", with_a_feed)

    assert trade(options_for(home, until="11:00")) is code
    assert receipt(home)["flat"] is True
    assert receipt(home)["symbols"]
    assert said(home, "FLATTEN_ALL") == [f"flatten everything (fault): {words}"]


def test_without_its_broker_the_core_is_gone_past(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = SimulatedBroker.run

    async def run_for_a_while(broker: SimulatedBroker) -> None:
        running = asyncio.ensure_future(run(broker))
        await broker._clock.sleep(240)
        running.cancel()
        raise RuntimeError("a bug of the test")

    monkeypatch.setattr(SimulatedBroker, "run", run_for_a_while)
    monkeypatch.setattr(simulated, "STANDSTILL_SECONDS", 0.01)

    assert trade(options_for(home, until="11:00")) is ExitCode.INTERNAL
    summary = json.loads(run_folder(home).summary.read_text())
    assert (summary["flat"], summary["buys"] > 0) == (True, True)


def test_without_its_heartbeat_the_core_is_gone_past(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its flatten would have neither a next round nor a deadline."""
    put, beats = Inbox.put_nowait, count()

    def fail_late(inbox: Inbox, message: Message) -> None:
        if isinstance(message, TimerFired) and next(beats) == 240:
            raise RuntimeError("a bug of the test")
        put(inbox, message)

    monkeypatch.setattr(Inbox, "put_nowait", fail_late)
    monkeypatch.setattr(simulated, "STANDSTILL_SECONDS", 0.01)

    assert trade(options_for(home, until="11:00")) is ExitCode.INTERNAL
    summary = json.loads(run_folder(home).summary.read_text())
    assert (summary["flat"], summary["buys"] > 0) == (True, True)
    assert "the engine is broken: cancelling and closing past it" in capsys.readouterr().out


def hurried(options: Options) -> Options:
    """Give the stages of the shutdown no time."""
    engine = options.settings.engine.model_copy(update={"shutdown_deadline_seconds": 0.01})
    return replace(options, settings=options.settings.model_copy(update={"engine": engine}))


def test_a_stage_of_the_shutdown_that_is_late_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def close(edges: SimulatedEdges) -> None:
        del edges
        await asyncio.Event().wait()

    monkeypatch.setattr(SimulatedEdges, "close", close)

    assert trade(hurried(options_for(home, until="10:31"))) is ExitCode.CLEAN
    (late,) = said(home, "SHUTDOWN_LATE")
    assert late == "closing broker and feed took longer than 0 s and was given up"
    assert receipt(home)["flat"] is True


def test_a_stage_of_the_shutdown_that_fails_does_not_take_the_receipt_with_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def close(edges: SimulatedEdges) -> None:
        del edges
        raise VenueUnreachable("gone already")

    monkeypatch.setattr(SimulatedEdges, "close", close)

    assert trade(options_for(home, until="10:31")) is ExitCode.FAILED
    assert said(home, "FAILED") == ["closing broker and feed: gone already"]
    assert receipt(home)["flat"] is True


@pytest.mark.parametrize(
    ("number", "trigger"), [(signal.SIGINT, "interrupt"), (signal.SIGTERM, "terminate")]
)
def test_a_signal_stops_and_flattens(
    home: Home, monkeypatch: pytest.MonkeyPatch, number: signal.Signals, trigger: str
) -> None:
    before = signal.getsignal(number)
    at_warm_up(monkeypatch, lambda: os.kill(os.getpid(), number))

    assert trade(options_for(home)) is ExitCode.CLEAN
    assert receipt(home)["trigger"] == trigger
    assert signal.getsignal(number) in (before, signal.SIG_DFL, signal.default_int_handler)


def test_a_start_that_is_stopped_does_not_ask_what_is_closed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes to its next question when the edges are closed, and other tasks get a turn."""
    closed = asyncio.Event()
    warm_up, close = SocketEdges.warm_up, SocketEdges.close

    async def interrupted(edges: SocketEdges, start: int, end: int) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        await closed.wait()
        return await warm_up(edges, start, end)

    async def slowly(edges: SocketEdges) -> None:
        await close(edges)
        closed.set()
        await asyncio.sleep(0.01)

    monkeypatch.setattr(SocketEdges, "warm_up", interrupted)
    monkeypatch.setattr(SocketEdges, "close", slowly)

    assert trade(options_for(home, venue="embedded")) is ExitCode.CLEAN
    assert not run_folder(home).crash.exists()
    assert "INTERNAL_ERROR" not in codes(home)


def test_a_second_signal_changes_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt() -> None:
        os.kill(os.getpid(), signal.SIGINT)

    async def close(edges: SimulatedEdges) -> None:
        """And again while everything is closed; the loop gets a turn to hear it."""
        interrupt()
        await asyncio.sleep(0.01)
        await edges._broker.close()

    at_warm_up(monkeypatch, interrupt)
    monkeypatch.setattr(SimulatedEdges, "close", close)

    assert trade(options_for(home)) is ExitCode.CLEAN
    out = capsys.readouterr().out
    assert "stopping: no new entries, cancelling, flattening" in out
    assert "already stopped: closing" in out
    assert receipt(home)["trigger"] == "interrupt"


def test_impatience_during_the_flatten_is_answered(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Interrupt when the first position is held, and again when it is being sold."""
    send = SimulatedEdges.send

    def interrupt_the_sale(edges: SimulatedEdges, command: Message) -> None:
        if isinstance(command, SubmitOrder) and command.purpose is Purpose.FLATTEN:
            os.kill(os.getpid(), signal.SIGINT)
        send(edges, command)

    when_held(monkeypatch, lambda: os.kill(os.getpid(), signal.SIGINT))
    monkeypatch.setattr(SimulatedEdges, "send", interrupt_the_sale)

    assert trade(options_for(home, until="11:00")) is ExitCode.CLEAN
    assert "already flattening: it goes on until the broker says flat" in capsys.readouterr().out
    assert receipt(home)["symbols"]


def test_the_halt_file_stops_the_run(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(halting, "LOOK_EVERY_SECONDS", 0.0)
    at_warm_up(monkeypatch, lambda: halting.write_halt(home, "news on AAPL"))

    assert trade(options_for(home, until="11:00")) is ExitCode.CLEAN
    assert receipt(home)["trigger"] == "halt_file"
    assert "flatten everything (halt_file): news on AAPL" in said(home, "FLATTEN_ALL")


def test_a_status_file_that_cannot_be_written_is_logged(home: Home) -> None:
    home.prepare()
    (home.status_file / "in the way").mkdir(parents=True)

    assert trade(options_for(home, until="10:31")) is ExitCode.CLEAN
    assert "STATUS_FAILED" in codes(home)


def test_what_a_killed_run_was_writing_is_removed_by_the_next(home: Home) -> None:
    home.prepare()
    old, young = home.data / ".status.json.abcd1234", home.data / ".HALT.abcd1234"
    for left in (old, young):
        left.write_text("half a fi")
    os.utime(old, (1, 1))

    assert trade(options_for(home, until="10:31")) is ExitCode.CLEAN

    assert (old.exists(), young.exists()) == (False, True)


def test_what_makes_the_loop_late_is_named(home: Home) -> None:
    options = options_for(home, until="10:34")
    engine = options.settings.engine.model_copy(update={"loop_lag_alert_seconds": 1e-6})
    settings = options.settings.model_copy(update={"engine": engine})

    assert trade(replace(options, settings=settings)) is ExitCode.CLEAN
    assert any("s late in " in words for words in said(home, "LOOP_LAGGED"))


def test_old_runs_are_removed(home: Home) -> None:
    home.prepare()
    for n in range(40):
        old = home.logs / f"20190101-0000{n:02d}-simulated"
        old.mkdir()
        (old / "journal").touch()
        (old / "receipt.json").touch()

    trade(options_for(home, until="10:31"))

    assert len(list(home.logs.iterdir())) == 30 + 1


def test_two_runs_of_one_seed_decide_the_same(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        home = make_home(tmp_path / name)
        trade(options_for(home))

    runs = [run_folder(Home(tmp_path / name)).folder for name in ("one", "two")]
    assert replay_run(runs[0], None) is ExitCode.CLEAN
    assert replay_run(runs[0], runs[1]) is ExitCode.CLEAN
