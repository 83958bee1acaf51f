"""
Book corporate actions on bars: each on the first bar of its symbol on or after its ex-date.

An ex-date before a symbol's first bar of all is nobody's: no price here is from before it. One
after the last bar is left for the next fetch. A bar that came late may stand between an ex-date
and the bar that has the action: the action moves then, and is not counted twice.
"""

from collections.abc import Mapping
from datetime import date
from typing import Final

import polars as pl

from tradeengine.bars.table import DAILY_SCHEMA, KEY

_NONE: Final = {"dividend": 0.0, "split": 1.0}
"""What stands in a bar without an action."""

_SAME: Final = 1e-9
"""Difference up to which two amounts are one: products in another order."""


def with_actions(
    bars: pl.DataFrame, actions: pl.DataFrame, old: pl.DataFrame, first: Mapping[str, date]
) -> pl.DataFrame:
    """
    Give the bars, by symbol and day, with `actions` booked; `first` is the day of each symbol's
    first bar of all.

    An action that a bar has and that `actions` does not name stays, unless it is one of them
    that the `old` bars (those of the store, from the first ex-date on) had for want of an earlier
    bar. Missing values become none (0, and a split of 1).
    """
    firsts = pl.DataFrame(
        list(first.items()), schema={"symbol": pl.String, "first": pl.Date}, orient="row"
    )
    # A left join: an action of a symbol without bars is placed nowhere anyway.
    counted = actions.join(firsts, on="symbol", how="left").filter(
        (pl.col("date") >= pl.col("first")).fill_null(True)
    )
    now, before = _placed(counted.drop("first"), bars, "new"), _placed(actions, old, "was")
    booked = now.join(before, on=KEY, how="full", coalesce=True)
    return (
        bars.join(booked, on=KEY, how="left", maintain_order="left")
        .with_columns(*(_value(name) for name in _NONE))
        .select(DAILY_SCHEMA.names())
    )


def _placed(actions: pl.DataFrame, bars: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Give what actions make of the bars that they fall on."""
    return (
        actions.sort("date")
        .join_asof(
            bars.select("symbol", "date", on="date"),
            on="date",
            by="symbol",
            strategy="forward",
            check_sortedness=False,
        )
        .drop_nulls("on")
        .group_by("symbol", date=pl.col("on"))
        .agg(
            pl.col("dividend").sum().alias(f"{prefix}_dividend"),
            pl.col("split").product().alias(f"{prefix}_split"),
        )
    )


def _value(name: str) -> pl.Expr:
    """Give what is booked now, else what the bar has, unless that has moved to another bar."""
    none = pl.lit(_NONE[name])
    new, was = pl.col(f"new_{name}"), pl.col(f"was_{name}")
    moved = (was != none) & ((pl.col(name) - was).abs() < _SAME)
    return (
        pl.when((new != none).fill_null(False))
        .then(new)
        .when(moved.fill_null(False))
        .then(none)
        .otherwise(pl.col(name).fill_null(none))
        .alias(name)
    )
