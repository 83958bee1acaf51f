"""The regime before a session: frozen parameters in files, and what is stale or missing."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from tests.quant.small_market import THROUGH
from tests.regime.spy import closes
from tradeengine.errors import BadConfiguration
from tradeengine.layout import DeskFiles, Home
from tradeengine.model.plan import Regime
from tradeengine.quant.market_regime import regime_on, regimes_since
from tradeengine.quant.regime_files import RegimeFiles
from tradeengine.regime.market import Mark
from tradeengine.regime.market_model import MarketModel
from tradeengine.regime.parameters import RegimeParameters

PARAMETERS = RegimeParameters()


@pytest.fixture
def desk(tmp_path: Path) -> DeskFiles:
    return Home(tmp_path).desk("embedded")


def test_parameters_are_kept_and_found_again(desk: DeskFiles) -> None:
    days, prices = closes()
    first = regime_on(desk, days, prices, THROUGH, PARAMETERS)
    files = RegimeFiles(desk.regime).read(THROUGH)

    assert first.regime is Regime.HV_BEAR
    assert [model.fitted_through for model in files] == [
        date(2010, 4, 14), date(2010, 5, 13), date(2010, 6, 11),
    ]  # fmt: skip
    assert first.model == files[-1]
    assert sorted(path.name for path in desk.regime.iterdir())[-1] == "2010-06-11.json"
    assert regime_on(desk, days, prices, THROUGH, PARAMETERS) == first


def test_kept_parameters_are_frozen_whatever_becomes_of_the_bars(desk: DeskFiles) -> None:
    days, prices = closes()
    model = regime_on(desk, days, prices, THROUGH, PARAMETERS).model
    mended = prices.copy()
    mended[600] *= 1.02

    assert regime_on(desk, days, mended, THROUGH, PARAMETERS).model == model


def test_later_files_and_later_closes_are_not_looked_at(desk: DeskFiles) -> None:
    days, prices = closes()
    regime_on(desk, days, prices, date(2010, 12, 31), PARAMETERS)
    earlier = regime_on(desk, days, prices, THROUGH, PARAMETERS)

    assert earlier.day == THROUGH
    assert earlier.model is not None
    assert earlier.model.fitted_through == date(2010, 6, 11)


def test_a_close_of_an_earlier_day_is_no_close_of_today(desk: DeskFiles) -> None:
    days, prices = closes(date(2010, 6, 29))
    today = regime_on(desk, days, prices, THROUGH, PARAMETERS)

    assert (today.day, today.regime) == (date(2010, 6, 29), Regime.UNKNOWN)
    assert today.marks == (Mark.STALE_CLOSES,)


def test_each_day_of_a_year_is_judged_by_its_own_parameters(desk: DeskFiles) -> None:
    days, prices = closes()
    year = regimes_since(desk, days, prices, date(2010, 1, 4), THROUGH, PARAMETERS)

    assert len(year) == 124
    assert all(day.model and day.model.fitted_through <= day.day for day in year)
    assert len(RegimeFiles(desk.regime).read(THROUGH)) == 9


def test_other_observations_are_estimated_anew(desk: DeskFiles) -> None:
    days, prices = closes()
    regime_on(desk, days, prices, THROUGH, PARAMETERS)
    other = RegimeParameters(observations=1000)
    today = regime_on(desk, days, prices, THROUGH, other)

    assert today.model is not None
    assert today.model.observations == 1000
    assert {model.observations for model in RegimeFiles(desk.regime).read(THROUGH)} == {1000}


def test_without_closes_there_is_no_regime(desk: DeskFiles) -> None:
    with pytest.raises(BadConfiguration, match="no closes of the market up to 2010-06-30"):
        regime_on(desk, [], closes()[1][:0], THROUGH, PARAMETERS)


def test_closes_that_are_no_prices_are_told(desk: DeskFiles) -> None:
    days, prices = closes()
    prices[100] = 0.0
    with pytest.raises(BadConfiguration, match="must be prices"):
        regime_on(desk, days, prices, THROUGH, PARAMETERS)


def test_a_damaged_file_is_told_by_name(desk: DeskFiles) -> None:
    desk.regime.mkdir(parents=True)
    (desk.regime / "2010-06-11.json").write_text("{")

    with pytest.raises(BadConfiguration, match=r"2010-06-11\.json: is no model"):
        regime_on(desk, *closes(), THROUGH, PARAMETERS)


def test_a_disk_that_says_no_is_told(desk: DeskFiles) -> None:
    desk.regime.parent.mkdir(parents=True)
    desk.regime.write_text("in the way")

    with pytest.raises(BadConfiguration, match="cannot be written"):
        regime_on(desk, *closes(), THROUGH, PARAMETERS)


def test_a_file_is_read_by_people_too(desk: DeskFiles) -> None:
    regime_on(desk, *closes(), THROUGH, PARAMETERS)
    text = (desk.regime / "2010-06-11.json").read_text()

    assert '"verdict": "accepted"' in text
    assert msgspec.json.decode(text, type=MarketModel).observations == 1260
