"""
Closing orders of the flatten: of what kind, and how soon one may follow another.

In the session the first rounds close with limit orders collared around the last
price, later ones with market orders. While trading in a symbol is halted its order
is left where it is, at the broker, and waits for the resumption. Outside the session
`flatten_after_hours` decides: queue a market order for the open, or send a limit order
for extended hours. An order that the broker refuses is followed by the next only after
a wait, longer each time: it may refuse for as long as it likes.
"""

from decimal import Decimal

from tradeengine.model.commands import OrderIntent
from tradeengine.model.events import BrokerPosition, RunOpened, TradingStatus
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import OrderType, Purpose, Side, TimeInForce
from tradeengine.model.ticks import tick_down, tick_up
from tradeengine.router.parameters import AfterHours, RouterParameters

FLATTEN = "flatten"
"""The name under which closing orders are sent."""

_PRE_OPEN = 330 * 60 * NANOS
_POST_CLOSE = 240 * 60 * NANOS
"""Extended hours: from 04:00 to the open, and for four hours after the close (Alpaca)."""

_LONGEST_DOUBLING = 3
"""The wait after refusals is at most eight times the poll."""

_QUEUED = "the market is closed, queued for the open"


class Closing:
    """Say how a position is closed now, and whether it may be."""

    def __init__(self, parameters: RouterParameters) -> None:
        self._parameters = parameters
        self._opens = self._closes = 0
        self._halts: dict[str, str] = {}
        self._refusals: dict[str, int] = {}
        self._reasons: dict[str, str] = {}
        self._not_before: dict[str, int] = {}

    def on_run_opened(self, run: RunOpened) -> None:
        self._opens, self._closes = run.session_open, run.session_close

    def on_status(self, status: TradingStatus) -> None:
        """Remember in which symbols trading is halted."""
        if status.halted:
            self._halts[status.symbol] = status.code
        else:
            self._halts.pop(status.symbol, None)

    def begin(self) -> None:
        """Forget the refusals of an earlier flatten."""
        self._refusals.clear()
        self._reasons.clear()
        self._not_before.clear()

    def refused(self, symbol: str, reason: str, now: int) -> None:
        """Note a closing order that the broker did not take."""
        count = self._refusals.get(symbol, 0)
        self._refusals[symbol] = count + 1
        self._reasons[symbol] = reason
        poll = int(self._parameters.flatten_poll_seconds * NANOS)
        self._not_before[symbol] = now + (poll << min(count, _LONGEST_DOUBLING))

    def filled(self, symbol: str) -> None:
        """Note that a closing order was filled, if only in part: the broker takes them."""
        self._refusals.pop(symbol, None)
        self._reasons.pop(symbol, None)

    def may_close(self, symbol: str, now: int) -> bool:
        """Tell whether the wait after a refusal is over."""
        return now >= self._not_before.get(symbol, 0)

    def waits_for(self, symbol: str, now: int) -> str:
        """Say what a closing order waits for at the broker, and rightly; "" if for nothing."""
        if code := self._halts.get(symbol):
            return f"trading is halted ({code})"
        return _QUEUED if self.is_queued(now) else ""

    def is_queued(self, now: int) -> bool:
        """Tell whether what is sent now waits for the open."""
        return not self._in_session(now) and not self._in_extended_hours(now)

    def opens_within(self, now: int, end: int) -> bool:
        """Tell whether the session opens between now and an instant."""
        return now < self._opens <= end

    def why_held(self, symbol: str, now: int) -> str:
        """Say why a position is still there."""
        if waiting := self.waits_for(symbol, now):
            return waiting
        if reason := self._reasons.get(symbol):
            return f"the broker refuses to close it: {reason}"
        return "not closed in time"

    def wish(self, position: BrokerPosition, round_: int, now: int) -> OrderIntent:
        """Say what closes a position."""
        side = Side.SELL if position.quantity > 0 else Side.BUY
        extended = self._in_extended_hours(now)
        limit = self._limit(position, side, collared=extended or self._is_collared(round_, now))
        return OrderIntent(
            at=now,
            strategy=FLATTEN,
            symbol=position.symbol,
            side=side,
            purpose=Purpose.FLATTEN,
            order_type=OrderType.MARKET if limit is None else OrderType.LIMIT,
            time_in_force=TimeInForce.DAY,
            quantity=abs(position.quantity),
            limit_price=limit,
            # Only limit orders are taken outside the session.
            extended_hours=extended and limit is not None,
            reason=f"flatten, round {round_}",
        )

    def _is_collared(self, round_: int, now: int) -> bool:
        early = round_ <= self._parameters.flatten_collar_rounds
        return early and not self.is_queued(now)

    def _limit(self, position: BrokerPosition, side: Side, *, collared: bool) -> Decimal | None:
        price = position.current_price if collared else None
        if price is None:
            return None
        reach = price * self._parameters.flatten_collar_percent / 100
        return tick_down(price - reach) if side is Side.SELL else tick_up(price + reach)

    def _in_session(self, now: int) -> bool:
        # Before the run has told its hours there are none to be outside of.
        return not self._closes or self._opens <= now < self._closes

    def _in_extended_hours(self, now: int) -> bool:
        if self._parameters.flatten_after_hours is not AfterHours.EXTENDED:
            return False
        is_near = self._opens - _PRE_OPEN <= now < self._closes + _POST_CLOSE
        return is_near and not self._in_session(now)
