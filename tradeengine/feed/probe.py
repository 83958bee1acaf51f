"""
One question to REST when the stream is silent: has anybody traded meanwhile?

It asks for the latest trade of our symbols and of the canary, on the same tape
as the stream, once, without retries.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct, field

from tradeengine.errors import RefusedByBroker, VenueUnreachable
from tradeengine.feed.codec import UNREADABLE
from tradeengine.feed.liveness import Probe
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.rest import DataRest
from tradeengine.feed.stamps import Stamp, instant_of
from tradeengine.model.instants import format_instant


class _LatestTrade(Struct):
    stamp: Stamp = field(name="t")


class _LatestTrades(Struct):
    trades: dict[str, Raw]


async def ask(rest: DataRest, parameters: FeedParameters, symbols: Sequence[str]) -> Probe:
    """Ask for the newest trades. Never raises for what the peer does."""
    asked = sorted({*symbols[: parameters.symbols_per_request], parameters.canary})
    query = {"symbols": ",".join(asked), "feed": parameters.feed.value}
    try:
        body = await rest.get("/v2/stocks/trades/latest", query, attempts=1)
        trades = msgspec.json.decode(body, type=_LatestTrades).trades
    except (RefusedByBroker, VenueUnreachable, *UNREADABLE) as error:
        return Probe(False, 0, 0, f"REST gave no answer either: {error}")
    times = {symbol: _at(raw) for symbol, raw in trades.items()}
    newest = max(times, key=times.__getitem__, default="")
    if not newest:
        return Probe(True, 0, 0, "REST knows no trade at all")
    words = f"REST knows a trade of {newest} at {format_instant(times[newest])}"
    ours = [at for symbol, at in times.items() if symbol in symbols]
    return Probe(True, max(ours, default=0), times.get(parameters.canary, 0), words)


def _at(raw: Raw) -> int:
    try:
        return instant_of(msgspec.json.decode(raw, type=_LatestTrade).stamp)
    except UNREADABLE:
        return 0
