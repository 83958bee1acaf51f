"""
The desk's own suppliers for a refresh of the universe.

The bars, the reference data and the fundamentals come from pieces of their own; here they are
joined into the narrow `Suppliers` that a refresh asks.
"""

from contextlib import AbstractAsyncContextManager

from tradeengine.errors import BadConfiguration
from tradeengine.layout import DeskFiles
from tradeengine.quant.universe_day import DeskDay
from tradeengine.quant.universe_suppliers import Suppliers
from tradeengine.settings import Settings


def open_suppliers(
    settings: Settings, desk: DeskFiles, day: DeskDay
) -> AbstractAsyncContextManager[Suppliers]:
    """Open the sources of an origin for the length of a block. Raises BadConfiguration."""
    raise BadConfiguration(
        f"tradeengine refresh-universe ({desk.origin}, {day.day}, {settings.config_file})",
        "this release has no daily bars and fundamentals to choose from",
        "until it has, edit config/session_plan.yaml: symbols, regime and valuations by hand",
    )
