"""
The worlds a run can trade in: each gives its clock, its session and its edges.

    embedded.py        our own venue in the same loop, over real sockets
    simulated.py       the same market and matching without sockets
    remote.py          Alpaca paper or live, or a venue in a process of its own
    socket_edges.py    feed and broker over Alpaca's protocol (all but simulated)
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from tradeengine.options import Options
from tradeengine.run.edges import World
from tradeengine.settings import VenueKind

OpenWorld = Callable[[Options, Callable[[str], None]], AbstractAsyncContextManager[World]]
"""Opens a world for the length of a block; what it has to say meanwhile goes to the second."""


@asynccontextmanager
async def open_world(options: Options, say: Callable[[str], None]) -> AsyncIterator[World]:
    """Open the chosen world for the length of a block. Raises TradeEngineError."""
    match options.choice.kind:
        case VenueKind.EMBEDDED:
            from tradeengine.worlds.embedded import embedded_world as opened
        case VenueKind.SIMULATED:
            from tradeengine.worlds.simulated import simulated_world as opened
        case _:
            from tradeengine.worlds.remote import remote_world as opened
    async with opened(options, say) as world:
        yield world
