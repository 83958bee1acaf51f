"""Which bar an action is booked on, and that it is booked once."""

from datetime import date
from math import isclose, prod

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tests.bars.tables import bar, days_from, table
from tradeengine.bars.booking import with_actions

DAYS = days_from(date(2010, 1, 4), 12)

Action = tuple[str, date, float, float]

NOTHING = table([])


def actions(*rows: Action) -> pl.DataFrame:
    schema = {"symbol": pl.String, "date": pl.Date, "dividend": pl.Float64, "split": pl.Float64}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


def bars(*places: int) -> pl.DataFrame:
    return table([bar("A", DAYS[place], 50.0) for place in places])


def booked(frame: pl.DataFrame) -> dict[int, tuple[float, float]]:
    """Give dividend and split of the bars that have any, by place."""
    rows = frame.select("date", "dividend", "split").iter_rows()
    return {DAYS.index(day): (paid, split) for day, paid, split in rows if (paid, split) != (0, 1)}


def test_an_action_from_before_the_first_bar_is_booked_nowhere() -> None:
    known = actions(("A", DAYS[2], 0.5, 2.0), ("A", DAYS[6], 0.0, 3.0))

    found = with_actions(bars(4, 5, 6), known, NOTHING, {"A": DAYS[4]})

    assert booked(found) == {6: (0.0, 3.0)}


def test_one_of_the_first_bars_own_day_is_booked_on_it() -> None:
    found = with_actions(bars(4, 5), actions(("A", DAYS[4], 0.0, 2.0)), NOTHING, {"A": DAYS[4]})

    assert booked(found) == {4: (0.0, 2.0)}


def test_one_of_a_day_without_a_bar_is_booked_on_the_next_when_there_are_earlier_ones() -> None:
    known = actions(("A", DAYS[2], 0.0, 2.0))

    # The first bars of all are not in the table: only the last few days are fetched again.
    found = with_actions(bars(4, 5), known, NOTHING, {"A": DAYS[0]})

    assert booked(found) == {4: (0.0, 2.0)}


def test_a_bar_that_came_late_takes_the_action_and_the_next_one_loses_it() -> None:
    known = actions(("A", DAYS[2], 0.5, 2.0))
    old = with_actions(bars(1, 3, 4), known, NOTHING, {"A": DAYS[1]})
    assert booked(old) == {3: (0.5, 2.0)}
    late = pl.concat([bars(2), old]).sort("date")

    assert booked(with_actions(late, known, old, {"A": DAYS[1]})) == {2: (0.5, 2.0)}


def test_what_was_wrongly_booked_on_the_first_bar_is_taken_away() -> None:
    wrong = table([bar("A", DAYS[4], 50.0, split=2.0), bar("A", DAYS[5], 50.0, dividend=0.3)])

    found = with_actions(wrong, actions(("A", DAYS[2], 0.0, 2.0)), wrong, {"A": DAYS[4]})

    assert booked(found) == {5: (0.3, 1.0)}


def test_what_no_action_explains_stays() -> None:
    old = table([bar("A", DAYS[4], 50.0, split=3.0), bar("A", DAYS[5], 50.0, dividend=0.3)])
    known = actions(("A", DAYS[2], 0.0, 2.0))

    assert booked(with_actions(old, known, old, {"A": DAYS[4]})) == {4: (0.0, 3.0), 5: (0.3, 1.0)}


@given(
    days=st.lists(st.sets(st.integers(0, 11)), min_size=1, max_size=4),
    splits=st.dictionaries(st.integers(0, 11), st.sampled_from([2.0, 0.5, 1.5]), max_size=4),
)
def test_however_bars_arrive_each_action_counts_once(
    days: list[set[int]], splits: dict[int, float]
) -> None:
    """Bars come in parts and in any order; all that are there have the splits they should have."""
    known = actions(*(("A", DAYS[place], 0.0, ratio) for place, ratio in sorted(splits.items())))
    store, there = NOTHING, set[int]()
    for arrived in days:
        there |= arrived
        kept = bars(*sorted(arrived)).join(store, on=["symbol", "date"], how="anti")
        first = {"A": DAYS[min(there)]} if there else {}
        store = with_actions(pl.concat([store, kept]).sort("date"), known, store, first)

    counted = [
        ratio for place, ratio in splits.items() if there and min(there) <= place <= max(there)
    ]
    assert isclose(prod(store["split"]), prod(counted))
