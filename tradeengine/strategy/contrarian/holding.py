"""
What we hold of a symbol, and what we asked for.

The stop is fixed at entry: `stop_atr` average true ranges, as they were when the
entry was asked for, below the average price paid. A position that was found at
the broker gets it from the first average true range that is known.
"""

from decimal import Decimal

from tradeengine.model.events import PositionChanged

ZERO = Decimal(0)


class Holding:
    """
    Position and open orders of one symbol.

    `quantity` shares, `entered_at` and `bought_at` nanoseconds UTC, `stop`
    dollars or None. `leaving` names the rule by which we sell ("" if we do not):
    once decided, we sell until nothing is left.
    """

    __slots__ = (
        "_atr",
        "_average",
        "_stop_atr",
        "asked",
        "bought_at",
        "entered_at",
        "entry_open",
        "exit_open",
        "last_price",
        "leaving",
        "not_before",
        "quantity",
        "rounds",
        "stop",
    )

    def __init__(self, stop_atr: float) -> None:
        self._stop_atr = stop_atr
        self._atr: float | None = None
        self._average = 0.0
        self.quantity = ZERO
        self.entered_at = 0
        self.bought_at: int | None = None
        self.stop: float | None = None
        self.last_price: float | None = None
        self.entry_open = self.exit_open = False
        self._stay()

    @property
    def is_long(self) -> bool:
        """Whether there is something to sell."""
        return self.quantity > 0

    @property
    def has_open_order(self) -> bool:
        """Whether an answer to something we asked for is still to come."""
        return self.entry_open or self.exit_open

    def move(self, position: PositionChanged) -> None:
        """Take the ledger's word for what we hold."""
        before, self.quantity = self.quantity, position.quantity
        self._average = float(position.average_price)
        if position.quantity > max(before, ZERO):
            self.bought_at = position.at
            if before <= 0:
                self.entered_at = position.at
        if position.quantity > 0:
            self._place_stop()
        else:
            self.stop = self._atr = self.last_price = None
            self._stay()

    def arm(self, atr: float | None) -> None:
        """Give a position without a stop its stop, if the true range is known."""
        if self._atr is None and atr is not None:
            self._atr = atr
            self._place_stop()

    def ask_entry(self, atr: float) -> None:
        """Note that an entry was asked for, at this average true range."""
        self.entry_open, self._atr = True, atr

    def end_entry(self, filled: Decimal) -> None:
        """Note that the entry is at its end, with so many shares."""
        self.entry_open = False
        # The order's end may be told before the position that follows from it.
        if not filled and not self.is_long:
            self._atr = None

    def ask_exit(self, quantity: Decimal) -> None:
        """Note that an exit was asked for."""
        self.exit_open, self.asked = True, quantity

    def end_exit(self, filled: Decimal) -> Decimal:
        """Note that an exit is at its end; return what it failed to sell."""
        self.exit_open = False
        left, self.asked = self.asked - filled, ZERO
        if left > 0:
            self.rounds += 1
        # The order's end may be told before the position that follows from it, so
        # what is left comes from the order; what we hold can only make it less.
        return min(left, self.quantity)

    def _stay(self) -> None:
        self.leaving = ""
        self.rounds = 0
        self.not_before = 0
        self.asked = ZERO

    def _place_stop(self) -> None:
        if self._atr is not None:
            # Rounded like a price, so that a print exactly at the stop triggers it.
            self.stop = round(self._average - self._stop_atr * self._atr, 4)
