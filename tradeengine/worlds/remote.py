"""
Alpaca itself, paper or live, or a venue that runs as a process of its own.

A venue of ours may run at its own speed and in the past: its clock is asked for
once, and its speed is in the header `X-Venue-Speed`. Alpaca has neither: there
the machine's clock counts, and it must agree with the broker's.
"""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tradeengine.bus.inbox import Inbox
from tradeengine.clock import Clock, ScaledClock, SystemClock
from tradeengine.errors import BadConfiguration
from tradeengine.model.instants import NANOS, new_york
from tradeengine.model.sessions import (
    OutsideCalendar,
    Session,
    next_session,
    previous_session,
    session_on,
)
from tradeengine.options import Options
from tradeengine.run.edges import Durable, Edges, World
from tradeengine.settings import VenueKind, check_live_account
from tradeengine.worlds.addresses import addresses_of
from tradeengine.worlds.asking import AccountBody, BrokerClock, ask_account, ask_clock
from tradeengine.worlds.socket_edges import SocketEdges

LARGEST_SKEW_SECONDS = 1.0
"""How far the machine's clock may be from the broker's."""

_BLOCKS = ("trading_blocked", "account_blocked", "trade_suspended_by_user")


@asynccontextmanager
async def remote_world(options: Options, say: Callable[[str], None]) -> AsyncIterator[World]:
    """Reach the venue, read its clock and find today's session. Raises TradeEngineError."""
    addresses = addresses_of(options.settings, options.choice, options.seed)
    say(f"reaching {addresses.access.trading_url}")
    clock = _agreed_clock(options, await ask_clock(addresses.access))
    session = _session_at(clock.now())
    # Before anything could trade: are these the keys of the account that was meant?
    account = await ask_account(addresses.access)
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


def _refuse_blocked(account: AccountBody) -> None:
    """Refuse an account whose every order would be refused. Raises BadConfiguration."""
    blocks = [name for name in _BLOCKS if getattr(account, name)]
    if blocks:
        raise BadConfiguration(
            f"account {account.account_number}",
            f"may place no orders: the broker says {' and '.join(blocks)}",
            "mend it on the broker's own page (trade_suspended_by_user is a setting there), or ask"
            " the broker why",
        )


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
