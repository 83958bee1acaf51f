"""What is asked of a venue before anything is connected: its clock, and whose the keys are."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import aiohttp
import msgspec

from tradeengine.broker.access import AlpacaAccess
from tradeengine.broker.wire import UNREADABLE
from tradeengine.errors import BadConfiguration, RefusedByBroker, VenueUnreachable
from tradeengine.model.instants import parse_instant
from tradeengine.options import Options
from tradeengine.venue.server.headers import SPEED_HEADER
from tradeengine.worlds.addresses import ALPACA, addresses_of

_ASK_SECONDS = 10.0


class _ClockBody(msgspec.Struct):
    timestamp: str


class AccountBody(msgspec.Struct):
    account_number: str
    trading_blocked: bool | None = None
    account_blocked: bool | None = None
    trade_suspended_by_user: bool | None = None


@dataclass(frozen=True, slots=True)
class BrokerClock:
    """What the broker's clock reads (ns UTC), and how fast it runs."""

    at: int
    speed: float


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
    return (await ask_account(access)).account_number


async def ask_account(access: AlpacaAccess) -> AccountBody:
    _, body = await _ask(access, "/v2/account")
    return _read_account(body, f"{access.trading_url}/v2/account")


def read_account_number(body: bytes, place: str) -> str:
    """Read whose account it is. Raises VenueUnreachable, naming the place."""
    return _read_account(body, place).account_number


def _read_account(body: bytes, place: str) -> AccountBody:
    try:
        return msgspec.json.decode(body, type=AccountBody)
    except UNREADABLE as error:
        raise VenueUnreachable(f"{place} says what is no account: {error}") from None


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
            f"{access.trading_url} does not answer: {_why(error)}\n"
            f"  remedy: {_remedy(access.trading_url)}"
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


def _remedy(url: str) -> str:
    if url in ALPACA:
        return (
            "is the network up, with no proxy or firewall in the way?"
            " https://status.alpaca.markets says whether Alpaca is"
        )
    return (
        "is the address right and the network up? `tradeengine venue` starts a venue and prints"
        " its URL"
    )


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed < inf:
        raise ValueError(f"{SPEED_HEADER} is {text}")
    return speed
