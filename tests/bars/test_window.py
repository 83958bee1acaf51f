"""How much of a day a session is."""

from datetime import date

import pytest

from tradeengine.bars.window import whole_day_scale


@pytest.mark.parametrize(
    ("day", "scale"),
    [(date(2009, 11, 25), 1.0), (date(2009, 11, 26), 1.0), (date(2009, 11, 27), 390 / 210)],
    ids=["a whole day", "Thanksgiving", "the half day after it"],
)
def test_a_half_days_volume_is_scaled_to_a_whole_days(day: date, scale: float) -> None:
    assert whole_day_scale(day) == pytest.approx(scale)
