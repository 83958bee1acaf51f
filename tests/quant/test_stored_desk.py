"""What the stores say as of a day, and when they had better say nothing."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.runs import make_home
from tradeengine.bars.series import Series
from tradeengine.quant.stored_desk import StoredDesk
from tradeengine.settings import load_settings


@pytest.fixture
def desk(tmp_path: Path) -> StoredDesk:
    home = make_home(tmp_path)
    files = home.desk("embedded")
    rates = {"date": [date(2010, 6, 1), date(2010, 6, 2)], "value": [3.31, 3.35]}
    Series(files.bars).merge("dgs10", pl.DataFrame(rates))
    return StoredDesk(load_settings(home.root, None, {}), files)


def test_a_rate_is_known_from_the_day_after_its_own(desk: StoredDesk) -> None:
    days = [date(2010, 6, 1), date(2010, 6, 2), date(2010, 6, 3)]

    assert desk.rate_on(days) == pytest.approx([np.nan, 3.31, 3.35], nan_ok=True)


def test_a_rate_that_nobody_renews_is_forgotten(desk: StoredDesk) -> None:
    days = [date(2010, 6, 16), date(2010, 6, 17)]

    assert desk.rate_on(days) == pytest.approx([3.35, np.nan], nan_ok=True)


def test_no_days_have_no_rates(desk: StoredDesk) -> None:
    assert desk.rate_on([]).shape == (0,)
