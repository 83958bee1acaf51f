from datetime import date

import polars as pl
import pytest

from tests.bars.tables import bar, table
from tradeengine.bars.table import DAILY_SCHEMA, no_bars, tidy
from tradeengine.errors import ProtocolViolation

DAY = date(2010, 6, 30)


def test_bars_are_ordered_by_symbol_and_day_and_have_our_types() -> None:
    rows = [bar("B", DAY, 20.0), bar("A", DAY, 10.0), bar("A", date(2010, 6, 29), 11.0)]
    given = table(rows).with_columns(pl.col("volume").cast(pl.Float64), extra=pl.lit("x"))

    tidied = tidy(given, "here")

    assert tidied.schema == DAILY_SCHEMA
    assert tidied.select("symbol", "date").rows() == [
        ("A", date(2010, 6, 29)),
        ("A", DAY),
        ("B", DAY),
    ]


def test_no_bars_are_a_table() -> None:
    assert tidy(no_bars(), "here").is_empty()


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (table([bar("A", DAY, 10.0)]).drop("split"), "columns are missing: split"),
        (table([bar("A", DAY, 10.0)] * 2), "two bars of one symbol and day: A 2010-06-30"),
        (
            table([bar("A", DAY, 10.0)]).with_columns(pl.lit("much").alias("volume")),
            "columns have other types",
        ),
        (
            table([bar("A", DAY, 10.0)]).with_columns(pl.lit(None, dtype=pl.Float64).alias("open")),
            "values are missing: A 2010-06-30",
        ),
        (
            table([bar("A", DAY, 10.0), bar("B", DAY, float("nan"))]),
            "values are missing: B 2010-06-30",
        ),
    ],
    ids=["column", "twice", "types", "null", "nan"],
)
def test_what_is_no_table_of_bars_is_refused(wrong: pl.DataFrame, problem: str) -> None:
    with pytest.raises(ProtocolViolation) as refused:
        tidy(wrong, "the feed")

    assert str(refused.value).startswith("the feed: ")
    assert problem in str(refused.value)
