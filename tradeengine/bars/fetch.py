"""
Bring the store of daily bars up to a day: ask only for what it does not have.

Of a symbol without bars a whole history is fetched, and of one whose history was never asked
for so far back; of the others the days after the last bar, and the last few days again, since
a bar may be corrected after its evening. Splits and
dividends are asked for again over a longer time, because they are booked late. What came is
kept in a few large batches: a fetch that breaks off keeps what it had, and says what it has not;
one that is cancelled loses its last batch, and the next one fetches it again.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from tradeengine.bars.alpaca import corporate_actions, daily_bars
from tradeengine.bars.asked import Asked, Stretch
from tradeengine.bars.asking import Asker
from tradeengine.bars.parameters import BarsParameters
from tradeengine.bars.store import BarStore, ChangedBar
from tradeengine.bars.table import DAILY_SCHEMA, KEY
from tradeengine.bars.window import last_sessions
from tradeengine.errors import ProtocolViolation, RefusedByBroker, VenueUnreachable

Progress = Callable[[str, int, int], None]
"""Hears what is done, how much of it, and how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """What a fetch brought; `problem` says in words why it broke off, "" if it did not."""

    through: date
    asked: int
    new_bars: int
    changed: tuple[ChangedBar, ...]
    """Bars that we had and that came with other values."""

    silent: tuple[str, ...]
    """Symbols of which there are no bars, neither before nor now."""

    not_reached: tuple[str, ...] = ()
    """Symbols that were not asked for before the fetch broke off; their old bars stand."""

    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Group:
    symbols: tuple[str, ...]
    since: date


async def fetch_daily(
    store: BarStore,
    asker: Asker,
    symbols: Sequence[str],
    through: date,
    parameters: BarsParameters,
    progress: Progress,
) -> FetchReport:
    """
    Fetch what the store lacks of symbols up to `through`, a day whose session is over.

    Raises BadConfiguration when the keys are not accepted, or the store's file is damaged or
    cannot be written. Any other failure is the report's `problem`.
    """
    wanted = tuple(sorted(set(symbols)))
    had = await asyncio.to_thread(_last_bars, store, wanted, through)
    asked = Asked(store.path.parent)
    since = _starts(wanted, had, await asyncio.to_thread(asked.read), through, parameters)
    groups = list(_groups(since, parameters))
    done: set[str] = set()
    problem = ""
    progress("daily bars", 0, len(wanted))
    batch = _Batch(store, asked, through, had)
    try:
        async with asyncio.timeout(parameters.fetch_deadline_seconds):
            for group in groups:
                batch.take(group, *await _ask(asker, group, through, parameters))
                done.update(group.symbols)
                progress("daily bars", len(done), len(wanted))
                if batch.is_full:
                    await asyncio.to_thread(batch.keep)
    except (VenueUnreachable, RefusedByBroker, ProtocolViolation) as error:
        problem = str(error)
    except TimeoutError:
        problem = f"not done within {parameters.fetch_deadline_seconds:g} s"
    # What came before a failure is kept too.
    await asyncio.to_thread(batch.keep)
    held = await asyncio.to_thread(_last_bars, store, wanted, through)
    return FetchReport(
        through=through,
        asked=len(wanted),
        new_bars=batch.new,
        changed=tuple(batch.changed),
        silent=tuple(symbol for symbol in wanted if symbol in done and symbol not in held),
        not_reached=tuple(symbol for symbol in wanted if symbol not in done),
        problem=problem,
    )


def _last_bars(store: BarStore, symbols: Sequence[str], through: date) -> dict[str, date]:
    rows = store.read(symbols, through=through).group_by("symbol").agg(pl.col("date").max())
    return dict(rows.iter_rows())


def _starts(
    symbols: Sequence[str],
    had: Mapping[str, date],
    asked: Mapping[str, Stretch],
    through: date,
    parameters: BarsParameters,
) -> dict[str, date]:
    """Give the day from which on bars of each symbol are to be asked for."""
    whole = through - timedelta(days=parameters.history_days)
    starts = {}
    for symbol in symbols:
        stretch, last = asked.get(symbol), had.get(symbol)
        if last is None or stretch is None or not stretch.first <= whole <= stretch.last:
            starts[symbol] = whole
        else:
            starts[symbol] = _again(min(last, stretch.last), parameters)
    return starts


def _groups(since: Mapping[str, date], parameters: BarsParameters) -> Iterator[_Group]:
    """Put symbols together that are to be asked for from about the same day on."""
    in_order = sorted(since, key=lambda symbol: (since[symbol], symbol))
    for first in range(0, len(in_order), parameters.symbols_per_request):
        together = tuple(in_order[first : first + parameters.symbols_per_request])
        yield _Group(together, since[together[0]])


def _again(last: date, parameters: BarsParameters) -> date:
    """Give the day from which on bars are fetched of a symbol whose last one is of `last`."""
    reread = last_sessions(last, parameters.reread_days)
    return reread[0] if reread else last + timedelta(days=1)


async def _ask(
    asker: Asker, group: _Group, through: date, parameters: BarsParameters
) -> tuple[pl.DataFrame, pl.DataFrame]:
    bars = await daily_bars(asker, group.symbols, group.since, through)
    booked_late = through - timedelta(days=parameters.actions_reread_days)
    actions = await corporate_actions(asker, group.symbols, min(group.since, booked_late), through)
    return bars, actions


_FULL = 1_000_000
"""Bars after which a batch is written. The whole file is: a few large batches are quick."""


class _Batch:
    """Answers on their way into the store."""

    def __init__(
        self, store: BarStore, asked: Asked, through: date, had: Mapping[str, date]
    ) -> None:
        self._store, self._asked = store, asked
        self._through, self._had = through, had
        self._taken: list[tuple[_Group, pl.DataFrame, pl.DataFrame]] = []
        self.new = 0
        self.changed: list[ChangedBar] = []

    @property
    def is_full(self) -> bool:
        """Tell whether it is time to write."""
        return sum(bars.height for _, bars, _ in self._taken) >= _FULL

    def take(self, group: _Group, bars: pl.DataFrame, actions: pl.DataFrame) -> None:
        """Take the answer for a group."""
        self._taken.append((group, bars, actions))

    def keep(self) -> None:
        """Put what was taken into the store; count what is new, and name what changed."""
        taken, self._taken = self._taken, []
        if not taken:
            return
        known = []
        for group, bars, actions in taken:
            merged, old = _merged(self._store, group, bars, actions)
            known.append(merged)
            self.new += bars.join(old, on=KEY, how="anti").height
        self.changed += self._store.merge(pl.concat(known))
        for group, _, _ in taken:
            self._asked.note(group.symbols, Stretch(group.since, self._through), self._had)


def _merged(
    store: BarStore, group: _Group, bars: pl.DataFrame, actions: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Put bars and actions over those in the store; give them, and what the store had."""
    first = actions["date"].min()
    since = min(group.since, first) if isinstance(first, date) else group.since
    old = store.read(group.symbols, since=since)
    plain = bars.with_columns(dividend=pl.lit(None, pl.Float64), split=pl.lit(None, pl.Float64))
    merged = (
        pl.concat([plain.select(DAILY_SCHEMA.names()), old.select(DAILY_SCHEMA.names())])
        # The new bar comes first. It knows of no action: what is booked in the old one stays,
        # so that a list of actions that comes back empty takes no split away.
        .group_by(KEY, maintain_order=True)
        .agg(pl.col("open", "high", "low", "close", "volume").first(), _booked("dividend", "split"))
        .sort(KEY)
    )
    return with_actions(merged, actions).select(DAILY_SCHEMA.names()), old


def _booked(*names: str) -> pl.Expr:
    return pl.col(names).drop_nulls().first()


def with_actions(bars: pl.DataFrame, actions: pl.DataFrame) -> pl.DataFrame:
    """
    Book actions on the first bar of their symbol on or after the ex-date.

    An ex-date after the last bar is left for the next fetch. Where bars have an action of
    their own and none is given, it stays; missing ones become none (0, and a split of 1).
    """
    placed = (
        actions.sort("date")
        .join_asof(
            bars.select("symbol", "date", on="date").sort("date"),
            on="date",
            by="symbol",
            strategy="forward",
            check_sortedness=False,
        )
        .drop_nulls("on")
        .group_by("symbol", date=pl.col("on"))
        .agg(new_dividend=pl.col("dividend").sum(), new_split=pl.col("split").product())
    )
    paid = pl.when(pl.col("new_dividend") > 0.0).then(pl.col("new_dividend"))
    parted = pl.when(pl.col("new_split") != 1.0).then(pl.col("new_split"))
    return bars.join(placed, on=KEY, how="left").with_columns(
        dividend=pl.coalesce(paid, "dividend", pl.lit(0.0)),
        split=pl.coalesce(parted, "split", pl.lit(1.0)),
    )
