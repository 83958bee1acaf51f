"""
What the checks may read: the world as the messages told it.

The gate's handlers write here and the checks read; nothing is looked up outside.
Market data is kept as the last message of each symbol, so that a tick costs one
dictionary store; every question is worked out when an intent asks it.
"""

from collections import Counter, deque
from decimal import Decimal

from tradeengine.model.events import Bar, PriceBand, Quote, RunOpened
from tradeengine.model.instants import MINUTE, NANOS
from tradeengine.model.orders import EngineState
from tradeengine.model.plan import SessionPlan, SymbolPlan
from tradeengine.risk.exposure import ExposureBook
from tradeengine.risk.worst_case import Addition, Reach, reaches

ZERO = Decimal(0)
HOUR = 60 * MINUTE
NOT_IN_PLAN = SymbolPlan()


class RiskView:
    """Everything a check may know. `now` is the instant of the input at hand."""

    def __init__(self, plan: SessionPlan) -> None:
        self.plan = plan
        self.now = 0
        self.run: RunOpened | None = None
        self.state = EngineState.STARTING
        self.order_stream_ready = False
        self.feed_trouble = ""

        self.quotes: dict[str, Quote] = {}
        self.bars: dict[str, Bar] = {}
        self.bars_seen: Counter[str] = Counter()
        self.bands: dict[str, PriceBand] = {}
        self.halted: dict[str, str] = {}
        self.resumed_at: dict[str, int] = {}
        self.short_restricted: set[str] = set()
        """Symbols that fell by a tenth today, or whose restriction the tape told."""
        self.quiet_since: dict[str, int] = {}
        self.frozen: dict[str, str] = {}
        self.naked: dict[str, Decimal] = {}
        """Positions beyond the limit of naked exposure, with their dollar-seconds."""

        self.exposure = ExposureBook()
        self.reaches: list[Reach] | None = None
        """How far exposure can reach with the order being judged; None before it has a size."""
        self.equity: Decimal | None = None
        self.drawdown = ZERO
        self.buying_power: Decimal | None = None
        self.cost_when_read = ZERO
        """What everything held had cost when the broker told the buying power."""

        self.entries: deque[tuple[int, str]] = deque()
        """Entries approved within the last hour: instant and symbol."""
        self.symbol_entries: Counter[str] = Counter()
        """How many of them each symbol has."""
        self.approvals: deque[int] = deque()
        """Instants of all orders approved within the last minute."""
        self.session_entries: Counter[str] = Counter()
        self.last_buy: dict[str, int] = {}

    def symbol_plan(self, symbol: str) -> SymbolPlan:
        """Give what the plan says of a symbol; an empty plan if it says nothing."""
        return self.plan.symbols.get(symbol, NOT_IN_PLAN)

    def is_short_restricted(self, symbol: str) -> bool:
        """Tell whether rule 201 holds for a symbol; where the close before is unknown, it does."""
        plan = self.symbol_plan(symbol)
        told = plan.short_restricted or symbol in self.short_restricted
        return told or plan.prior_close is None

    def seconds_since(self, at: int) -> float:
        """Give the seconds between an instant and now."""
        return (self.now - at) / NANOS

    def middle(self, symbol: str) -> Decimal | None:
        """Give the middle of a sound quote in dollars; None without one."""
        quote = self.quotes.get(symbol)
        if quote is None or not 0 < quote.bid < quote.ask:
            return None
        return (Decimal(str(quote.bid)) + Decimal(str(quote.ask))) / 2

    def last_close(self, symbol: str) -> Decimal | None:
        """Give the close of the last bar in dollars; None before the first."""
        bar = self.bars.get(symbol)
        return None if bar is None else Decimal(str(bar.close))

    def mark(self, symbol: str) -> Decimal:
        """Give what a share is worth now in dollars: quote, else bar, else what it cost."""
        middle = self.middle(symbol) or self.last_close(symbol)
        return middle or self.exposure.held(symbol).average_price

    def foresee(self, addition: Addition) -> None:
        """Work out, once for all checks, how far the exposure reaches with one more order."""
        self.reaches = reaches(self.exposure, self.mark, addition)

    def available_buying_power(self) -> Decimal:
        """Give the dollars for new orders; zero until the broker was read."""
        if self.buying_power is None:
            return ZERO
        spent_since = self.exposure.cost() - self.cost_when_read
        return self.buying_power - spent_since - self.exposure.promised()

    def approved(self, symbol: str, *, is_entry: bool) -> None:
        """Count an approved order, and an entry besides as what it is."""
        self.approvals.append(self.now)
        if is_entry:
            self.entered(symbol, self.now)

    def entered(self, symbol: str, at: int) -> None:
        """Count an entry that was approved at an instant, no earlier than the last one."""
        self.entries.append((at, symbol))
        self.symbol_entries[symbol] += 1
        self.session_entries[symbol] += 1

    def forget_old(self) -> None:
        """Drop entries older than an hour and approvals older than a minute."""
        while self.entries and self.now - self.entries[0][0] >= HOUR:
            self.symbol_entries[self.entries.popleft()[1]] -= 1
        while self.approvals and self.now - self.approvals[0] >= MINUTE:
            self.approvals.popleft()
