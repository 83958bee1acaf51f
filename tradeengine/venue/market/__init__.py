"""The market of the embedded venue: a tape of quotes, trades and bars, made from data."""

from tradeengine.venue.market.archive import Archive, shipped_archive
from tradeengine.venue.market.daily import Daily
from tradeengine.venue.market.instruments import Instrument
from tradeengine.venue.market.market import Market, Timeframe
from tradeengine.venue.market.messages import MarketMessage, Tick
from tradeengine.venue.market.open_market import (
    generated_market,
    market_of_history,
    recorded_market,
)

__all__ = [
    "Archive",
    "Daily",
    "Instrument",
    "Market",
    "MarketMessage",
    "Tick",
    "Timeframe",
    "generated_market",
    "market_of_history",
    "recorded_market",
    "shipped_archive",
]
