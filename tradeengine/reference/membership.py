"""
Who was in the S&P 500 on a day: the members of 2004-12-30 and every change since.

A change takes effect on its date: who was added that day is a member on it. Tickers are those
of the day from 2019 on. Before, a company that changed its ticker without leaving the index
may stand under a later one (`AABA` is Yahoo, `BHGE` Baker Hughes), and one that went bankrupt
under the ticker it had then (`MTLQQ` is the General Motors of 2009): `renames.py` helps to find
bars of the first kind.
"""

from datetime import date
from functools import cache

from tradeengine.errors import BadConfiguration
from tradeengine.reference.tables import rows_of

FIRST_DAY = date(2004, 12, 30)

LAST_DAY = date(2026, 6, 30)
"""The last change that we know of; later days have the members of this one."""


def members_on(day: date) -> frozenset[str]:
    """
    Give the members of a day, about 500 tickers; changes after it are not looked at.

    Raises BadConfiguration for a day before `FIRST_DAY`.
    """
    if day < FIRST_DAY:
        raise BadConfiguration(
            "members of the index",
            f"are known from {FIRST_DAY} on, not of {day}",
            "choose a later day",
        )
    members = {row["ticker"] for row in rows_of("sp500_2004_12_30.csv")}
    for at, is_added, ticker in _changes():
        if at > day:
            break
        if is_added:
            members.add(ticker)
        else:
            members.discard(ticker)
    return frozenset(members)


@cache
def _changes() -> tuple[tuple[date, bool, str], ...]:
    """Give the changes in the order in which they apply: when, added or removed, who."""
    return tuple(
        (date.fromisoformat(row["date"]), row["action"] == "added", row["ticker"])
        for row in rows_of("sp500_changes.csv")
    )
