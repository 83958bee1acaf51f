"""Where the venue of a run is, and the keys that open it."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from tradeengine.broker.access import AlpacaAccess
from tradeengine.errors import BadConfiguration
from tradeengine.settings import Settings, VenueChoice, VenueKind
from tradeengine.venue.server.auth import ApiKey

ACCOUNT = "engine"
"""The account that a run trades on a venue of ours."""

_PAPER = "https://paper-api.alpaca.markets"
_LIVE = "https://api.alpaca.markets"
ALPACA = frozenset({_PAPER, _LIVE})
"""Where Alpaca's own accounts are asked."""

_DATA = "https://data.alpaca.markets"
_DATA_STREAM = "wss://stream.data.alpaca.markets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the venue is, with the keys."""

    access: AlpacaAccess
    data_url: str
    data_stream: str


def addresses_of(settings: Settings, choice: VenueChoice, seed: int) -> Addresses:
    """Give the addresses and keys of the chosen venue; `seed` is that of a venue of ours."""
    kind = choice.kind
    tape = settings.feed.feed.value
    if kind is VenueKind.URL:
        return _url_addresses(settings, choice.url, seed)
    key, secret = _keys(settings)
    host = _LIVE if kind is VenueKind.LIVE else _PAPER
    return Addresses(
        access=AlpacaAccess(
            trading_url=host,
            stream_url=f"{host.replace('https', 'wss', 1)}/stream",
            key=key,
            secret=secret,
        ),
        data_url=_DATA,
        data_stream=f"{_DATA_STREAM}/v2/{tape}",
    )


def _url_addresses(settings: Settings, url: str, seed: int) -> Addresses:
    """A venue of our own serves everything at one place, with keys made from its seed."""
    sockets = urlsplit(url)._replace(scheme="wss" if url.startswith("https") else "ws").geturl()
    made = ApiKey.made_from(seed, ACCOUNT)
    given = settings.secrets.alpaca_api_key is not None
    key, secret = _keys(settings) if given else (made.key, made.secret)
    return Addresses(
        access=AlpacaAccess(
            trading_url=url, stream_url=f"{sockets}/stream", key=key, secret=secret
        ),
        data_url=url,
        data_stream=f"{sockets}/v2/{settings.feed.feed.value}",
    )


def _keys(settings: Settings) -> tuple[str, str]:
    key, secret = settings.secrets.alpaca_api_key, settings.secrets.alpaca_secret_key
    if key is None or secret is None:
        raise BadConfiguration("ALPACA_API_KEY", "is not set", "see .env.example")
    return key.get_secret_value(), secret.get_secret_value()
