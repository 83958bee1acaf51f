"""The desk's own suppliers for a refresh of the universe."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tradeengine.options import Options
from tradeengine.quant.live_desk import open_desk
from tradeengine.quant.universe_suppliers import Suppliers


@asynccontextmanager
async def open_suppliers(options: Options) -> AsyncIterator[Suppliers]:
    """Open the sources of the chosen venue for the length of a block. Raises BadConfiguration."""
    async with open_desk(options) as desk:
        yield desk.suppliers()
