"""
Standing down: the deadline of a flatten has passed and something is still held.

Its stops were cancelled to free the shares. So its closing orders, which hold them
now, are cancelled, and the stops are put back at the broker before the run ends.
"""

from collections.abc import Iterator

from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import Purpose
from tradeengine.router.parameters import RouterParameters
from tradeengine.router.protection import Protector
from tradeengine.router.router import Router


class StandingDown:
    """Put back the stops of what could not be closed."""

    def __init__(self, parameters: RouterParameters, router: Router, protector: Protector) -> None:
        self._patience = int(parameters.flatten_stand_down_seconds * NANOS)
        self._router, self._protector = router, protector
        self._began: int | None = None

    @property
    def active(self) -> bool:
        """Whether it has begun."""
        return self._began is not None

    def reset(self) -> None:
        """Forget it: another flatten begins."""
        self._began = None

    def begin(self, now: int) -> Iterator[Message]:
        """Cancel the closing orders; then ask for stops."""
        self._began = now
        for order in list(self._router.book.open_orders()):
            if order.purpose is not Purpose.PROTECT:
                yield from self._router.cancel(order, now)
        yield from self.go_on(now)

    def go_on(self, now: int) -> Iterator[Message]:
        """Ask for the stops of shares that nothing holds any more."""
        yield from self._protector.cover(now)

    def is_done(self, now: int) -> bool:
        """Tell whether every share has its stop, or there is no more time for it."""
        return self._protector.is_covered() or self._is_late(now, 1)

    def is_over(self, now: int) -> bool:
        """Tell whether not even the last question was answered in time."""
        return self._is_late(now, 2)

    def _is_late(self, now: int, times: int) -> bool:
        return self._began is not None and now - self._began >= times * self._patience
