"""Open a market: recorded days for trading, invented ones for load."""

from collections.abc import Sequence
from datetime import date, time
from typing import Final

from tradeengine.errors import BadConfiguration
from tradeengine.model.instants import instant_of
from tradeengine.model.sessions import Session, next_session, session_on
from tradeengine.venue.market.archive import Archive, shipped_archive
from tradeengine.venue.market.generated import GeneratedDays, Load
from tradeengine.venue.market.instruments import Instrument, asset_id_of
from tradeengine.venue.market.market import Market
from tradeengine.venue.market.recorded import RecordedDays

MOST_GENERATED: Final = 26**3


def recorded_market(
    day: date, symbols: Sequence[str] | None, seed: int, archive: Archive | None = None
) -> Market:
    """
    Open a market on a real day; None means all symbols we have data of.

    Raises BadConfiguration when the exchange is closed on the day or a symbol
    has no data on it.
    """
    shelf = shipped_archive() if archive is None else archive
    session = _session(day)
    require_data(day, shelf)
    traded = shelf.traded_on(day)
    known = {symbol: i for symbol, i in shelf.instruments.items() if symbol in traded}
    chosen = tuple(known) if symbols is None else tuple(dict.fromkeys(symbols))
    unknown = [symbol for symbol in chosen if symbol not in known]
    if unknown:
        raise BadConfiguration(
            "venue.symbols",
            f"no market data of {', '.join(unknown)} on {day}",
            f"choose from {', '.join(known)}",
        )
    instruments = {symbol: known[symbol] for symbol in chosen}
    return Market(session, instruments, RecordedDays(shelf, seed), frozenset(shelf.instruments))


def require_data(day: date, archive: Archive | None = None) -> None:
    """Raise BadConfiguration when the day is outside of all that we have data of."""
    shelf = shipped_archive() if archive is None else archive
    spans = shelf.spans()
    if not any(first <= day <= last for first, last in spans):
        raise BadConfiguration(
            "venue.date",
            f"there is no market data of {day}",
            "choose a trading day " + " or ".join(f"from {a} to {b}" for a, b in spans),
        )


def unlisted(day: date, symbols: Sequence[str], archive: Archive | None = None) -> tuple[str, ...]:
    """Give those of `symbols` that we know, but of which there is no bar of a day."""
    shelf = shipped_archive() if archive is None else archive
    traded = shelf.traded_on(day)
    return tuple(s for s in symbols if s in shelf.instruments and s not in traded)


def market_of_history(day: date, archive: Archive | None = None) -> Market:
    """
    Open a market in which nothing trades, for those who only read what was before a day.

    The session is the day's, or the next one. Raises OutsideCalendar.
    """
    shelf = shipped_archive() if archive is None else archive
    session = session_on(day) or next_session(instant_of(day, time(0)))
    return Market(session, {}, RecordedDays(shelf, 0), frozenset(shelf.instruments))


def generated_market(symbols: int, rate_per_second: float, seed: int, day: date) -> Market:
    """
    Open a market of so many invented symbols and about so many messages a second.

    Quotes, trades and bars count. Raises BadConfiguration on a number that
    cannot be or a day on which the exchange is closed.
    """
    if not 1 <= symbols <= MOST_GENERATED or not rate_per_second > 0:
        raise BadConfiguration(
            "venue.load",
            f"{symbols} symbols at {rate_per_second} messages a second cannot be",
            f"1 to {MOST_GENERATED} symbols and a rate above zero",
        )
    load, session = Load(symbols, rate_per_second), _session(day)
    instruments = {
        name: Instrument(name, asset_id_of(name), f"Invented share {name}", "NYSE")
        for name in load.names()
    }
    return Market(session, instruments, GeneratedDays(load, session, seed))


def _session(day: date) -> Session:
    session = session_on(day)
    if session is None:
        raise BadConfiguration("venue.date", f"the exchange is closed on {day}")
    return session
