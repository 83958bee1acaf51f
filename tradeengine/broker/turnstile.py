"""
The turnstile: how many commands are under way at once, and who goes next.

The lowest (rank, number) waits least. Entries must leave `reserved` places free,
so that a broker that hangs on eight entries still gets our cancels. With one
place only the number counts: strict order.
"""

import asyncio
import heapq

from tradeengine.broker.requests import Lane

Place = asyncio.Future[None]
"""Done when the place is ours."""


class Turnstile:
    """A bounded number of places, given by rank and then in order of asking."""

    def __init__(self, places: int, reserved: int) -> None:
        self._free = places
        self._strict = places == 1
        self._reserved = 0 if self._strict else reserved
        self._waiting: list[tuple[int, int, Lane, Place]] = []

    def ask(self, lane: Lane, number: int) -> Place:
        """Ask for a place. `release` it in any case, granted or not."""
        place: Place = asyncio.get_running_loop().create_future()
        rank = 0 if self._strict else int(lane)
        heapq.heappush(self._waiting, (rank, number, lane, place))
        self._admit()
        return place

    def release(self, place: Place) -> None:
        """Give a place back, or stop waiting for it."""
        if place.done() and not place.cancelled():
            self._free += 1
        else:
            place.cancel()
        self._admit()

    def _admit(self) -> None:
        while self._waiting:
            _, _, lane, place = self._waiting[0]
            if not place.cancelled():
                if self._free <= (self._reserved if lane is Lane.ENTRY else 0):
                    return
                self._free -= 1
                place.set_result(None)
            heapq.heappop(self._waiting)
