"""Splits and dividends as Alpaca's specification has them, its oddities included."""

import json
from datetime import date

import pytest

from tradeengine.bars.alpaca import read_actions
from tradeengine.errors import ProtocolViolation

# Rows of the specification's own examples.
DIVIDEND = {
    "cusip": "037833100",
    "ex_date": "2020-08-07",
    "foreign": False,
    "id": "d09386ae-0c2b-4280-8aa0-295e545354b1",
    "payable_date": "2020-08-13",
    "process_date": "2020-08-13",
    "rate": 0.82,
    "record_date": "2020-08-10",
    "special": False,
    "symbol": "AAPL",
}
SPLIT = {
    "cusip": "037833100",
    "ex_date": "2020-08-31",
    "id": "d209b6c2-9231-474c-a80e-1a79dacadbb2",
    "new_rate": 4,
    "old_rate": 1,
    "payable_date": "2020-08-28",
    "process_date": "2020-08-31",
    "record_date": "2020-08-24",
    "symbol": "AAPL",
}
SHARES = {
    "cusip": "605015106",
    "ex_date": "2023-05-19",
    "id": "3ae94c30-2d37-473a-bf29-5f7b4ab6d3ca",
    "payable_date": "2023-05-05",
    "process_date": "2023-05-19",
    "rate": 0.05,
    "record_date": "2023-05-22",
    "symbol": "MSBC",
}

WITHOUT = [
    ("cash_dividends", DIVIDEND, date(2020, 8, 10), (0.82, 1.0)),
    ("forward_splits", SPLIT, date(2020, 8, 31), (0.0, 4.0)),
    ("reverse_splits", SPLIT, date(2020, 8, 31), (0.0, 4.0)),
    ("stock_dividends", SHARES, date(2023, 5, 19), (0.0, 1.05)),
]


def page(**lists: object) -> bytes:
    return json.dumps({"corporate_actions": lists, "next_page_token": None}).encode()


def test_an_action_stands_on_its_ex_date() -> None:
    table = read_actions(page(cash_dividends=[DIVIDEND], forward_splits=[SPLIT]))
    assert table.rows() == [
        ("AAPL", date(2020, 8, 7), 0.82, 1.0),
        ("AAPL", date(2020, 8, 31), 0.0, 4.0),
    ]


@pytest.mark.parametrize("ex_date", [{}, {"ex_date": None}, {"ex_date": ""}], ids=str)
@pytest.mark.parametrize(("name", "row", "day", "values"), WITHOUT, ids=[w[0] for w in WITHOUT])
def test_a_processed_action_without_an_ex_date_costs_nobody_the_page(
    name: str,
    row: dict[str, object],
    day: date,
    values: tuple[float, float],
    ex_date: dict[str, object],
) -> None:
    """`data_quality`: what was processed comes always, with or without the ex-date."""
    bare = {key: value for key, value in row.items() if key != "ex_date"} | ex_date
    table = read_actions(page(**{name: [bare]}))
    assert table.rows() == [(row["symbol"], day, *values)]


def test_a_dividend_with_the_day_it_was_processed_only_stands_there() -> None:
    kept = ("symbol", "rate", "process_date")
    table = read_actions(page(cash_dividends=[{key: DIVIDEND[key] for key in kept}]))
    assert table.rows() == [("AAPL", date(2020, 8, 13), 0.82, 1.0)]


def test_an_ex_date_that_is_no_day_is_told() -> None:
    with pytest.raises(ProtocolViolation, match="corporate-actions"):
        read_actions(page(cash_dividends=[DIVIDEND | {"ex_date": "soon"}]))
