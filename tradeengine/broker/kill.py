"""
The kill path: flat without the core.

For the day on which the engine itself is broken. It knows nothing of our
orders: it asks the broker to cancel all and close all, looks, and asks again,
until the broker reports neither orders nor positions or the tries run out. What
the broker says counts only when no order of ours is on its way to it any more.
"""

from collections.abc import Awaitable, Callable

from tradeengine.broker.line import Line
from tradeengine.broker.requests import Lane, Request
from tradeengine.broker.snapshot import read_held
from tradeengine.errors import (
    OutcomeUnknown,
    ProtocolViolation,
    RefusedByBroker,
    VenueUnreachable,
)

_CANCEL_ALL = Request(method="DELETE", target="/v2/orders", lane=Lane.CANCEL)
_CLOSE_ALL = Request(method="DELETE", target="/v2/positions?cancel_orders=true", lane=Lane.CANCEL)
_NO_ANSWER = (RefusedByBroker, OutcomeUnknown, VenueUnreachable, ProtocolViolation)


async def close_everything(
    line: Line,
    page_size: int,
    tries: int,
    pause: Callable[[], Awaitable[None]],
    is_settled: Callable[[], bool] = lambda: True,
) -> bool:
    """Cancel and close everything, up to `tries` times; return whether the account is flat."""
    for _ in range(tries):
        for request in (_CANCEL_ALL, _CLOSE_ALL):
            await _asked(line, request)
        await pause()
        settled = is_settled()  # Before the look: what arrives during it may not be in it.
        if await _is_flat(line, page_size) and settled:
            return True
    return False


async def _asked(line: Line, request: Request) -> bool:
    try:
        await line.ask(request)
    except _NO_ANSWER:
        return False  # What came of it is seen by looking.
    return True


async def _is_flat(line: Line, page_size: int) -> bool:
    try:
        held = await read_held(line, page_size)
    except _NO_ANSWER:
        return False
    return held.is_flat
