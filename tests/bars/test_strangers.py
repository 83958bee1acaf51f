"""When the last days of a symbol are of another share."""

from datetime import date

import pytest

from tests.bars.tables import bar, days_from, table
from tradeengine.bars.strangers import strangers

DAYS = days_from(date(2010, 1, 4), 6)


@pytest.mark.parametrize(
    ("closes", "found"),
    [
        ([51.1, 48.0, 25.0, 90.0, 50.0 * 1.021], ["A"]),
        ([25.0] * 5, ["A"]),
        ([51.1, 48.0, 25.0, 90.0, 50.9], []),
        ([50.0] * 5, []),
        ([25.0, 25.0], []),
        ([], []),
    ],
    ids=["another", "half", "corrections", "the same", "too few", "none"],
)
def test_it_takes_other_prices_on_every_common_day(closes: list[float], found: list[str]) -> None:
    old = table([bar("A", day, 50.0) for day in DAYS])
    new = table([bar("A", day, close) for day, close in zip(DAYS, closes, strict=False)])

    assert strangers(old, new) == found
    assert strangers(new, table([])) == []
