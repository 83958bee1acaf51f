"""
One question to REST when a channel is silent: has anything happened meanwhile?

It asks for the latest trade, quote or bar of our symbols (of bars, the canary's too), on
the same tape as the stream, once, without retries.
"""

import asyncio
from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct, field

from tradeengine.errors import RefusedByBroker, VenueUnreachable
from tradeengine.feed.channels import Channel
from tradeengine.feed.codec import UNREADABLE
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.rest import DataRest
from tradeengine.feed.stamps import Stamp, instant_of
from tradeengine.feed.suspicion import Probe
from tradeengine.model.instants import format_instant


class _Latest(Struct):
    stamp: Stamp = field(name="t")


Rows = dict[str, Raw]


class _AllLatest(Struct):
    trades: Rows = {}
    quotes: Rows = {}
    bars: Rows = {}


async def ask(
    rest: DataRest, parameters: FeedParameters, symbols: Sequence[str], channel: Channel
) -> Probe:
    """Ask for the newest of a channel. Never raises for what the peer does."""
    kind = Channel.TRADES if channel is Channel.FEED else channel
    asked = set(symbols[: parameters.symbols_per_request])
    if kind is Channel.BARS:
        asked.add(parameters.canary)
    query = {"symbols": ",".join(sorted(asked)), "feed": parameters.feed.value}
    try:
        async with asyncio.timeout(parameters.probe_timeout_seconds):
            body = await rest.get(f"/v2/stocks/{kind}/latest", query, attempts=1)
        rows: Rows = getattr(msgspec.json.decode(body, type=_AllLatest), kind)
    except TimeoutError:
        return Probe(False, 0, "REST gave no answer in time either")
    except (RefusedByBroker, VenueUnreachable, *UNREADABLE) as error:
        return Probe(False, 0, f"REST gave no answer either: {error}")
    times = {symbol: _at(raw) for symbol, raw in rows.items()}
    newest = max(times, key=times.__getitem__, default="")
    if not newest:
        return Probe(True, 0, f"REST knows no {kind} at all")
    words = f"REST knows a {kind[:-1]} of {newest} at {format_instant(times[newest])}"
    return Probe(True, times[newest], words)


def _at(raw: Raw) -> int:
    try:
        return instant_of(msgspec.json.decode(raw, type=_Latest).stamp)
    except UNREADABLE:
        return 0
