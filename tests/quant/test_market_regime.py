"""The regime before a session: frozen parameters in files, and what is stale or missing."""

from datetime import date
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tests.quant.small_market import THROUGH
from tests.regime.spy import closes
from tradeengine.errors import BadConfiguration
from tradeengine.layout import DeskFiles, Home
from tradeengine.model.plan import Regime
from tradeengine.quant.market_regime import regime_on, regimes_since
from tradeengine.quant.regime_files import RegimeFiles
from tradeengine.quant.setting_aside import set_aside
from tradeengine.regime.fit import Verdict
from tradeengine.regime.market_model import MarketModel
from tradeengine.regime.parameters import RegimeParameters
from tradeengine.regime.reigns import Mark

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
    assert sorted(path.name for path in desk.regime.iterdir())[-1] == "2010-06-11-1260.json"
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


def test_other_observations_are_estimated_anew_beside_the_first(desk: DeskFiles) -> None:
    days, prices = closes()
    first = regime_on(desk, days, prices, THROUGH, PARAMETERS)
    other = RegimeParameters(observations=1000)
    today = regime_on(desk, days, prices, THROUGH, other)

    assert today.model is not None
    assert today.model.observations == 1000
    assert {model.observations for model in RegimeFiles(desk.regime).read(THROUGH)} == {1000, 1260}
    # Back to the first settings nothing has been lost, and nothing of the others is used.
    assert regime_on(desk, days, prices, THROUGH, PARAMETERS) == first


def test_parameters_of_other_refit_days_change_nothing(desk: DeskFiles, tmp_path: Path) -> None:
    days, prices = closes()
    regime_on(desk, days, prices, THROUGH, PARAMETERS)
    rarely = RegimeParameters(refit_sessions=63)
    fresh = Home(tmp_path / "fresh").desk("embedded")

    mixed = regimes_since(desk, days, prices, date(2010, 1, 4), THROUGH, rarely)

    assert mixed == regimes_since(fresh, days, prices, date(2010, 1, 4), THROUGH, rarely)


def test_without_closes_there_is_no_regime(desk: DeskFiles) -> None:
    with pytest.raises(BadConfiguration, match="no closes of the market up to 2010-06-30"):
        regime_on(desk, [], closes()[1][:0], THROUGH, PARAMETERS)


def test_closes_that_are_no_prices_are_told(desk: DeskFiles) -> None:
    days, prices = closes()
    prices[100] = 0.0
    with pytest.raises(BadConfiguration, match="must be prices"):
        regime_on(desk, days, prices, THROUGH, PARAMETERS)


def changed(text: str, **values: object) -> bytes:
    return msgspec.json.encode({**msgspec.json.decode(text), **values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (None, "is no model of the market: "),
        ({"mean": [0.1]}, "is no model of the market: "),
        ({"observations": 1000}, "was fitted on something else: 1000 returns through 2010-06-11"),
        ({"fitted_through": "2010-06-10"}, "something else: 1260 returns through 2010-06-10"),
        ({"variance": [0.5, -3.0]}, "a variance or a probability is out of range"),
        ({"stay": [0.98, 1.0]}, "a variance or a probability is out of range"),
        ({"verdict": "fine"}, "nobody says 'fine' of an estimate"),
        ({"ratio": 1.1}, "it was accepted, and its own figures would not be"),
        ({"mean": [1e999, 0.0]}, "is no model of the market: "),
    ],
)
def test_a_damaged_file_is_kept_beside_told_of_and_estimated_anew(
    desk: DeskFiles, values: dict[str, object] | None, words: str
) -> None:
    whole = regime_on(desk, *closes(), THROUGH, PARAMETERS)
    path = desk.regime / "2010-06-11-1260.json"
    good = path.read_bytes()
    damaged = b"{" if values is None else changed(good.decode(), **values)
    path.write_bytes(damaged)
    said: list[str] = []

    anew = regime_on(desk, *closes(), THROUGH, PARAMETERS, said.append)
    assert anew.regime is whole.regime
    assert anew.probability == pytest.approx(whole.probability)
    again = msgspec.json.decode(path.read_bytes(), type=MarketModel)
    before = msgspec.json.decode(good, type=MarketModel)
    assert again.verdict == before.verdict
    assert again.variance == pytest.approx(before.variance)
    assert (desk.regime / "2010-06-11-1260.json.damaged").read_bytes() == damaged
    (told,) = said
    assert told.startswith(f"{path} ")
    assert words in told
    assert "it is kept as 2010-06-11-1260.json.damaged" in told
    assert regime_on(desk, *closes(), THROUGH, PARAMETERS, said.append) == anew
    assert len(said) == 1


def test_a_file_named_by_its_day_alone_is_still_read(desk: DeskFiles) -> None:
    whole = regime_on(desk, *closes(), THROUGH, PARAMETERS)
    for path in desk.regime.iterdir():
        path.rename(path.with_name(f"{path.stem[:10]}.json"))

    assert regime_on(desk, *closes(), THROUGH, PARAMETERS) == whole
    assert len(list(desk.regime.iterdir())) == 3


def test_an_estimate_that_is_no_number_is_not_kept(desk: DeskFiles) -> None:
    regime_on(desk, *closes(), THROUGH, PARAMETERS)
    files = RegimeFiles(desk.regime)
    *_, last = files.read(THROUGH)
    desk.regime.joinpath("2010-06-11-1260.json").unlink()
    files.keep([replace(last, log_likelihood=float("nan"), verdict=Verdict.NOT_FINITE.value)])

    assert len(files.read(THROUGH)) == 2


def test_a_damaged_file_that_cannot_be_moved_stops_with_its_name(
    desk: DeskFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.regime.mkdir(parents=True)
    (desk.regime / "2010-06-11-1260.json").write_text("{")

    def read_only(_: Path, __: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", read_only)
    with pytest.raises(BadConfiguration, match=r"2010-06-11-1260\.json: .* cannot be moved"):
        RegimeFiles(desk.regime).read(THROUGH)


def test_a_damaged_file_that_another_process_has_moved_is_gone(desk: DeskFiles) -> None:
    said: list[str] = []
    set_aside(desk.regime / "2010-06-11-1260.json", "is damaged", "it is made anew", said.append)

    assert said == []


def test_a_disk_that_says_no_is_told(desk: DeskFiles) -> None:
    desk.regime.parent.mkdir(parents=True)
    desk.regime.write_text("in the way")

    with pytest.raises(BadConfiguration, match="cannot be written"):
        regime_on(desk, *closes(), THROUGH, PARAMETERS)


def test_a_file_is_read_by_people_too(desk: DeskFiles) -> None:
    regime_on(desk, *closes(), THROUGH, PARAMETERS)
    text = (desk.regime / "2010-06-11-1260.json").read_text()

    assert '"verdict": "accepted"' in text
    assert msgspec.json.decode(text, type=MarketModel).observations == 1260
