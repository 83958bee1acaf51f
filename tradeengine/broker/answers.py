"""
The broker's own answers to commands, written once for both brokers.

What happens to an order afterwards comes as reports (`updates.py`); these are
the answers that no report carries.
"""

from tradeengine.broker.ports import Inbox
from tradeengine.clock import Clock
from tradeengine.model.commands import CancelOrder, ReplaceOrder, SubmitOrder
from tradeengine.model.events import (
    BrokerUnreachable,
    CancelRejected,
    OrderAccepted,
    OrderNotFound,
    OrderRejected,
    OrderUnresolved,
    ReplaceRejected,
)

NEVER_SENT = 0
"""The status code of an order that did not leave."""


class Answers:
    """Puts answers into the inbox."""

    def __init__(self, inbox: Inbox, clock: Clock) -> None:
        self._inbox, self._clock = inbox, clock

    def accepted(
        self, client_order_id: str, symbol: str, order_id: str, status: str, at: int
    ) -> None:
        """Say that the broker has the order, created `at`."""
        self._inbox.put_nowait(
            OrderAccepted(
                at=at,
                received_at=self._clock.now(),
                client_order_id=client_order_id,
                order_id=order_id,
                symbol=symbol,
                status=status,
            )
        )

    def rejected(self, command: SubmitOrder, status_code: int, code: int, reason: str) -> None:
        """Say that the order was refused, or never sent."""
        now = self._clock.now()
        self._inbox.put_nowait(
            OrderRejected(
                at=now,
                received_at=now,
                client_order_id=command.client_order_id,
                order_id="",
                symbol=command.symbol,
                status_code=status_code,
                code=code,
                reason=reason,
            )
        )

    def unresolved(self, client_order_id: str, symbol: str, reason: str) -> None:
        """Say that it is not known whether the order exists."""
        now = self._clock.now()
        self._inbox.put_nowait(
            OrderUnresolved(
                at=now,
                received_at=now,
                client_order_id=client_order_id,
                order_id="",
                symbol=symbol,
                reason=reason,
            )
        )

    def not_found(self, command: SubmitOrder, lookups: int) -> None:
        """Say that the broker knows no such order: asked `lookups` times, or 0: it never left."""
        now = self._clock.now()
        self._inbox.put_nowait(
            OrderNotFound(
                at=now,
                received_at=now,
                client_order_id=command.client_order_id,
                order_id="",
                symbol=command.symbol,
                lookups=lookups,
            )
        )

    def cancel_rejected(self, command: CancelOrder, reason: str) -> None:
        """Say that the cancel was refused or not answered."""
        now = self._clock.now()
        self._inbox.put_nowait(
            CancelRejected(
                at=now,
                received_at=now,
                client_order_id=command.client_order_id,
                order_id=command.order_id,
                symbol=command.symbol,
                reason=reason,
            )
        )

    def replace_rejected(self, command: ReplaceOrder, reason: str) -> None:
        """Say that the replacement was refused: the old order stands."""
        now = self._clock.now()
        self._inbox.put_nowait(
            ReplaceRejected(
                at=now,
                received_at=now,
                client_order_id=command.client_order_id,
                order_id=command.order_id,
                symbol=command.symbol,
                reason=reason,
            )
        )

    def unreachable(self, why: str, reason: str) -> None:
        """Say that a question got no usable answer."""
        now = self._clock.now()
        self._inbox.put_nowait(BrokerUnreachable(at=now, received_at=now, why=why, reason=reason))
