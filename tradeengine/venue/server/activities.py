"""
Account activities: fills, cash transfers, and the journal entry that brought the cash.

Rows are in the order of time; `page_token` is the id of the last row seen. The opening
entry is older than every fill, so it ends a descending list and begins an
ascending one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta

from tradeengine.model.instants import instant_of
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.exchange.queries import FILL
from tradeengine.venue.records import Transfer
from tradeengine.venue.server.json_value import Json, JsonObject
from tradeengine.venue.server.parse import (
    DIRECTIONS,
    choice_in,
    count_in,
    day_in,
    instant_in,
    malformed,
    names_in,
)
from tradeengine.venue.server.wire_trading import activity, transfer

_MOST = 100
_OPENING = "JNLC"
_CASH = (_OPENING, "CSD", "CSW")
_CATEGORIES = {"trade_activity": (FILL,), "non_trade_activity": _CASH}
_MIDNIGHT = time(0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for; `after` and `until` are exclusive instants."""

    types: tuple[str, ...]
    order_id: str | None
    after: int | None
    until: int | None
    direction: str
    page_size: int
    page_token: str | None

    @classmethod
    def of(cls, query: Mapping[str, str], type_in_path: str | None) -> "Wanted":
        """Read the parameters. Raises Refused."""
        types = (type_in_path,) if type_in_path else names_in(query, "activity_types")
        category = query.get("category")
        if category:
            if types:
                raise malformed("activity_types and category cannot be used together")
            if category not in _CATEGORIES:
                raise malformed(f"invalid category: {category}")
            types = _CATEGORIES[category]
        after, until = instant_in(query, "after"), instant_in(query, "until")
        day = day_in(query, "date")
        if day is not None:
            after = instant_of(day, _MIDNIGHT) - 1
            until = instant_of(day + timedelta(days=1), _MIDNIGHT)
        return cls(
            types=types or (FILL, *_CASH),
            order_id=query.get("order_id") or None,
            after=after,
            until=until,
            direction=choice_in(query, "direction", DIRECTIONS, "desc"),
            page_size=count_in(query, "page_size", _MOST, _MOST),
            page_token=query.get("page_token") or None,
        )

    @property
    def descending(self) -> bool:
        """Whether the newest rows come first."""
        return self.direction == "desc"

    def is_past(self, opening: JsonObject) -> bool:
        """Say whether the last row seen was the oldest there is."""
        return self.descending and self.page_token == opening["id"]

    def takes_opening(self, opening: JsonObject, opened_at: int) -> bool:
        """Say whether the journal entry belongs on this page, if the page has room."""
        if _OPENING not in self.types or self.order_id is not None:
            return False
        late = self.after is not None and opened_at <= self.after
        early = self.until is not None and opened_at >= self.until
        seen = self.page_token is not None and not self.descending
        return not (late or early or seen or self.is_past(opening))


def activities(
    exchange: Exchange, account_id: str, opening: JsonObject, opened_at: int, wanted: Wanted
) -> list[Json]:
    """Give a page of an account's activities; `opening` is its journal entry."""
    shown: list[Json] = []
    if not wanted.is_past(opening):
        rows = exchange.activities(
            account_id,
            kinds=wanted.types,
            order_id=wanted.order_id,
            after=wanted.after,
            until=wanted.until,
            direction=wanted.direction,
            page_size=wanted.page_size,
            page_token=wanted.page_token,
        )
        shown = [transfer(row) if isinstance(row, Transfer) else activity(row) for row in rows]
    if not wanted.takes_opening(opening, opened_at):
        return shown
    rows_in_order = [*shown, opening] if wanted.descending else [opening, *shown]
    return rows_in_order[: wanted.page_size]
