"""Splits that take effect with a session whose bar nobody has."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tradeengine.bars.coming import FILE, SCHEMA, Ahead, ComingSplits
from tradeengine.errors import BadConfiguration

EVENING, MORNING, NEXT = date(2010, 6, 11), date(2010, 6, 14), date(2010, 6, 15)
DAYS = Ahead(EVENING, MORNING)


def actions(*rows: tuple[str, date, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(dividend=0.1)


def test_a_split_is_kept_for_its_own_session_only(tmp_path: Path) -> None:
    coming = ComingSplits(tmp_path)
    coming.keep(["A", "B"], DAYS, actions(("A", MORNING, 2.0), ("B", EVENING, 3.0)))

    assert coming.read(["A", "B"], DAYS).rows() == [("A", MORNING, 2.0)]
    assert coming.read(["B"], DAYS).is_empty()
    assert coming.read(["A"], Ahead(MORNING, NEXT)).is_empty()


def test_no_later_split_and_no_dividend_is_kept(tmp_path: Path) -> None:
    ComingSplits(tmp_path).keep(["A"], DAYS, actions(("A", NEXT, 2.0), ("A", MORNING, 1.0)))

    assert not (tmp_path / FILE).exists()


def test_one_that_is_put_off_is_forgotten_and_others_stay(tmp_path: Path) -> None:
    coming = ComingSplits(tmp_path)
    coming.keep(["A", "B"], DAYS, actions(("A", MORNING, 2.0), ("B", MORNING, 3.0)))

    coming.keep(["A"], DAYS, actions())

    assert coming.read(["A", "B"], DAYS).rows() == [("B", MORNING, 3.0)]


def test_a_damaged_file_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"PAR1")

    with pytest.raises(BadConfiguration, match=FILE):
        ComingSplits(tmp_path).read(["A"], DAYS)
