"""The market of the embedded venue: a tape of quotes, trades and bars, made from data."""

from tradeengine.venue.market.archive import Archive, Daily, shipped_archive
from tradeengine.venue.market.instruments import Instrument
from tradeengine.venue.market.market import Market, Timeframe
from tradeengine.venue.market.messages import MarketMessage, Tick
from tradeengine.venue.market.open_market import generated_market, recorded_market

__all__ = [
    "Archive",
    "Daily",
    "Instrument",
    "Market",
    "MarketMessage",
    "Tick",
    "Timeframe",
    "generated_market",
    "recorded_market",
    "shipped_archive",
]
