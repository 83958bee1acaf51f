"""
The desk's own suppliers for a refresh of the universe.

The bars, the reference data and the fundamentals come from pieces of their own; here they are
joined into the narrow `Suppliers` that a refresh asks.
"""

from contextlib import AbstractAsyncContextManager

from tradeengine.errors import BadConfiguration
from tradeengine.options import Options
from tradeengine.quant.universe_suppliers import Suppliers


def open_suppliers(options: Options) -> AbstractAsyncContextManager[Suppliers]:
    """Open the sources of the chosen venue for the length of a block. Raises BadConfiguration."""
    raise BadConfiguration(
        f"tradeengine refresh-universe ({options.choice.kind.value})",
        "this release has no daily bars and fundamentals to choose from",
        "until it has, edit config/session_plan.yaml: symbols, regime and valuations by hand",
    )
