"""Splits become ratios of small whole numbers."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

import pytest

from tradeengine.venue.market import Daily, Market
from tradeengine.venue.server.corporate_actions import corporate_actions


class Shelf:
    """A market that knows one daily bar."""

    symbols = ("AAPL",)
    listed = frozenset(("AAPL",))

    def __init__(self, split: float) -> None:
        self._bar = Daily(date(2020, 8, 31), 1.0, 1.0, 1.0, 1.0, 1, split=split)
        self.days = self

    def daily(self, _symbol: str) -> Sequence[Daily]:
        return (self._bar,)


def actions(split: float) -> Any:  # noqa: ANN401 - any JSON
    market = cast(Market, Shelf(split))
    return corporate_actions(market, {}, date(2020, 8, 31))["corporate_actions"]


@pytest.mark.parametrize(
    ("split", "kind", "new", "old"),
    [
        (4.0, "forward_splits", 4, 1),
        (1.5, "forward_splits", 3, 2),
        (1.499999, "forward_splits", 3, 2),
        (0.1, "reverse_splits", 1, 10),
        (1.235, "forward_splits", 1.235, 1),
    ],
)
def test_a_split_is_a_ratio(split: float, kind: str, new: float, old: int) -> None:
    row = actions(split)[kind][0]
    assert (row["new_rate"], row["old_rate"], row["ex_date"]) == (new, old, "2020-08-31")
    assert ("cusip" in row) == (kind == "forward_splits")


def test_an_action_has_the_same_random_uuid_each_time() -> None:
    told = UUID(actions(4.0)["forward_splits"][0]["id"])
    digest = hashlib.sha256(b"split AAPL 2020-08-31").digest()

    assert told == UUID(bytes=digest[:16], version=4)


def test_no_split_is_no_action() -> None:
    assert actions(1.0) == {}


def test_an_action_is_told_on_its_ex_date_and_not_before() -> None:
    market = cast(Market, Shelf(4.0))
    query = {"start": "2020-01-01", "end": "2020-12-31"}

    assert corporate_actions(market, query, date(2020, 8, 30))["corporate_actions"] == {}
    assert corporate_actions(market, query, date(2020, 8, 31))["corporate_actions"] != {}
