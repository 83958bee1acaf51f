"""
Orders that were cancelled before they left.

An order may wait for its symbol, for a place, for the disk, for the request budget, or for
the word that its shares can be borrowed. When its cancel is sent meanwhile it must not
leave any more: after the gate has closed nothing that is still here goes out. Its cancel
then has nothing left to do.
"""

from collections.abc import Iterable

from tradeengine.model.commands import CancelOrder, Command, SubmitOrder


class Withdrawals:
    """Remember which waiting orders are not to be sent."""

    def __init__(self) -> None:
        self._cancelled: set[str] = set()
        self._unsent: set[str] = set()
        self._all_stay = False

    def stop_all(self) -> None:
        """Let no order leave any more: the account is being closed past the core."""
        self._all_stay = True

    def note(self, command: Command, waiting: Iterable[Command]) -> None:
        """Take note of a cancel whose order may still be among `waiting`."""
        if not isinstance(command, CancelOrder):
            return
        name = command.client_order_id
        if any(isinstance(c, SubmitOrder) and c.client_order_id == name for c in waiting):
            self._cancelled.add(name)

    def stop(self, order: SubmitOrder) -> bool:
        """Tell whether an order must stay; asked at the last moment before it is sent, too."""
        stays = self._all_stay or order.client_order_id in self._cancelled
        if stays:
            self._unsent.add(order.client_order_id)
        return stays

    def settle(self, cancel: CancelOrder) -> bool:
        """Tell whether a cancel has nothing to do, because its order stayed."""
        name = cancel.client_order_id
        stayed = name in self._unsent
        self._cancelled.discard(name)
        self._unsent.discard(name)
        return stayed
