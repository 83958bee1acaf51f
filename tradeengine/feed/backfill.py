"""
History by REST: warm-up before the session, refill after a gap.

Bars read back carry `history=True`, so that indicators learn from them and
nothing trades on them. They enter the inbox in order of time, then symbol, and
never twice. A gap is always reported, refilled or not: silence about missing
data would be a lie.
"""

from collections.abc import Sequence

from tradeengine.clock import Clock
from tradeengine.errors import ProtocolViolation, RefusedByBroker, VenueUnreachable
from tradeengine.feed.continuity import Continuity
from tradeengine.feed.history import minute_bars
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.ports import Inbox
from tradeengine.feed.rest import DataRest
from tradeengine.model.events import Bar, FeedGap, Input
from tradeengine.model.instants import MINUTE
from tradeengine.quiescence import Quiescence

_CHUNK = 1_000


class Backfill:
    """Bring bars of the past into the inbox."""

    def __init__(
        self,
        *,
        rest: DataRest,
        parameters: FeedParameters,
        clock: Clock,
        inbox: Inbox,
        continuity: Continuity,
        quiescence: Quiescence | None = None,
    ) -> None:
        self._rest, self._parameters = rest, parameters
        self._clock, self._inbox = clock, inbox
        self._continuity = continuity
        self._quiescence = quiescence or Quiescence()

    async def warm_up(self, symbols: Sequence[str], start: int, end: int) -> int:
        """
        Read the complete minutes of `start`..`end` (instants); give their number.

        Raises VenueUnreachable, RefusedByBroker or ProtocolViolation; what came
        before is in the inbox even then. One that is cancelled waits for nothing.
        """
        collected: list[Bar] = []
        try:
            await self._collect(symbols, start, end, collected)
        except (VenueUnreachable, RefusedByBroker, ProtocolViolation):
            await self._deliver(collected)
            raise
        return await self._deliver(collected)

    async def refill(self, symbols: Sequence[str], start: int, end: int) -> None:
        """Read what was missed between two instants and report the gap. Never raises."""
        limit = self._parameters.refill_limit_minutes
        # The bar of the minute before may have been on its way when the feed was lost.
        first = start // MINUTE * MINUTE - MINUTE
        problem = ""
        if end - first > limit * MINUTE:
            first = end // MINUTE * MINUTE - limit * MINUTE
            problem = f"only the newest {limit} minutes were read back"
        collected: list[Bar] = []
        try:
            await self._collect(symbols, first, end, collected)
        except (VenueUnreachable, RefusedByBroker, ProtocolViolation) as error:
            problem = str(error)
        refilled = await self._deliver(collected)
        self._inbox.put_nowait(self._gap(symbols, start, end, refilled, problem))

    async def _collect(self, symbols: Sequence[str], start: int, end: int, into: list[Bar]) -> None:
        received_at = self._clock.now()
        pages = minute_bars(self._rest, self._parameters, symbols, start, end, received_at)
        async for page in pages:
            into.extend(bar for bar in page.bars if bar.at + MINUTE <= end)
            self._inbox.put_many(page.rejections)

    async def _deliver(self, bars: list[Bar]) -> int:
        bars.sort(key=_time_then_symbol)
        fresh: list[Input] = [*self._continuity.admit_bars(bars)]
        with self._quiescence.work():
            for first in range(0, len(fresh), _CHUNK):
                await self._inbox.wait_for_room()
                self._inbox.put_many(fresh[first : first + _CHUNK])
        return len(fresh)

    def _gap(
        self, symbols: Sequence[str], start: int, end: int, refilled: int, problem: str
    ) -> FeedGap:
        now = self._clock.now()
        return FeedGap(
            at=now,
            received_at=now,
            start=start,
            end=end,
            symbols=len(symbols),
            refilled=refilled,
            problem=problem,
        )


def _time_then_symbol(bar: Bar) -> tuple[int, str]:
    return bar.at, bar.symbol
