"""The volatility index and the ten-year rate of a day end with the day before it."""

from datetime import date

import pytest

from tradeengine.venue.public.document import Document
from tradeengine.venue.public.series import Series

DAY, LONG_AGO = date(2010, 7, 1), date(1962, 1, 2)


@pytest.fixture(scope="module")
def series() -> Series:
    return Series()


def lines(document: Document | None) -> list[str]:
    assert document is not None
    return document.body.decode().splitlines()


def test_the_index_is_written_as_cboe_writes_it(series: Series) -> None:
    told = series.vix(DAY)

    assert lines(told)[:2] == ["DATE,OPEN,HIGH,LOW,CLOSE", "01/02/1990,17.24,17.24,17.24,17.24"]
    assert lines(told)[-1] == "06/30/2010,33.95,34.63,31.74,34.54"
    assert told is not None
    assert told.since == date(2010, 6, 30)


def test_the_rate_is_written_as_fred_writes_it_with_empty_holidays(series: Series) -> None:
    told = series.ten_year(DAY, LONG_AGO, date.max)

    assert lines(told)[:3] == ["observation_date,DGS10", "1990-01-01,", "1990-01-02,7.94"]
    assert lines(told)[-1] == "2010-06-30,2.97"


def test_a_part_of_the_rates_can_be_asked_for(series: Series) -> None:
    told = series.ten_year(DAY, date(2010, 6, 29), date(2010, 6, 29))

    assert lines(told) == ["observation_date,DGS10", "2010-06-29,2.97"]


def test_before_the_first_value_there_is_no_document(series: Series) -> None:
    assert series.vix(date(1990, 1, 2)) is None
    assert series.ten_year(date(1990, 1, 1), LONG_AGO, date.max) is None
