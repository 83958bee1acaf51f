"""
The desk's own stores behind `value` and `regime`.

Bars, rates, sectors and filings are kept by pieces of their own; here they are joined into
the narrow `DeskData` that a valuation asks.
"""

from tradeengine.errors import BadConfiguration
from tradeengine.layout import DeskFiles
from tradeengine.quant.desk_day import DeskDay
from tradeengine.quant.valuing import DeskData
from tradeengine.settings import Settings


def open_data(settings: Settings, desk: DeskFiles, day: DeskDay) -> DeskData:
    """Open what a desk has stored. Raises BadConfiguration."""
    raise BadConfiguration(
        f"{desk.bars} ({day.day}, {settings.config_file or 'no configuration'})",
        "this release keeps no daily bars and filings yet",
        "until it does, edit config/session_plan.yaml: symbols, regime and valuations by hand",
    )
