"""Whoever a site refuses is found, and costs nobody else anything."""

import asyncio
from datetime import date
from math import ceil, log2
from typing import Any, cast
from unittest.mock import patch

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tradeengine.bars import answers
from tradeengine.bars.answers import MOST_REFUSED, Answer, Group
from tradeengine.bars.asking import Asker
from tradeengine.bars.coming import Ahead
from tradeengine.bars.parameters import BarsParameters
from tradeengine.errors import RefusedByBroker

DAY = date(2010, 6, 30)
NAMES = [f"S{number:02}" for number in range(60)]


class Site:
    """Refuses a whole group for one unknown symbol in it, and counts what it is asked."""

    def __init__(self, unknown: set[str]) -> None:
        self._unknown = unknown
        self.asked = 0

    async def ask(self, _asker: object, group: Group, *_: object) -> Answer:
        self.asked += 1
        if bad := self._unknown.intersection(group.symbols):
            raise RefusedByBroker(400, 0, f"invalid symbol: {min(bad)}")
        return Answer(group, pl.DataFrame(), pl.DataFrame())


async def _told(site: Site, groups: list[Group]) -> tuple[list[str], list[str]]:
    given_, refused = list[str](), list[str]()
    asker = cast("Asker", cast("Any", None))
    with patch.object(answers, "_ask", site.ask):
        days = Ahead(DAY, DAY)
        async for each in answers.answers(asker, groups, days, BarsParameters()):
            if isinstance(each, Answer):
                given_ += each.group.symbols
            else:
                refused.append(each.symbol)
    return given_, refused


@given(
    unknown=st.sets(st.sampled_from(NAMES), max_size=MOST_REFUSED), size=st.integers(1, len(NAMES))
)
def test_the_refused_are_those_that_are_unknown_and_all_others_come(
    unknown: set[str], size: int
) -> None:
    groups = [
        Group(tuple(NAMES[first : first + size]), DAY) for first in range(0, len(NAMES), size)
    ]
    site = Site(unknown)

    given_, refused = asyncio.run(_told(site, groups))

    assert set(refused) == unknown
    assert sorted([*given_, *refused]) == NAMES
    assert site.asked <= len(groups) + 2 * len(unknown) * ceil(log2(size))
