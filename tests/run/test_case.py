"""The case of a locked run, made of its journal."""

from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from tradeengine.bus.journal import Journal
from tradeengine.bus.records import Header, frame
from tradeengine.layout import Home, RunFiles
from tradeengine.model.commands import LockTrading
from tradeengine.model.events import FeedLost, PositionChanged, StateChanged
from tradeengine.model.instants import parse_instant
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState
from tradeengine.run.case import read_case

D = Decimal
NOON = parse_instant("2019-02-13T17:00:00Z")
LOCK = LockTrading(
    at=NOON, equity=D(96_000), baseline=D(100_000), drawdown=D("0.04"), limit=D("0.03")
)
LOCKED = StateChanged(
    at=NOON, before=EngineState.TRADING, after=EngineState.LOCKED, reason="drawdown"
)
LOST = FeedLost(at=NOON, received_at=NOON, reason="1006")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.prepare()
    return made


def realised(symbol: str, amount: str) -> PositionChanged:
    return PositionChanged(
        at=NOON, symbol=symbol, quantity=D(0), average_price=D(0), realised=D(amount)
    )


async def record(home: Home, run_id: str, build: object, *messages: Message) -> RunFiles:
    files = RunFiles(home.logs / run_id)
    files.folder.mkdir()
    text = msgspec.json.encode(build).decode()
    header = Header(run_id=run_id, version="1", host="h", venue="paper", build=text)
    journal = Journal(files.journal, header)
    for message in messages:
        journal.take_input(message)
    await journal.close()
    return files


async def test_it_tells_what_happened_and_who_lost_most(home: Home) -> None:
    await record(home, "b", {}, LOST, LOST, realised("KO", "5"), realised("F", "-40"), LOCK, LOCKED)

    case = read_case(home, "b")

    assert case.timeline == (
        "12:00:00 LOCK_TRADING lock: equity 96000.00 is 4.0000% below 100000.00, 3.00% allowed",
        "12:00:00 STATE_CHANGED TRADING -> LOCKED: drawdown",
    )
    assert case.trades == (("F", D(-40)), ("KO", D(5)))
    assert case.feed == (("FEED_LOST", 2),)
    assert case.changes == ("no earlier run is on record to compare with",)
    assert case.missing == ""


async def test_it_names_the_settings_that_changed_since_a_run_that_ended_well(home: Home) -> None:
    before = {"risk": {"a": 1, "b": 2}, "plan": {"vix": 15, "symbols": {"KO": 1}}}
    after = {"risk": {"a": 1, "b": 3}, "plan": {"vix": 30, "symbols": {"F": 1}}, "new": True}
    good = await record(home, "a1", before)
    good.receipt.write_text('{"flat": true}')
    bad = await record(home, "a2", after)
    bad.receipt.write_text('{"flat": false}')
    await record(home, "b", after, LOCK)

    assert read_case(home, "b").changes == (
        "new: absent -> true",
        "plan.vix: 15 -> 30",
        "risk.b: 2 -> 3",
    )


async def test_messages_of_another_version_are_passed_over(home: Home) -> None:
    files = await record(home, "b", {}, LOCK)
    with files.journal.open("ab") as file:
        file.write(frame(b"I", msgspec.msgpack.encode({"type": "FromTheFuture"})))
        file.write(b"torn")

    case = read_case(home, "b")

    assert len(case.timeline) == 1
    assert "cut short" in case.missing
