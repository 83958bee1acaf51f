"""
Answers for groups of symbols, and which symbol it is that a site refuses.

One symbol that a site does not accept makes it refuse everybody who is asked for with it. Such a
group is halved until the one is found; the others come. When many are refused it is not they: then
the request itself is, and asking on would not help.
"""

from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import polars as pl

from tradeengine.bars.alpaca import corporate_actions, daily_bars
from tradeengine.bars.asking import Asker, is_transient
from tradeengine.bars.coming import Ahead
from tradeengine.bars.parameters import BarsParameters
from tradeengine.errors import ProtocolViolation, RefusedByBroker

MOST_REFUSED: Final = 25
"""Symbols that may be refused in one fetch; with more it is the request that is wrong."""


@dataclass(frozen=True, slots=True)
class Group:
    """Symbols asked for together, from `since` on; `anew`: in the place of all that is stored."""

    symbols: tuple[str, ...]
    since: date
    anew: bool = False

    def halves(self) -> tuple["Group", "Group"]:
        """Give two groups that are this one."""
        half = len(self.symbols) // 2
        first, second = self.symbols[:half], self.symbols[half:]
        return replace(self, symbols=first), replace(self, symbols=second)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a site has of a group: raw bars, and actions up to the session to come."""

    group: Group
    bars: pl.DataFrame
    actions: pl.DataFrame


@dataclass(frozen=True, slots=True)
class RefusedSymbol:
    """A symbol that a site does not give, in its words; `for_good`: asking again is no use."""

    symbol: str
    words: str
    for_good: bool


async def answers(
    asker: Asker, groups: Iterable[Group], days: Ahead, parameters: BarsParameters
) -> AsyncIterator[Answer | RefusedSymbol]:
    """
    Ask for groups one after the other: bars up to `days.after`, actions up to `days.until`.

    Raises what `Asker.get` raises, save for a refusal that is of single symbols; that, and
    ProtocolViolation, when there are more than `MOST_REFUSED`.
    """
    left, refused = deque(groups), 0
    while left:
        group = left.popleft()
        try:
            answer = await _ask(asker, group, days, parameters)
        except (RefusedByBroker, ProtocolViolation) as error:
            for_good = isinstance(error, RefusedByBroker)
            if isinstance(error, RefusedByBroker) and is_transient(error):
                raise
            if len(group.symbols) > 1:
                left.extendleft(reversed(group.halves()))
                continue
            refused += 1
            if refused > MOST_REFUSED:
                raise
            yield RefusedSymbol(group.symbols[0], " ".join(str(error).split()), for_good)
        else:
            yield answer


async def _ask(asker: Asker, group: Group, days: Ahead, parameters: BarsParameters) -> Answer:
    bars = await daily_bars(asker, group.symbols, group.since, days.after)
    booked_late = days.after - timedelta(days=parameters.actions_reread_days)
    since = min(group.since, booked_late)
    return Answer(group, bars, await corporate_actions(asker, group.symbols, since, days.until))
