"""The regime on the terminal, for machines, and as a figure."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from msgspec.structs import replace as replaced

from tests.quant.small_market import BANK, DAY, data, flags, open_data, panel_of
from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.layout import DeskFiles
from tradeengine.quant.desk_day import DeskDay
from tradeengine.quant.showing_regime import sentences, show_regime
from tradeengine.quant.terminal_plots import histogram, line, thinned
from tradeengine.quant.valuing import DeskData
from tradeengine.regime.market import market_regimes
from tradeengine.regime.parameters import RegimeParameters
from tradeengine.settings import Settings


def test_the_regime_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert show_regime(open_data, flags(tmp_path), None) is ExitCode.CLEAN
    told = capsys.readouterr().out

    for words in (
        "SPY at the close of 2010-06-30: HV-bear",
        "filtered probability of high variance 95.3%; trend falling; close 103.22",
        "parameters of 2010-06-11, from 1,260 daily returns: volatility 11.2 % and 39.0 % a year",
        "accepted: ratio 3.49 (at least 1.5)",
        "2010-06-30", "D HV-bear",
    ):  # fmt: skip
        assert words in told
    strip = next(row for row in told.splitlines() if "state" in row)
    assert strip.endswith("D")
    assert "u" in strip


def test_the_regime_for_machines_and_as_a_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = tmp_path / "regime.svg"
    assert show_regime(open_data, flags(tmp_path, json=True), figure) is ExitCode.CLEAN
    told = json.loads(capsys.readouterr().out)

    assert told["today"]["regime"] == "HV-bear"
    assert told["today"]["model"]["fitted_through"] == "2010-06-11"
    assert len(told["year"]) == 252
    drawn = ET.parse(figure).getroot()
    assert len(drawn.findall("{*}rect")) == 1 + 252 + 5


def test_spoiled_closes_are_no_regime_as_they_are_none_in_a_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiled = replace(data(), screen=lambda symbols, _: [replaced(BANK, symbol=symbols[0])])
    assert show_regime(lambda *_: spoiled, flags(tmp_path), None) is ExitCode.CLEAN
    told = capsys.readouterr().out
    assert "SPY at the close of 2010-06-30: UNKNOWN" in told
    assert "mark: SPOILED_CLOSES" in told


def without_bars(settings: Settings, desk: DeskFiles, day: DeskDay) -> DeskData:
    del settings, desk, day
    return replace(data(), read_panel=lambda _, through, days: panel_of([], through, days))


def test_without_bars_there_is_nothing_to_show(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="no closes of the market") as refused:
        show_regime(without_bars, flags(tmp_path), None)
    fetch = "tradeengine cache-fund --venue embedded --date 2010-07-01"
    assert refused.value.remedy == f"fetch the daily bars: {fetch}"


def test_a_figure_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="--svg"):
        show_regime(open_data, flags(tmp_path), tmp_path / "nowhere" / "regime.svg")


def test_what_is_not_known_says_so() -> None:
    panel = panel_of(["SPY"], DAY, 100)
    regimes = market_regimes(panel.days, panel.close[:, 0], DAY, RegimeParameters())
    told = sentences(regimes[-1], "SPY")

    assert told[0] == "SPY at the close of 2010-07-01: UNKNOWN"
    assert "high variance not known" in told[1]
    assert told[-1] == "mark: TOO_FEW_DAYS"


def test_a_refused_estimate_is_told() -> None:
    panel = panel_of(["SPY"], DAY, 1600)
    (today,) = market_regimes(panel.days, panel.close[:, 0], DAY, RegimeParameters())
    assert today.model is not None

    told = sentences(replace(today, refused=today.model), "SPY")
    assert "the estimate of 2010-06-11 was refused: accepted" in told


def test_bars_are_as_long_as_their_counts() -> None:
    rows = histogram(np.array([-3.0, 0.5, 1.0, 1.1, 1.2, 1.3, 2.0, 9.0]), 0.0, 2.0, 2, 10)

    assert rows == ["██", "██████████"]


def test_a_line_stands_on_the_ground() -> None:
    assert line([1.0, 2.0, 3.0], 2) == [" ▁█", "▁██"]
    assert line([5.0, 5.0], 1) == ["▁▁"]


@pytest.mark.parametrize(
    ("count", "width", "expected"),
    [(3, 10, [0, 1, 2]), (9, 3, [0, 4, 8]), (5, 1, [4]), (1, 5, [0])],
)
def test_the_last_day_is_always_shown(count: int, width: int, expected: list[int]) -> None:
    assert thinned(count, width) == expected
