"""
Answers on their way into the store, in a few large batches.

The whole file is written each time, so few writes are quick. What was taken is whole: bars and
actions of all symbols of a group. Whoever is cancelled keeps it, and is cancelled then.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from typing import Final

import polars as pl

from tradeengine.bars.answers import Answer, Group
from tradeengine.bars.asked import Asked, Stretch
from tradeengine.bars.booking import with_actions
from tradeengine.bars.coming import Ahead, ComingSplits
from tradeengine.bars.store import BarStore, ChangedBar
from tradeengine.bars.strangers import strangers
from tradeengine.bars.table import DAILY_SCHEMA, KEY, no_bars, repeats

_FULL: Final = 1_000_000
"""Bars after which a batch is written."""


class Batch:
    """Takes answers, and puts them into the store; `held` are the days it had of each symbol."""

    def __init__(self, store: BarStore, days: Ahead, held: Mapping[str, Stretch]) -> None:
        folder = store.path.parent
        self._store, self._asked, self._coming = store, Asked(folder), ComingSplits(folder)
        self._days, self._held = days, held
        self._taken: list[Answer] = []
        self.new = 0
        self.changed: list[ChangedBar] = []
        self.strangers: list[str] = []
        """Symbols whose bars came with the prices of another share; nothing of it is kept."""

        self.renewed: list[str] = []
        """Symbols whose history was fetched anew, in the place of all that was stored."""

    async def take(self, answer: Answer) -> None:
        """Take an answer; a batch that is full is kept at once. Raises BadConfiguration."""
        self._taken.append(answer)
        if sum(each.bars.height for each in self._taken) >= _FULL:
            await self.keep()

    async def keep(self) -> None:
        """Put what was taken into the store, also when cancelled. Raises BadConfiguration."""
        await _to_the_end(self._keep)

    def _keep(self) -> None:
        """Count what is new, and name what changed."""
        taken, self._taken = _together(self._taken), []
        if not taken:
            return
        known, anew = [], set[str]()
        for answer in taken:
            merged, old = self._merged(answer)
            known.append(merged)
            self.new += merged.height - old.height
            if answer.group.anew:
                anew.update(merged["symbol"])
        self.changed += self._store.merge(pl.concat(known), anew)
        self.renewed += sorted(anew)
        for answer in taken:
            self._note(answer.group, anew)
            self._coming.keep(answer.group.symbols, self._days, answer.actions)

    def _note(self, group: Group, anew: Collection[str]) -> None:
        stretch = Stretch(group.since, self._days.after)
        if group.anew:
            # Of a history that was fetched anew nothing from earlier fetches counts.
            self._asked.note(anew, stretch, ())
        else:
            symbols = [each for each in group.symbols if each not in self.strangers]
            self._asked.note(symbols, stretch, self._held)

    def _merged(self, answer: Answer) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Put bars and actions over those in the store; give them, and what the store had."""
        if answer.bars.is_empty() and answer.actions.is_empty():
            return no_bars(), no_bars()
        since = min([answer.group.since, *answer.actions["date"].unique()])
        bars, old = answer.bars, no_bars()
        if not answer.group.anew:
            old = self._store.read(answer.group.symbols, since=since)
            strange = strangers(old, bars)
            self.strangers += strange
            bars, old = (each.filter(~pl.col("symbol").is_in(strange)) for each in (bars, old))
        merged = _over(bars, old)
        first = dict(merged.group_by("symbol").agg(pl.col("date").min()).iter_rows())
        for symbol in () if answer.group.anew else first.keys() & self._held.keys():
            first[symbol] = min(first[symbol], self._held[symbol].first)
        return with_actions(merged, answer.actions, old, first), old


def _together(taken: Iterable[Answer]) -> list[Answer]:
    """Put answers together that are of the same days: few large tables are quicker."""
    alike: dict[tuple[date, bool], list[Answer]] = {}
    for answer in taken:
        alike.setdefault((answer.group.since, answer.group.anew), []).append(answer)
    return [
        Answer(
            Group(tuple(symbol for each in some for symbol in each.group.symbols), since, anew),
            pl.concat([each.bars for each in some]),
            pl.concat([each.actions for each in some]),
        )
        for (since, anew), some in alike.items()
    ]


def _over(new: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """
    Put bars over old ones of the same symbol and day; all by symbol and day.

    A new bar knows of no action: what is booked in the old one stays, so that a list of actions
    that comes back empty takes no split away.
    """
    bars = new.sort(KEY, maintain_order=True).filter(~repeats())
    if old.is_empty():
        none = pl.lit(None, pl.Float64)
        return bars.with_columns(dividend=none, split=none).select(DAILY_SCHEMA.names())
    booked = bars.join(
        old.select(*KEY, "dividend", "split"), on=KEY, how="left", maintain_order="left"
    )
    left = old.join(bars, on=KEY, how="anti")
    return pl.concat([booked.select(DAILY_SCHEMA.names()), left]).sort(KEY)


async def _to_the_end(work: Callable[[], None]) -> None:
    """Do work in a thread; a cancel is heeded when it is done, a second one at once."""
    working = asyncio.create_task(asyncio.to_thread(work), name="keep bars")
    try:
        await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait({working})
        working.result()  # An error of the disk comes before the cancel: it would be lost.
        raise
