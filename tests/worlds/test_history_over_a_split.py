"""What the strategies are warmed up with, on the day of a split: Danaher, two for one."""

import asyncio
from datetime import date
from pathlib import Path

import pytest
import yaml

from tests.runs import make_home, options_for
from tradeengine.bus.inbox import Inbox
from tradeengine.model.events import Bar
from tradeengine.model.sessions import previous_session
from tradeengine.worlds import open_world

SPLIT_DAY = date(2010, 6, 14)
"""The day before closed at 78.67, this one at 39.66."""


async def durable() -> None:
    """The disk takes everything."""


async def warmed_up(folder: Path, venue: str) -> list[Bar]:
    home = make_home(folder, venue={"symbols": ["SPY", "DHR"], "date": SPLIT_DAY})
    share = {"p_undervalued": 0.9, "valued_on": "2010-06-11", "atr_percent": 2.0, "beta": 0.2}
    plan = {"source": "a test", "regime": "HV-bear", "vix": 15.0, "symbols": {"DHR": share}}
    (folder / "config" / "session_plan.yaml").write_text(yaml.safe_dump(plan))
    async with open_world(options_for(home, venue=venue), print) as world:
        inbox = Inbox()
        edges = world.connect(inbox, durable)
        works = [asyncio.ensure_future(work()) for _, work in edges.works()]
        await edges.connect()
        start = previous_session(SPLIT_DAY).open_at
        await edges.warm_up(start, world.clock.now())
        heard = [inbox.take_nowait() for _ in range(inbox.depth())]
        await edges.close()
        await asyncio.gather(*works)
    return [m for m in heard if isinstance(m, Bar) and m.symbol == "DHR" and m.history]


@pytest.mark.parametrize("venue", ["simulated", "embedded"])
async def test_the_day_before_is_told_in_shares_of_the_day(tmp_path: Path, venue: str) -> None:
    bars = await warmed_up(tmp_path, venue)

    opened = previous_session(SPLIT_DAY).close_at
    before = [bar for bar in bars if bar.at < opened]
    after = [bar for bar in bars if bar.at >= opened]
    assert before[-1].close == pytest.approx(78.67 / 2, abs=0.05)
    assert after[0].open == pytest.approx(before[-1].close, rel=0.05)
