"""From nothing to trading: what is asked, in which order, and what refuses the day."""

import datetime
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import structs

from tests.run.test_recovery import approved, journal_of
from tests.runs import NOON, a_world, held, make_home, opened, options_for, session, snapshot
from tradeengine.build_id import build_id
from tradeengine.bus.inbox import Inbox
from tradeengine.errors import BadConfiguration, VenueUnreachable
from tradeengine.layout import Home, RunFiles
from tradeengine.logs import EventLog
from tradeengine.model.events import (
    BrokerSnapshot,
    DifferenceFound,
    EntriesRecalled,
    PastEntry,
    Reconciled,
    WarmUpEnded,
)
from tradeengine.model.instants import instant_of, parse_instant
from tradeengine.model.message import Message
from tradeengine.model.orders import StopTrigger
from tradeengine.options import Options
from tradeengine.run import startup
from tradeengine.run.edges import FoundOrder, Work, World
from tradeengine.run.startup import run_opened, start_up
from tradeengine.run.watch import Watch
from tradeengine.settings import VenueChoice, VenueKind

OURS = (session().open_at, session().close_at)


class ScriptedEdges:
    """Edges that answer as they are told, and remember what they were asked."""

    def __init__(self, hours: tuple[int, int] | None = OURS) -> None:
        self.hours = hours
        self.asked: list[object] = []

    def send(self, command: Message) -> None:
        self.asked.append(command)

    def works(self) -> Sequence[tuple[str, Work]]:
        return ()

    async def connect(self) -> None:
        self.asked.append("connect")

    async def session_hours(self) -> tuple[int, int] | None:
        self.asked.append("hours")
        return self.hours

    async def warm_up(self, start: int, end: int) -> int:
        self.asked.append((start, end))
        return 42

    async def find_order(self, client_order_id: str) -> FoundOrder | None:
        raise AssertionError(client_order_id)

    async def pace(self, ended: Callable[[], bool]) -> None:
        raise AssertionError(ended)

    def high_water(self) -> dict[str, int]:
        return {}

    async def flatten_past_core(self) -> bool:
        raise AssertionError("nothing is broken")

    async def close(self) -> None:
        self.asked.append("close")


class Scene:
    """A start-up under a home, with a broker that says what the test says."""

    def __init__(self, home: Home, log: EventLog, options: Options) -> None:
        self.options, self.inbox, self.edges = options, Inbox(), ScriptedEdges()
        self.files = RunFiles(home.logs / "now")
        self.watch = Watch(log)

    def start(self, world: World, broker: BrokerSnapshot | None) -> Awaitable[None]:
        if broker is not None:
            self.watch.take(broker, ())
        return start_up(self.options, world, self.edges, self.inbox, self.watch, self.files)

    def heard(self) -> list[Message]:
        return [self.inbox.take_nowait() for _ in range(self.inbox.depth())]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = make_home(tmp_path)
    made.prepare()
    return made


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    made = EventLog(tmp_path / "log", session_id="s", host="h", now=lambda: NOON)
    yield made
    made.close()


@pytest.fixture
async def scene(home: Home, log: EventLog) -> Scene:
    return Scene(home, log, options_for(home, until=None))


async def test_it_connects_asks_the_hours_reconciles_and_warms_up(scene: Scene) -> None:
    await scene.start(a_world(), snapshot())

    previous_open = parse_instant("2019-02-12T14:30:00Z")
    assert scene.edges.asked == ["connect", "hours", (previous_open, NOON)]
    assert scene.heard() == [
        Reconciled(at=NOON, received_at=NOON, unexplained=0),
        WarmUpEnded(at=NOON, received_at=NOON, bars=42),
    ]


async def test_what_the_broker_holds_and_nobody_recorded_is_told_to_the_core(
    scene: Scene,
) -> None:
    await scene.start(a_world(), snapshot(held("KO", "5"), unreadable=2))

    difference, reconciled, _ = scene.heard()
    assert isinstance(difference, DifferenceFound)
    assert (difference.symbol, difference.explained) == ("KO", False)
    assert reconciled == Reconciled(at=NOON, received_at=NOON, unexplained=3)


async def test_what_earlier_runs_of_the_session_entered_is_told_before_trading(
    scene: Scene, home: Home
) -> None:
    later = structs.replace(approved(), at=NOON + 1)  # a venue that begins its day anew
    await journal_of(home, opened(), snapshot(), approved(), later, venue="a test")

    await scene.start(a_world(), snapshot())

    assert scene.heard()[0] == EntriesRecalled(
        at=NOON, received_at=NOON, entries=(PastEntry(symbol="AAPL", at=NOON),)
    )


async def test_a_fresh_account_is_compared_with_nothing(scene: Scene) -> None:
    await scene.start(a_world(fresh_account=True), snapshot(held("KO", "5")))

    reconciled, warm = scene.heard()
    assert reconciled == Reconciled(at=NOON, received_at=NOON, unexplained=0)
    assert isinstance(warm, WarmUpEnded)


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        (None, "the broker says no session"),
        (
            (OURS[0], parse_instant("2019-02-13T18:00:00Z")),
            "the broker says 2019-02-13T14:30:00Z to 2019-02-13T18:00:00Z",
        ),
    ],
    ids=["a holiday", "a half day"],
)
async def test_a_day_about_which_the_broker_disagrees_is_refused(
    scene: Scene, hours: tuple[int, int] | None, told: str
) -> None:
    scene.edges.hours = hours

    with pytest.raises(BadConfiguration, match=told):
        await scene.start(a_world(), snapshot())
    assert scene.heard() == []


async def test_a_broker_that_does_not_say_what_it_holds_is_not_reached(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "SNAPSHOT_SECONDS", 0.0)

    with pytest.raises(VenueUnreachable, match="did not say what it holds"):
        await scene.start(a_world(), None)


def live(options: Options, account: str) -> Options:
    accounts = options.settings.account.model_copy(update={"live_account_numbers": (account,)})
    settings = options.settings.model_copy(update={"account": accounts})
    return replace(options, settings=settings, choice=VenueChoice(VenueKind.LIVE))


async def test_real_money_is_traded_on_the_named_account_only(scene: Scene) -> None:
    scene.options = live(scene.options, "PA1")
    await scene.start(a_world(), snapshot())
    assert len(scene.heard()) == 2

    scene.options = live(scene.options, "PA2")
    with pytest.raises(BadConfiguration, match="belong to account PA1, which is not in the list"):
        await scene.start(a_world(), snapshot())
    assert scene.heard() == []


# What the core is told first.


def at(hour: int, minute: int) -> int:
    return instant_of(datetime.date(2019, 2, 13), datetime.time(hour, minute))


@pytest.mark.parametrize(
    ("until", "instant", "trigger"),
    [
        (None, at(15, 55), StopTrigger.CLOSE),
        ("11:50", at(11, 50), StopTrigger.UNTIL),
        ("15:58", at(15, 55), StopTrigger.CLOSE),
    ],
    ids=["the close", "a time", "a time behind the flatten before the close"],
)
def test_a_run_ends_at_the_earlier_of_close_and_wish(
    home: Home, until: str | None, instant: int, trigger: StopTrigger
) -> None:
    opened = run_opened(options_for(home, until=until), a_world())

    assert (opened.until, opened.until_trigger) == (instant, trigger)
    assert (opened.session_open, opened.session_close) == OURS
    tag = f"t1.{build_id()}"
    assert (opened.run_tag, opened.at, opened.received_at) == (tag, NOON, NOON)
    assert Decimal(opened.session_close - opened.session_open) / 10**9 == 6.5 * 3600
