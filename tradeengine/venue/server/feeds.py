"""Feeds of the data host, and market events as rows of one of them."""

from collections.abc import Mapping

from aiohttp import web

from tradeengine.model.events import Bar, Quote, Trade
from tradeengine.venue.market.instruments import Instrument
from tradeengine.venue.records import Refused
from tradeengine.venue.server.json_value import JsonObject
from tradeengine.venue.server.wire_market import (
    IEX_LETTER,
    LISTINGS,
    NO_LISTING,
    Listing,
    bar,
    quote,
    trade,
)

Tick = Bar | Quote | Trade

_FEEDS = ("sip", "iex", "otc", "boats", "delayed_sip", "overnight")


def feed_of(request: web.Request) -> str:
    """Read the feed of a request, by default the consolidated tape. Raises Refused."""
    feed = request.query.get("feed") or "sip"
    if feed not in _FEEDS:
        raise Refused(400, 40010001, f"invalid feed: {feed}")
    return feed


class Tapes:
    """Writes the rows of a feed: IEX prints carry IEX's letter, others their listing's."""

    def __init__(self, instruments: Mapping[str, Instrument]) -> None:
        self._listings = {
            symbol: LISTINGS.get(instrument.exchange, NO_LISTING)
            for symbol, instrument in instruments.items()
        }

    def listing(self, feed: str, symbol: str) -> Listing:
        """Give the letters that a symbol's prints carry on a feed."""
        listing = self._listings.get(symbol, NO_LISTING)
        return Listing(IEX_LETTER, listing.tape) if feed == "iex" else listing

    def row(self, feed: str, event: Tick) -> JsonObject:
        """Write an event as a REST row."""
        if isinstance(event, Bar):
            return bar(event)
        listing = self.listing(feed, event.symbol)
        return quote(event, listing) if isinstance(event, Quote) else trade(event, listing)
