"""
The witness: what the venue itself knows, looked at twice a second of its time.

It reads the exchange's books past every wire and fault, through the exchange's own
schedule, so that a look has its place among the turns and repeats exactly.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from tradeengine.model.instants import NANOS
from tradeengine.venue.records import AccountUpdate, VenueOrder
from tradeengine.venue.server.desk import Desk
from tradeengine.venue.server.faults import AnyFault
from tradeengine.venue.server.faults.fault import Counted

_EVERY = NANOS // 2
_MOST_ORDERS = 500

Positions = dict[str, Decimal]


@dataclass(slots=True)
class Witness:
    """Watches one account of a venue, and the faults that are armed there."""

    desk: Desk
    faults: tuple[AnyFault, ...]
    began_at: int = 0
    positions: list[tuple[int, Positions]] = field(default_factory=list)
    """What was held from when on; a new row only where it changed."""
    spent_at: dict[int, int] = field(default_factory=dict)
    """When a fault that counts its strikes was seen to have done all: by its place."""

    def begin(self) -> None:
        """Arm the faults and look for the first time."""
        now = self.desk.clock.now()
        self.began_at = now
        for fault in self.faults:
            self.desk.faults.arm(fault, now, self.desk)
        self._look()

    def _look(self) -> None:
        exchange = self.desk.exchange
        now = exchange.now
        held = {row.symbol: row.qty for row in exchange.positions(self.desk.account_id)}
        if not self.positions or self.positions[-1][1] != held:
            self.positions.append((now, held))
        for place, fault in enumerate(self.faults):
            if fault.spent:
                self.spent_at.setdefault(place, now)
        exchange.tampering.later(now + _EVERY, self._look)

    def orders(self) -> list[VenueOrder]:
        """Give every order the account ever had, oldest first."""
        return self.desk.exchange.orders(
            self.desk.account_id, status="all", limit=_MOST_ORDERS, direction="asc"
        )

    def updates(self) -> tuple[AccountUpdate, ...]:
        """Give everything the exchange told of the account, heard by anybody or not."""
        return self.desk.orders.told(self.desk.account_id)

    def held_now(self) -> Positions:
        """Give what the account holds."""
        rows = self.desk.exchange.positions(self.desk.account_id)
        return {row.symbol: row.qty for row in rows}

    def struck_at(self, shown_by: str) -> int | None:
        """
        Give when the first fault struck; None if it never did.

        That is when an update `shown_by` came, if there is such a word, else when the
        fault was spent, or, of one that does not count its strikes, when it began.
        """
        fault = self.faults[0]
        begins = fault.begins(self.began_at)
        if shown_by:
            shown = (u.at for u in self.updates() if u.event == shown_by and u.at >= begins)
            return next(shown, None)
        if isinstance(fault, Counted):
            return self.spent_at.get(0)
        return begins

    @property
    def failed(self) -> list[str]:
        """What faults could not do when their instant came."""
        return self.desk.faults.failed
