"""Our own venue's day: session, market and exchange, as the options ask for them."""

from collections.abc import Callable
from dataclasses import dataclass

from tradeengine.errors import BadConfiguration
from tradeengine.model.sessions import Session
from tradeengine.options import Options
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.market.market import Market
from tradeengine.venue.market.open_market import recorded_market, unlisted
from tradeengine.worlds.addresses import ACCOUNT
from tradeengine.worlds.own_hours import own_hours


@dataclass(frozen=True, slots=True)
class OwnMarket:
    """A day of our own venue, ready to begin at `start` (ns UTC)."""

    session: Session
    market: Market
    exchange: Exchange
    symbols: tuple[str, ...]
    start: int
    run_tag: str


def open_own_market(options: Options, say: Callable[[str], None]) -> OwnMarket:
    """
    Make the day's market and an exchange with a fresh account. Raises BadConfiguration.

    `say` hears which symbols of the plan were not traded on the day.
    """
    hours = own_hours(options)
    venue = options.settings.venue
    canary = options.settings.feed.canary
    wanted = venue.symbols or tuple(dict.fromkeys((canary, *_planned(options, say))))
    market = _market(options, wanted)
    exchange = Exchange(market, parameters=venue, seed=options.seed, start=hours.start)
    exchange.open_account(ACCOUNT)
    # Equal runs have equal tags, so that their order names, and so their decisions, are equal.
    tag = f"{options.date:%y%m%d}s{options.seed}"
    return OwnMarket(hours.session, market, exchange, wanted, hours.start, tag)


def _planned(options: Options, say: Callable[[str], None]) -> list[str]:
    """
    Give the plan's symbols, without those that were not traded on the day.

    A plan may be of another time: a share may not have been listed yet. A symbol that
    nobody knows is left in, to be refused, and so are all when none was traded.
    """
    planned = sorted(options.plan.symbols)
    absent = unlisted(options.date, planned)
    if not absent or len(absent) == len(planned):
        return planned
    say(f"no market data of {', '.join(absent)} on {options.date}: not traded in this session")
    return [symbol for symbol in planned if symbol not in absent]


def _market(options: Options, wanted: tuple[str, ...]) -> Market:
    try:
        return recorded_market(options.date, wanted, options.seed)
    except BadConfiguration as error:
        if options.settings.venue.symbols or error.place != "venue.symbols":
            raise
        # The operator did not choose symbols for the venue: they are those of the plan.
        raise BadConfiguration("symbols of the session plan", error.problem, error.remedy) from None
