"""
The rules that single bars break, as a table: which rows, what to say of them.

Each rule sees a bar, the bar before and the bar after it, and no day beyond `through`.
Returns are logs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import polars as pl

from tradeengine.bars.parameters import QualityLimits
from tradeengine.model.rejections import Weight


class BarDefect(StrEnum):
    """What can be wrong with daily bars; the first is of their source, and nobody's rule here."""

    SRC_REFUSED = "SRC_REFUSED"
    NO_BARS = "NO_BARS"
    SHORT_HISTORY = "SHORT_HISTORY"
    STALE = "STALE"
    MISSING_BARS = "MISSING_BARS"
    NOT_A_SESSION = "NOT_A_SESSION"
    NO_VOLUME = "NO_VOLUME"
    FLAT_BAR = "FLAT_BAR"
    REPEATED_BAR = "REPEATED_BAR"
    BAD_OHLC = "BAD_OHLC"
    WRONG_SPLIT = "WRONG_SPLIT"
    SPLIT_NOT_BOOKED = "SPLIT_NOT_BOOKED"
    SPIN_OFF_AS_DIVIDEND = "SPIN_OFF_AS_DIVIDEND"
    JUMP = "JUMP"
    REVERSED_JUMP = "REVERSED_JUMP"


SMALL: Final = frozenset(
    {
        BarDefect.NO_VOLUME,
        BarDefect.FLAT_BAR,
        BarDefect.REPEATED_BAR,
        BarDefect.BAD_OHLC,
    }
)
"""Defects of one bar that leave the return from close to close about right."""

SPLIT_RATIOS: Final = (1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 50.0)
"""New shares for an old one, of usual splits; reverse splits are their inverses."""

_DAY_MOVE: Final = 0.1
"""Log return from open to close up to which a day is an ordinary one."""

Row = Mapping[str, Any]
"""A bar with what `with_neighbours` adds."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule for one bar: `broken` is true where it is broken, `found` says how."""

    code: BarDefect
    weight: Weight
    field: str
    broken: pl.Expr
    found: Callable[[Row], str]
    limit: str


def with_neighbours(bars: pl.DataFrame, limits: QualityLimits) -> pl.DataFrame:
    """Add to bars, by symbol and day, what the rules need of the days around; null: unknown."""
    whole = (_lowest() > 0.0) & (pl.col("split") > 0.0)
    close, opened = (pl.when(whole).then(pl.col(name)) for name in ("close", "open"))
    prices = ("open", "high", "low", "close")
    same = (pl.col(name) == pl.col(name).shift() for name in prices)
    follows = pl.col("symbol") == pl.col("symbol").shift()
    near = (
        bars.with_columns(
            before=pl.when(follows).then(close.shift()),
            same=pl.when(follows).then(pl.all_horizontal(same)),
        )
        .with_columns(
            moved=(pl.col("split") * close / pl.col("before")).log(),
            opened=(opened / pl.col("before")).log(),
            earned=(pl.col("split") * (close + pl.col("dividend")) / pl.col("before")).log(),
            paid=pl.col("dividend") / (close + pl.col("dividend")),
        )
        .with_columns(
            next_earned=pl.when(follows.shift(-1)).then(pl.col("earned").shift(-1)),
            as_split=_opens_as_split(limits),
        )
    )
    return near.with_columns(_turnover(near))


def shape_rules(limits: QualityLimits) -> tuple[Rule, ...]:
    """Give the rules of a bar's own shape; a bar counts for the first that it breaks."""
    flat = pl.col("high") == pl.col("low")
    repeated = pl.col("same") | (flat & (pl.col("close") == pl.col("before")))
    last_four = "low <= open, close <= high"
    return (
        _shape(BarDefect.BAD_OHLC, "high", _disordered(limits), _four, last_four),
        _shape(BarDefect.NO_VOLUME, "volume", pl.col("volume") <= 0, _volume, "above 0"),
        _shape(BarDefect.REPEATED_BAR, "close", repeated, _four, "prices of its own day"),
        _shape(BarDefect.FLAT_BAR, "high", flat, _four, "high above low"),
    )


def _shape(
    code: BarDefect, field: str, broken: pl.Expr, found: Callable[[Row], str], limit: str
) -> Rule:
    return Rule(code, Weight.STRUCTURAL, field, broken, found, limit)


def price_rules(limits: QualityLimits) -> tuple[Rule, ...]:
    """Give the rules of a bar between its neighbours; each is reported."""
    split = pl.col("split") != 1.0
    jump = pl.col("earned").abs() > limits.jump_max
    reverses = (pl.col("earned") + pl.col("next_earned")).abs() <= (
        limits.reversal_rest_max * pl.col("earned").abs()
    )
    return (
        Rule(
            BarDefect.WRONG_SPLIT,
            Weight.STRUCTURAL,
            "split",
            split & (pl.col("moved").abs() > limits.split_move_max),
            lambda row: (
                f"{row['split']:g} with {row['before']:g} before and {row['close']:g} after"
            ),
            f"a log return within {limits.split_move_max:g}",
        ),
        Rule(
            BarDefect.SPLIT_NOT_BOOKED,
            Weight.TRANSIENT,
            "split",
            ~split & pl.col("as_split") & (pl.col("turnover") <= limits.split_turnover_max),
            lambda row: f"{row['before']:g} before, {row['open']:g} at the open, no split",
            f"no open within {limits.split_open_tolerance:g} (log) of a split ratio",
        ),
        Rule(
            BarDefect.SPIN_OFF_AS_DIVIDEND,
            Weight.STRUCTURAL,
            "dividend",
            pl.col("paid") > limits.dividend_fraction_max,
            lambda row: f"{row['dividend']:g} with a close of {row['close']:g}",
            f"{limits.dividend_fraction_max:g} of close plus dividend",
        ),
        Rule(
            BarDefect.JUMP,
            Weight.STRUCTURAL,
            "close",
            jump,
            lambda row: f"a log return of {row['earned']:.3f}",
            f"{limits.jump_max:g}",
        ),
        Rule(
            BarDefect.REVERSED_JUMP,
            Weight.STRUCTURAL,
            "close",
            (pl.col("earned").abs() >= limits.reversal_min) & reverses,
            lambda row: f"a log return of {row['earned']:.3f}, then {row['next_earned']:.3f}",
            f"{limits.reversal_min:g} when the next day takes it back",
        ),
    )


def _disordered(limits: QualityLimits) -> pl.Expr:
    room = limits.price_rounding_fraction * pl.col("close")
    return (
        (_lowest() <= 0.0)
        | (pl.col("low") > pl.col("high") + room)
        | (pl.min_horizontal("open", "close") < pl.col("low") - room)
        | (pl.max_horizontal("open", "close") > pl.col("high") + room)
    )


def _opens_as_split(limits: QualityLimits) -> pl.Expr:
    """
    Tell an open that a split may explain: at a split ratio of the close before, in an
    ordinary day.
    """
    near = [
        (pl.col("opened") + sign * pl.lit(ratio).log()).abs() <= limits.split_open_tolerance
        for ratio in SPLIT_RATIOS
        for sign in (1.0, -1.0)
    ]
    stays = (pl.col("earned") - pl.col("opened")).abs() <= _DAY_MOVE
    return pl.any_horizontal(near) & stays


def _turnover(bars: pl.DataFrame) -> pl.Series:
    """
    Give the turnover of bars that open `as_split`, in usual ones of the 20 days before; else 1.

    News moves the turnover too; a split does not.
    """
    suspects = bars.filter("as_split")["symbol"].unique()
    rows = bars.select(pl.col("symbol").is_in(suspects).arg_true()).to_series()
    worth = pl.col("close") * pl.col("volume")
    usual = worth.rolling_median(20, min_samples=10).shift(1).over("symbol")
    found = bars[rows].select(pl.when(usual > 0.0).then(worth / usual).otherwise(1.0))
    return (
        pl.repeat(1.0, bars.height, eager=True).alias("turnover").scatter(rows, found.to_series())
    )


def _lowest() -> pl.Expr:
    return pl.min_horizontal("open", "high", "low", "close")


def _four(row: Row) -> str:
    return " ".join(f"{row[name]:g}" for name in ("open", "high", "low", "close"))


def _volume(row: Row) -> str:
    return f"{row['volume']}"
