"""
A line to the broker: one caller's requests, within the budget, with patience.

`once` sends a request one time. `ask` repeats what may be repeated. `pause`
waits on the clock; while it waits, the caller's piece of lock-step work and its
place in the turnstile are given up, since venue time must move for the wait to
end.
"""

from collections.abc import Awaitable, Callable

from tradeengine.broker.budget import RequestBudget
from tradeengine.broker.parameters import BrokerParameters
from tradeengine.broker.requests import Lane, Request
from tradeengine.broker.rest import RestClient
from tradeengine.errors import OutcomeUnknown, VenueUnreachable

Pause = Callable[[float], Awaitable[None]]
"""Wait for some seconds of the clock without holding anything up."""

Aside = Callable[[Awaitable[object]], Awaitable[object]]
"""Wait for something else without holding anything up."""


async def plainly(waiting: Awaitable[object]) -> None:
    """Just wait: the caller holds nothing."""
    await waiting


class Line:
    """Requests of one caller. `pause` and `aside` are how the caller waits."""

    def __init__(
        self,
        rest: RestClient,
        budget: RequestBudget,
        parameters: BrokerParameters,
        pause: Pause,
        aside: Aside = plainly,
    ) -> None:
        self._rest, self._budget = rest, budget
        self._parameters = parameters
        self.pause, self.aside = pause, aside

    async def once(self, request: Request) -> bytes:
        """
        Send a request one time and give the answer's body.

        Raises RefusedByBroker, OutcomeUnknown, and VenueUnreachable when nothing
        was sent, be it that an entry found no request budget in time.
        """
        await self.make_room(request)
        return await self.call(request)

    async def call(self, request: Request) -> bytes:
        """Send a request for which there is room, as `once`."""
        return await self._rest.call(request)

    def distrust(self) -> None:
        """Leave the connections behind: an answer that is not ours came on one of them."""
        self._rest.forget_idle()

    async def ask(self, request: Request) -> bytes:
        """
        Send a request that may be repeated until it is answered or tries run out.

        Raises what the last try raised.
        """
        spacing = self._parameters.retry_spacing_seconds if request.repeatable else ()
        for seconds in spacing:
            try:
                return await self.once(request)
            except (OutcomeUnknown, VenueUnreachable):
                await self.pause(seconds)
        return await self.once(request)

    async def make_room(self, request: Request) -> None:
        """Wait for the request budget. Raises VenueUnreachable for an entry that waits too long."""
        waited = 0.0
        while (seconds := self._budget.take(request.lane)) > 0:
            waited += seconds
            if request.lane is Lane.ENTRY and waited > self._parameters.entry_patience_seconds:
                raise VenueUnreachable(
                    f"not sent: the request budget has no room for an entry for {waited:.1f} s"
                )
            await self.pause(seconds)
