"""
The kill switch: cancel all and close all at the broker, with no engine.

For the moment at which the engine is gone, hangs, or is not believed. It shares
nothing with it but the keys: its own process, its own connection, no journal, no
strategy. A running engine sees the halt file that is written first, and both close
the same account; the broker sells no share twice.
"""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import typer

from tradeengine.broker.budget import RequestBudget
from tradeengine.broker.kill import close_everything
from tradeengine.broker.line import Line
from tradeengine.broker.rest import RestClient
from tradeengine.broker.session_hours import read_time
from tradeengine.broker.snapshot import read_held
from tradeengine.clock import SystemClock
from tradeengine.errors import (
    BadConfiguration,
    ExitCode,
    OutcomeUnknown,
    ProtocolViolation,
    RefusedByBroker,
    VenueUnreachable,
)
from tradeengine.layout import Home
from tradeengine.run.lease import who_trades
from tradeengine.run.locking import broker_account
from tradeengine.settings import (
    Settings,
    VenueChoice,
    VenueKind,
    check_live_account,
    choose_venue,
    load_settings,
)
from tradeengine.worlds.addresses import addresses_of
from tradeengine.worlds.asking import ask_account_number

TRIES = 30
"""How often it asks, a pause apart, before it gives up."""

_TRIES_WHEN_CLOSED = 2
"""Each try makes the waiting orders anew, and none can be filled before the open."""

_NO_ANSWER = (RefusedByBroker, OutcomeUnknown, VenueUnreachable, ProtocolViolation)


def check_has_account(choice: VenueChoice) -> None:
    """Refuse a venue that ends with its run. Raises BadConfiguration."""
    if choice.has_own_account:
        raise BadConfiguration(
            "--at-broker",
            "the embedded venue's account is inside the run and ends with it",
            "without --at-broker the running engine flattens; or name --venue paper, live or a URL",
        )


def close_account(venue: str | None, home: Home, config: Path | None) -> ExitCode:
    """Close the account that the flags and `.env` name. Raises TradeEngineError."""
    settings = load_settings(home.root, config, os.environ)
    choice = choose_venue(venue, settings)
    check_has_account(choice)
    try:
        return asyncio.run(flatten_account(settings, choice, home, typer.echo))
    except VenueUnreachable:
        typer.echo("nothing was closed; close the account on the broker's own page", err=True)
        raise


async def flatten_account(
    settings: Settings, choice: VenueChoice, home: Home, say: Callable[[str], None]
) -> ExitCode:
    """
    Cancel and close everything in the account; say what is left, and who else trades there.

    Raises BadConfiguration for keys that are refused or an account that is not allowed,
    VenueUnreachable if nobody answers.
    """
    access = addresses_of(settings, choice, settings.venue.seed).access
    number = await ask_account_number(access)
    if choice.kind is VenueKind.LIVE:
        check_live_account(settings, number)
    say(f"account {number} at {access.trading_url}: cancelling and closing everything")
    if other := who_trades(broker_account(choice, number) or "", home):
        say(f"{other}; it may buy again: stop it with `tradeengine halt` and its --home")
    parameters = settings.broker
    budget = RequestBudget(parameters, SystemClock())
    size, pause = parameters.orders_page_size, parameters.retry_spacing_seconds[-1]
    async with RestClient(access, parameters, budget) as rest:
        line = Line(rest, budget, parameters, asyncio.sleep)
        is_closed = await _is_closed(line)
        tries = _TRIES_WHEN_CLOSED if is_closed else TRIES
        if await close_everything(line, size, tries, lambda: asyncio.sleep(pause)):
            say("flat: the broker reports no orders and no positions")
            return ExitCode.CLEAN
        say(await _left(line, size))
        if is_closed:
            say("the market is closed: closing orders wait at the broker for the open")
        return ExitCode.NOT_FLAT


async def _is_closed(line: Line) -> bool:
    """Tell whether the broker says that its market is closed; silence means that it is not."""
    try:
        return not (await read_time(line)).is_open
    except _NO_ANSWER:
        return False


async def _left(line: Line, page_size: int) -> str:
    try:
        held = await read_held(line, page_size)
    except _NO_ANSWER as error:
        return f"NOT known to be flat: {error}; look at the broker's own page"
    positions = [f"{row.qty} {row.symbol}" for row in held.positions]
    orders = [f"order {row.client_order_id or row.id} in {row.symbol}" for row in held.orders]
    left = ", ".join(positions + orders) or "rows that cannot be read"
    return f"NOT flat, left: {left}; look at the broker's own page"
