"""
Alpaca itself, paper or live, or a venue that runs as a process of its own.

A venue of ours may run at its own speed and in the past: its clock is asked for
once, and its speed is in the header `X-Venue-Speed`. Alpaca has neither: there
the machine's clock counts, and it must agree with the broker's.
"""

import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf
from urllib.parse import urlsplit

import aiohttp
import msgspec

from tradeengine.broker.access import AlpacaAccess
from tradeengine.broker.wire import UNREADABLE
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import Clock, ScaledClock, SystemClock
from tradeengine.errors import BadConfiguration, RefusedByBroker, VenueUnreachable
from tradeengine.model.instants import NANOS, new_york, parse_instant
from tradeengine.model.sessions import (
    OutsideCalendar,
    Session,
    next_session,
    previous_session,
    session_on,
)
from tradeengine.options import Options
from tradeengine.run.edges import Durable, Edges, World
from tradeengine.settings import Settings, VenueChoice, VenueKind, check_live_account
from tradeengine.venue.server.auth import ApiKey
from tradeengine.venue.server.rest_calendar import SPEED_HEADER
from tradeengine.worlds.own_market import ACCOUNT
from tradeengine.worlds.socket_edges import Addresses, SocketEdges

LARGEST_SKEW_SECONDS = 1.0
"""How far the machine's clock may be from the broker's."""

_ASK_SECONDS = 10.0
_BLOCKS = ("trading_blocked", "account_blocked", "trade_suspended_by_user")
_PAPER = "https://paper-api.alpaca.markets"
_LIVE = "https://api.alpaca.markets"
_DATA = "https://data.alpaca.markets"
_DATA_STREAM = "wss://stream.data.alpaca.markets"


class _ClockBody(msgspec.Struct):
    timestamp: str


class _AccountBody(msgspec.Struct):
    account_number: str
    trading_blocked: bool | None = None
    account_blocked: bool | None = None
    trade_suspended_by_user: bool | None = None


@dataclass(frozen=True, slots=True)
class BrokerClock:
    """What the broker's clock reads (ns UTC), and how fast it runs."""

    at: int
    speed: float


@asynccontextmanager
async def remote_world(options: Options, say: Callable[[str], None]) -> AsyncIterator[World]:
    """Reach the venue, read its clock and find today's session. Raises TradeEngineError."""
    addresses = addresses_of(options.settings, options.choice, options.seed)
    say(f"reaching {addresses.access.trading_url}")
    clock = _agreed_clock(options, await ask_clock(addresses.access))
    session = _session_at(clock.now())
    # Before anything could trade: are these the keys of the account that was meant?
    account = await _ask_account(addresses.access)
    number = account.account_number
    if options.choice.kind is VenueKind.LIVE:
        check_live_account(options.settings, number)
    _refuse_blocked(account)

    def connect(inbox: Inbox, durable: Durable) -> Edges:
        symbols = _symbols(options)
        since = previous_session(session.date).close_at
        return SocketEdges(
            options, session, symbols, addresses, clock, inbox, durable, flows_since=since
        )

    yield World(
        venue=options.choice.url or options.choice.kind.value,
        run_tag=_unique_tag(),
        clock=clock,
        session=session,
        symbols=_symbols(options),
        quiescence=None,
        speed=clock.speed if isinstance(clock, ScaledClock) else 1.0,
        connect=connect,
        fresh_account=False,
        account_number=number,
    )


async def account_to_trade(options: Options) -> str:
    """
    Ask whose account a run is to trade, "" on a market that begins with the run.

    Raises VenueUnreachable, RefusedByBroker, BadConfiguration.
    """
    if options.choice.has_own_account:
        return ""
    access = addresses_of(options.settings, options.choice, options.seed).access
    await ask_clock(access)  # Whoever has no clock is no venue, and is told as that.
    return await ask_account_number(access)


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


async def ask_clock(access: AlpacaAccess) -> BrokerClock:
    """Read the broker's clock. Raises VenueUnreachable, RefusedByBroker, BadConfiguration."""
    headers, body = await _ask(access, "/v2/clock")
    return read_clock(body, headers.get(SPEED_HEADER, "1"), f"{access.trading_url}/v2/clock")


def read_clock(body: bytes, speed: str, place: str) -> BrokerClock:
    """Read what a clock says. Raises VenueUnreachable, naming the place."""
    try:
        at = parse_instant(msgspec.json.decode(body, type=_ClockBody).timestamp)
        return BrokerClock(at, _speed(speed))
    except (*UNREADABLE, ValueError) as error:
        raise VenueUnreachable(f"{place} says what is no clock: {error}") from None


async def ask_account_number(access: AlpacaAccess) -> str:
    """Read whose keys these are. Raises VenueUnreachable, RefusedByBroker, BadConfiguration."""
    return (await _ask_account(access)).account_number


async def _ask_account(access: AlpacaAccess) -> _AccountBody:
    _, body = await _ask(access, "/v2/account")
    return _read_account(body, f"{access.trading_url}/v2/account")


def read_account_number(body: bytes, place: str) -> str:
    """Read whose account it is. Raises VenueUnreachable, naming the place."""
    return _read_account(body, place).account_number


def _read_account(body: bytes, place: str) -> _AccountBody:
    try:
        return msgspec.json.decode(body, type=_AccountBody)
    except UNREADABLE as error:
        raise VenueUnreachable(f"{place} says what is no account: {error}") from None


def _refuse_blocked(account: _AccountBody) -> None:
    """Refuse an account whose every order would be refused. Raises BadConfiguration."""
    blocks = [name for name in _BLOCKS if getattr(account, name)]
    if blocks:
        raise BadConfiguration(
            f"account {account.account_number}",
            f"may place no orders: the broker says {' and '.join(blocks)}",
            "mend it on the broker's own page (trade_suspended_by_user is a setting there), or ask"
            " the broker why",
        )


async def _ask(access: AlpacaAccess, path: str) -> tuple[Mapping[str, str], bytes]:
    url = f"{access.trading_url}{path}"
    timeout = aiohttp.ClientTimeout(total=_ASK_SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as http,
            # The keys go to the venue that was named, and to nobody it points at.
            http.get(url, headers=access.headers(), allow_redirects=False) as answer,
        ):
            body = await answer.read()
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise VenueUnreachable(
            f"{access.trading_url} does not answer: {_why(error)}\n  remedy: is the address right"
            " and the network up? `tradeengine venue` starts a venue and prints its URL"
        ) from None
    if answer.status in (401, 403):
        raise BadConfiguration(
            "ALPACA_API_KEY",
            f"{access.trading_url} does not accept the keys (HTTP {answer.status})",
            "check both keys in .env, and that they are of this kind of account; a venue of your"
            " own prints its keys, which its --seed makes",
        )
    if answer.status != 200:
        text = body.decode(errors="replace")[:200]
        raise RefusedByBroker(answer.status, 0, f"{url}: {text}")
    return answer.headers, body


def _why(error: Exception) -> str:
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    if isinstance(cause, ConnectionRefusedError):
        return "nobody listens there"
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed < inf:
        raise ValueError(f"{SPEED_HEADER} is {text}")
    return speed


def _agreed_clock(options: Options, broker: BrokerClock) -> Clock:
    if options.choice.kind is VenueKind.URL:
        return ScaledClock(broker.at, broker.speed)
    skew = abs(SystemClock().now() - broker.at) / NANOS
    if skew > LARGEST_SKEW_SECONDS:
        raise BadConfiguration(
            "the machine's clock",
            f"is {skew:.1f} s away from the broker's",
            "set it right (for example: timedatectl set-ntp true), then start again",
        )
    return SystemClock()


def _session_at(now: int) -> Session:
    """Find the session that is on or comes next. Raises BadConfiguration."""
    try:
        today = session_on(new_york(now).date())
        return today if today is not None and now < today.close_at else next_session(now)
    except OutsideCalendar as error:
        raise BadConfiguration("the venue's date", str(error), "update tradeengine") from None


def _symbols(options: Options) -> tuple[str, ...]:
    canary = options.settings.feed.canary
    return tuple(dict.fromkeys((canary, *sorted(options.plan.symbols))))


def _unique_tag() -> str:
    """A tag that no other run on the account has: host and the start in milliseconds."""
    started = SystemClock().now() // 1_000_000
    return f"{socket.gethostname()[:8]}{started:x}".replace("-", "")
