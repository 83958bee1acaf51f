from datetime import date
from math import log

import numpy as np
import pytest

from tests.bars.tables import bar, table
from tradeengine.bars.lined_up import panel

NAN = float("nan")
THU, FRI, MON, TUE = date(2010, 7, 1), date(2010, 7, 2), date(2010, 7, 6), date(2010, 7, 7)
"""Four sessions in a row; Monday the 5th was a holiday."""


def test_a_panel_has_sessions_by_symbols_and_is_nan_where_nothing_traded() -> None:
    frame = table(
        [bar("A", THU, 10.0), bar("A", FRI, 11.0), bar("B", THU, 5.0), bar("A", TUE, 12.0)]
    )

    lined_up = panel(frame, ["B", "A", "Z"], TUE, 10)

    assert lined_up.days == (THU, FRI, MON, TUE)
    assert lined_up.symbols == ("B", "A", "Z")
    np.testing.assert_array_equal(
        lined_up.close, [[5.0, 10.0, NAN], [NAN, 11.0, NAN], [NAN, NAN, NAN], [NAN, 12.0, NAN]]
    )
    np.testing.assert_allclose(
        lined_up.total_return[:, lined_up.column("A")], [NAN, log(1.1), NAN, NAN]
    )
    np.testing.assert_array_equal(np.isnan(lined_up.volume), np.isnan(lined_up.close))


def test_only_the_last_days_are_lined_up() -> None:
    frame = table([bar("A", day, 10.0) for day in (THU, FRI, MON, TUE)])

    assert panel(frame, ["A"], TUE, 2).days == (MON, TUE)
    assert panel(frame, ["A"], date(2010, 7, 5), 2).days == (THU, FRI)


def test_a_feed_that_stopped_is_seen_in_the_last_rows() -> None:
    lined_up = panel(table([bar("A", THU, 10.0)]), ["A"], TUE, 4)

    assert lined_up.days == (THU, FRI, MON, TUE)
    assert np.isnan(lined_up.close[1:, 0]).all()


def test_a_split_puts_earlier_closes_and_volumes_on_the_later_footing() -> None:
    frame = table(
        [
            bar("A", THU, 100.0, volume=50),
            bar("A", FRI, 101.0, volume=60),
            bar("A", MON, 26.0, volume=240, split=4.0),
        ]
    )

    lined_up = panel(frame, ["A"], MON, 3)

    assert lined_up.close[:, 0].tolist() == [25.0, 25.25, 26.0]
    assert lined_up.raw_close[:, 0].tolist() == [100.0, 101.0, 26.0]
    assert lined_up.volume[:, 0].tolist() == [200.0, 240.0, 240.0]
    np.testing.assert_allclose(lined_up.total_return[1:, 0], [log(1.01), log(104.0 / 101.0)])


def test_before_the_split_nobody_knows_of_it() -> None:
    frame = table([bar("A", THU, 100.0), bar("A", FRI, 101.0), bar("A", MON, 26.0, split=4.0)])

    assert panel(frame, ["A"], FRI, 3).close[:, 0].tolist() == [100.0, 101.0]


def test_a_dividend_is_in_the_total_return_and_not_in_the_close() -> None:
    frame = table([bar("A", THU, 10.0), bar("A", FRI, 9.5, dividend=0.5)])

    lined_up = panel(frame, ["A"], FRI, 2)

    assert lined_up.close[:, 0].tolist() == [10.0, 9.5]
    assert lined_up.total_return[1, 0] == pytest.approx(0.0, abs=1e-15)


def test_a_bar_on_a_holiday_and_a_price_of_nothing_are_left_out() -> None:
    frame = table([bar("A", THU, 10.0), bar("A", date(2010, 7, 5), 99.0), bar("A", MON, 0.0)])

    np.testing.assert_array_equal(panel(frame, ["A"], MON, 5).close[:, 0], [10.0, NAN, NAN])


@pytest.mark.parametrize("days", [0, 5])
def test_a_panel_of_nothing_has_no_rows(days: int) -> None:
    frame = table([bar("A", FRI, 10.0)])

    assert panel(frame, ["A"], FRI if days == 0 else THU, days).close.shape == (0, 1)
