"""
When an order may trade, and when it ends.

An order belongs to a window of a session: the regular hours, or with
`extended_hours` 04:00 to 20:00. Sent after its window it waits for the next
session's. Auction orders have windows of their own, with hours in which they
are refused.
"""

from dataclasses import dataclass
from datetime import time, timedelta

from tradeengine.model.instants import MINUTE, instant_of, new_york
from tradeengine.model.sessions import Session, next_session, session_on
from tradeengine.venue.records import OrderRequest, Refused

GTC_DAYS = 90
"""Calendar days a gtc order lives (docs: aged orders are cancelled after 90 days)."""

AUCTION_DAY_ENDS = time(19, 0)
"""From then on auction orders are for the next session."""

OPG_LEAD = 2 * MINUTE
"""Opening-auction orders are refused from 09:28."""

CLS_LEAD = 10 * MINUTE
"""Closing-auction orders are refused from 15:50 (docs; the message says 3:55pm)."""

OPG_WINDOW = MINUTE
"""How long an opening order waits for the opening print before it is cancelled."""


@dataclass(frozen=True, slots=True)
class Timing:
    """`opens_at` is when the order may reach the exchange, `expires_at` when it ends."""

    opens_at: int
    expires_at: int


def session_at(now: int) -> Session:
    """Give the session an instant belongs to: today's until its post close, else the next."""
    today = session_on(new_york(now).date())
    if today is not None and now < today.post_close_at:
        return today
    return next_session(now)


def window(session: Session, extended: bool) -> tuple[int, int]:
    """Give the start and the end of trading in a session."""
    if extended:
        return session.pre_open_at, session.post_close_at
    return session.open_at, session.close_at


def timing(request: OrderRequest, now: int, session: Session) -> Timing:
    """Time an order sent now. Raises Refused outside an auction's hours."""
    if request.time_in_force == "opg":
        return _opening(now, session)
    if request.time_in_force == "cls":
        return _closing(now, session)
    opens_at, closes_at = window(session, request.extended_hours)
    if now >= closes_at:
        opens_at, closes_at = window(next_session(session.open_at), request.extended_hours)
    if request.time_in_force == "gtc":
        closes_at = gtc_end(now)
    return Timing(opens_at, closes_at)


def gtc_end(now: int) -> int:
    """Give the end of a gtc order: 16:00 New York, 90 days on."""
    return instant_of(new_york(now).date() + timedelta(days=GTC_DAYS), time(16, 0))


def _opening(now: int, session: Session) -> Timing:
    session = _auction_session(
        now,
        session,
        session.open_at - OPG_LEAD,
        "opg orders must be submitted after 7:00pm and before 9:28am",
    )
    return Timing(session.pre_open_at, session.open_at + OPG_WINDOW)


def _closing(now: int, session: Session) -> Timing:
    session = _auction_session(
        now,
        session,
        session.close_at - CLS_LEAD,
        "cls orders must be submitted after 7:00pm and before 3:55pm",
    )
    return Timing(session.pre_open_at, session.close_at)


def _auction_session(now: int, session: Session, deadline: int, words: str) -> Session:
    if now < deadline:
        return session
    if now < instant_of(session.date, AUCTION_DAY_ENDS):
        raise Refused(403, 40310000, words)
    return next_session(session.open_at)
