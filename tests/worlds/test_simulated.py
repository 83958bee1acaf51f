"""Our own market without sockets: what its edges answer when asked directly."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.runs import make_home, options_for
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import ScaledClock, SimulatedClock
from tradeengine.errors import BadConfiguration
from tradeengine.layout import Home
from tradeengine.model.commands import SubmitOrder
from tradeengine.model.events import Bar, FeedConnected, OrderStreamReady
from tradeengine.model.instants import MINUTE
from tradeengine.model.message import Message
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce
from tradeengine.run.edges import Edges, FoundOrder, World
from tradeengine.worlds import open_world, simulated
from tradeengine.worlds.simulated import simulated_world

D = Decimal


@dataclass(frozen=True)
class Scene:
    """A simulated world with its broker running; its market stands until it is paced."""

    world: World
    inbox: Inbox
    edges: Edges

    def heard(self) -> list[Message]:
        return [self.inbox.take_nowait() for _ in range(self.inbox.depth())]

    async def buy(self) -> None:
        now = self.world.clock.now()
        self.edges.send(
            SubmitOrder(
                at=now,
                client_order_id="te-1",
                symbol="AAPL",
                side=Side.BUY,
                purpose=Purpose.ENTRY,
                quantity=D(10),
                order_type=OrderType.MARKET,
                time_in_force=TimeInForce.DAY,
            )
        )
        for _ in range(5):
            await asyncio.sleep(0)

    async def hold(self) -> None:
        """Buy, and wait for the shares."""
        await self.buy()
        async with asyncio.timeout(30):
            wanted = FoundOrder(filled=D(10))
            while await self.edges.find_order("te-1") != wanted:  # noqa: ASYNC110 - market time
                await asyncio.sleep(0)


@asynccontextmanager
async def moving(scene: Scene) -> AsyncIterator[None]:
    """Let the market move for the length of a block."""
    pacing = asyncio.create_task(scene.edges.pace(lambda: False))
    yield
    pacing.cancel()
    await asyncio.wait([pacing])


async def durable() -> None:
    """The disk takes everything."""


@asynccontextmanager
async def opened(home: Home, speed: str = "max") -> AsyncIterator[Scene]:
    async with open_world(options_for(home, speed=speed), print) as world:
        inbox = Inbox()
        edges = world.connect(inbox, durable)
        works = [asyncio.ensure_future(work()) for _, work in edges.works()]
        await edges.connect()
        yield Scene(world, inbox, edges)
        await edges.close()
        await asyncio.gather(*works)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)


async def test_it_is_connected_with_its_order_stream_first(home: Home) -> None:
    async with opened(home) as scene:
        now = scene.world.clock.now()

        assert scene.heard() == [
            OrderStreamReady(at=now, received_at=now),
            FeedConnected(at=now, received_at=now, symbols=3),
        ]
        assert scene.world.symbols == ("SPY", "AAPL", "JPM")
        session = scene.world.session
        assert await scene.edges.session_hours() == (session.open_at, session.close_at)


async def test_history_is_whole_minutes_of_the_past_in_order(home: Home) -> None:
    async with opened(home) as scene:
        scene.heard()
        now = scene.world.clock.now()

        count = await scene.edges.warm_up(now - 5 * MINUTE, now)

        bars = [message for message in scene.heard() if isinstance(message, Bar)]
        assert count == len(bars) > 5
        assert all(bar.history and bar.received_at == now for bar in bars)
        assert all(now - 5 * MINUTE <= bar.at <= now - MINUTE for bar in bars)
        assert [(bar.at, bar.symbol) for bar in bars] == sorted(
            (bar.at, bar.symbol) for bar in bars
        )


async def test_an_order_is_found_by_its_name(home: Home) -> None:
    async with opened(home) as scene:
        await scene.buy()

        assert await scene.edges.find_order("te-1") == FoundOrder(filled=D(0))
        assert await scene.edges.find_order("te-2") is None


async def test_at_speed_max_the_clock_is_ours_and_else_it_waits_for_the_start(home: Home) -> None:
    async with opened(home) as scene:
        assert isinstance(scene.world.clock, SimulatedClock)
        assert scene.world.quiescence is not None
        assert scene.world.speed is None
    async with opened(home, speed="60") as scene:
        assert isinstance(scene.world.clock, ScaledClock)
        assert scene.world.quiescence is None
        assert scene.world.speed == 60.0
        start = scene.world.clock.now()
        assert scene.world.clock.now() == start


async def test_past_the_core_it_closes_until_flat(home: Home) -> None:
    async with opened(home, speed="600") as scene, moving(scene):
        await scene.hold()

        assert await scene.edges.flatten_past_core()


async def test_a_market_that_stands_still_is_given_up(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(simulated, "KILL_TRIES", 2)
    async with opened(home, speed="600") as scene:
        async with moving(scene):
            await scene.hold()

        assert not await scene.edges.flatten_past_core()


async def test_a_symbol_without_data_is_named_after_who_chose_it(tmp_path: Path) -> None:
    home = make_home(tmp_path, venue={"symbols": ["ZZZZ"]})

    with pytest.raises(BadConfiguration, match=r"venue\.symbols"):
        async with opened(home):
            raise AssertionError("opened")


async def test_a_plan_of_another_time_trades_what_was_listed_then(tmp_path: Path) -> None:
    home = make_home(tmp_path, venue={"date": date(2010, 7, 1)})
    plan = home.root / "config" / "session_plan.yaml"
    plan.write_text(plan.read_text().replace("JPM", "PYPL"))
    said: list[str] = []

    async with simulated_world(options_for(home), said.append) as world:
        assert world.symbols == ("SPY", "AAPL")

    assert "no market data of PYPL on 2010-07-01: not traded in this session" in said


async def test_a_plan_of_which_nothing_was_listed_is_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path, venue={"date": date(2010, 7, 1)})
    plan = home.root / "config" / "session_plan.yaml"
    plan.write_text(plan.read_text().replace("JPM", "PYPL").replace("AAPL", "TSLA"))

    with pytest.raises(BadConfiguration, match="no market data of PYPL, TSLA on 2010-07-01"):
        async with opened(home):
            raise AssertionError("opened")


async def test_a_plan_with_a_symbol_without_data_is_named(tmp_path: Path) -> None:
    home = make_home(tmp_path, venue={})
    plan = home.root / "config" / "session_plan.yaml"
    plan.write_text(plan.read_text().replace("AAPL", "ZZZZ"))

    with pytest.raises(BadConfiguration, match="symbols of the session plan"):
        async with opened(home):
            raise AssertionError("opened")
