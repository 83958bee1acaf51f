"""
Bring the store of daily bars up to a day: ask only for what it does not have.

Of a symbol without bars a whole history is fetched, and of one whose history was never asked
for so far back; of the others the days after the last bar, and the last few days again, since
a bar may be corrected after its evening. Splits and dividends are asked for again over a longer
time, because they are booked late, and up to the session to come. A symbol whose last days come
with the prices of another share is fetched anew as a whole (`strangers.py`). A fetch that breaks
off or is cancelled keeps what it had, and says what it has not; a symbol that is refused costs
its own bars only.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tradeengine.bars.answers import MOST_REFUSED, Answer, Group, RefusedSymbol, answers
from tradeengine.bars.asked import Asked, Stretch
from tradeengine.bars.asking import Asker
from tradeengine.bars.batch import Batch
from tradeengine.bars.coming import Ahead
from tradeengine.bars.parameters import BarsParameters
from tradeengine.bars.store import BarStore, ChangedBar
from tradeengine.bars.window import last_sessions
from tradeengine.errors import ProtocolViolation, RefusedByBroker, VenueUnreachable

_ABOUT = timedelta(days=200)
"""Days that a symbol is asked for too much of rather than in a request of its own: of the usual
fifty symbols they are less than a page."""

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

    renewed: tuple[str, ...] = ()
    """Symbols that came with the prices of another share, and were fetched anew as a whole."""

    refused: tuple[RefusedSymbol, ...] = ()
    """Symbols that the site does not give; their old bars stand."""

    not_reached: tuple[str, ...] = ()
    """Symbols that were not asked for before the fetch broke off; their old bars stand."""

    problem: str = ""


async def fetch_daily(
    store: BarStore,
    asker: Asker,
    symbols: Sequence[str],
    through: date,
    parameters: BarsParameters,
    progress: Progress,
    *,
    session: date | None = None,
) -> FetchReport:
    """
    Fetch what the store lacks of symbols up to `through`, a day whose session is over.

    Splits up to `session`, the one to come, are kept too (`coming.py`); None: `through`. Raises
    BadConfiguration when the keys are not accepted, or the store's file is damaged or
    cannot be written. Any other failure is the report's `problem`.
    """
    wanted = tuple(sorted(set(symbols)))
    held = await asyncio.to_thread(_held, store, wanted, through)
    asked = await asyncio.to_thread(Asked(store.path.parent).read)
    groups = _groups(_starts(wanted, held, asked, through, parameters), parameters)
    whole = through - timedelta(days=parameters.history_days)
    days = Ahead(through, max(through, session or through))
    fetching = _Fetching(Batch(store, days, held), len(wanted), progress)
    problem = ""
    try:
        async with asyncio.timeout(parameters.fetch_deadline_seconds):
            async for answer in answers(asker, groups, days, parameters):
                await fetching.hear(answer)
            async for answer in answers(asker, await fetching.anew(whole), days, parameters):
                await fetching.hear(answer)
    except (VenueUnreachable, RefusedByBroker, ProtocolViolation) as error:
        problem = fetching.broken_off(error)
    except TimeoutError:
        problem = f"not done within {parameters.fetch_deadline_seconds:g} s"
    finally:
        # What came before a failure is kept too, and before a cancel.
        await fetching.batch.keep()
    held = await asyncio.to_thread(_held, store, wanted, through)
    return FetchReport(
        through=through,
        asked=len(wanted),
        new_bars=fetching.batch.new,
        changed=tuple(fetching.batch.changed),
        renewed=tuple(fetching.batch.renewed),
        silent=tuple(
            symbol for symbol in wanted if symbol in fetching.given and symbol not in held
        ),
        refused=tuple(fetching.refused),
        not_reached=tuple(symbol for symbol in wanted if symbol not in fetching.reached),
        problem=problem or fetching.unreadable,
    )


class _Fetching:
    """What came of a fetch so far, symbol by symbol."""

    def __init__(self, batch: Batch, wanted: int, progress: Progress) -> None:
        self.batch, self._wanted, self._progress = batch, wanted, progress
        self.given: set[str] = set()
        self.refused: list[RefusedSymbol] = []
        progress("daily bars", 0, wanted)

    @property
    def reached(self) -> set[str]:
        """The symbols that were asked for, and given or refused."""
        return self.given | {each.symbol for each in self.refused}

    @property
    def unreadable(self) -> str:
        """Say what is wrong with an answer that is none; "" for a plain no."""
        return next((each.words for each in self.refused if not each.for_good), "")

    async def anew(self, since: date) -> list[Group]:
        """Give the groups to ask for again, from the beginning on: each of one symbol."""
        await self.batch.keep()
        return [Group((symbol,), since, anew=True) for symbol in self.batch.strangers]

    async def hear(self, answer: Answer | RefusedSymbol) -> None:
        if isinstance(answer, RefusedSymbol):
            self.refused.append(answer)
        else:
            await self.batch.take(answer)
            self.given.update(answer.group.symbols)
        self._progress("daily bars", len(self.reached), self._wanted)

    def broken_off(self, error: Exception) -> str:
        """Give the words of what broke the fetch off; symbols are not to blame for a no to all."""
        if not isinstance(error, VenueUnreachable) and len(self.refused) >= MOST_REFUSED:
            self.refused.clear()
        return str(error)


def _held(store: BarStore, symbols: Sequence[str], through: date) -> dict[str, Stretch]:
    """Give the first and the last day of each symbol's bars."""
    return {symbol: Stretch(*ends) for symbol, ends in store.ends(symbols, through).items()}


def _starts(
    symbols: Sequence[str],
    held: Mapping[str, Stretch],
    asked: Mapping[str, Stretch],
    through: date,
    parameters: BarsParameters,
) -> dict[str, date]:
    """Give the day from which on bars of each symbol are to be asked for."""
    whole = through - timedelta(days=parameters.history_days)
    starts = {}
    for symbol in symbols:
        stretch, bars = asked.get(symbol), held.get(symbol)
        if bars is None or stretch is None or not stretch.first <= whole <= stretch.last:
            starts[symbol] = whole
        else:
            starts[symbol] = _again(min(bars.last, stretch.last), parameters)
    return starts


def _groups(since: Mapping[str, date], parameters: BarsParameters) -> Iterator[Group]:
    """Put symbols together that are to be asked for from about the same day on."""
    together: list[str] = []
    for symbol in sorted(since, key=lambda symbol: (since[symbol], symbol)):
        first = since[together[0]] if together else since[symbol]
        if len(together) == parameters.symbols_per_request or since[symbol] - first > _ABOUT:
            yield Group(tuple(together), first)
            together = []
        together.append(symbol)
    if together:
        yield Group(tuple(together), since[together[0]])


def _again(last: date, parameters: BarsParameters) -> date:
    """Give the day from which on bars are fetched of a symbol whose last one is of `last`."""
    reread = last_sessions(last, parameters.reread_days)
    return reread[0] if reread else last + timedelta(days=1)
