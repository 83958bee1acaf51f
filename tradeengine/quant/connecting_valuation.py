"""The desk's own stores behind `value` and `regime`."""

from tradeengine.layout import DeskFiles
from tradeengine.quant.desk_day import DeskDay
from tradeengine.quant.stored_desk import MARKET, StoredDesk
from tradeengine.quant.valuing import DeskData
from tradeengine.settings import Settings


def open_data(settings: Settings, desk: DeskFiles, day: DeskDay) -> DeskData:
    """Open what a desk has stored, for the session of a day. Raises BadConfiguration."""
    return data_of(StoredDesk(settings, desk), day)


def data_of(stored: StoredDesk, day: DeskDay) -> DeskData:
    """Give what a valuation asks: of the members that traded on the day before."""
    return DeskData(
        inputs_on=lambda asked: stored.inputs_on(stored.companies_on(day.day), asked),
        read_panel=stored.read_panel,
        rate_on=stored.rate_on,
        sector_of=stored.sector_of,
        screen=stored.screen,
        market=MARKET,
    )
