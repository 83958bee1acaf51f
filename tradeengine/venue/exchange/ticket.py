"""
A ticket: the venue's own side of an order.

`order` is what the owner may see; the rest is what the venue must remember to
work it: where it stands in its group, what it reserves, whether its stop has
been reached.
"""

from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal

from tradeengine.venue.exchange.states import MOVES, TERMINAL, ImpossibleMove
from tradeengine.venue.records import ZERO, VenueOrder

STOPS = frozenset({"stop", "stop_limit", "trailing_stop"})
"""Types that sleep until a price is reached."""

AUCTIONS = frozenset({"opg", "cls"})
"""Times in force that trade in an auction only."""


@dataclass(slots=True, kw_only=True, eq=False)
class Ticket:
    """
    An order at work.

    `number` ranks tickets by arrival, `ends_at` is when their time is up.
    `estimate` stands for the shares of a notional order. `reserve_price` (dollars
    a share) is what an opening order keeps of the buying power; `reserves` is
    False while another ticket answers for the same shares. `rival` is the other
    exit of the group, `successor` the order that shall replace this one,
    `fallback` the status to return to when a request comes to nothing;
    `keeps_size` marks a replacement that was asked for no quantity; `cut` is the
    share of the order after whose first fill a fault cancels it.
    """

    order: VenueOrder
    number: int
    ends_at: int
    in_house: bool = False
    estimate: Decimal = ZERO
    reserve_price: Decimal = ZERO
    reserves: bool = True
    live: bool = False
    triggered: bool = False
    collar: Decimal | None = None
    cost: Decimal = ZERO
    parent: "Ticket | None" = None
    legs: "list[Ticket]" = field(default_factory=list)
    rival: "Ticket | None" = None
    successor: "Ticket | None" = None
    fallback: str = "new"
    keeps_size: bool = False
    reject_reason: str | None = None
    stuck: bool = False
    cut: Decimal | None = None

    def is_open(self) -> bool:
        """Something may still happen to the order."""
        return self.order.status not in TERMINAL

    @property
    def size(self) -> Decimal:
        """Shares ordered; an estimate until a notional order is filled."""
        return self.estimate if self.order.qty is None else self.order.qty

    @property
    def remaining(self) -> Decimal:
        """Shares still to be filled."""
        return self.size - self.order.filled_qty

    @property
    def closes(self) -> bool:
        """The order reduces a position."""
        return self.order.position_intent.endswith("_to_close")

    @property
    def waits(self) -> bool:
        """The order's stop price has not been reached yet."""
        return self.order.type in STOPS and not self.triggered

    @property
    def limit(self) -> Decimal | None:
        """The worst price the order may get, None for any."""
        return self.order.limit_price if self.order.limit_price is not None else self.collar

    def move(self, status: str, at: int) -> None:
        """Change the status. Raises ImpossibleMove for one the table does not have."""
        if status not in MOVES[self.order.status]:
            raise ImpossibleMove(f"{self.order.id}: {self.order.status} -> {status}")
        self.order.status = status
        self.order.updated_at = at

    def snapshot(self) -> VenueOrder:
        """Copy the order and its legs as they stand."""
        seen = copy(self.order)
        seen.legs = [leg.snapshot() for leg in self.legs]
        return seen
