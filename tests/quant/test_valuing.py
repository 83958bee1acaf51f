"""Companies valued before a session, and one of them explained."""

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from msgspec.structs import replace as replaced

from tests.quant.small_market import (
    BANK,
    DAY,
    SYMBOLS,
    THROUGH,
    data,
    flags,
    open_data,
    panel_of,
)
from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.fundamentals.parameters import ValuationParameters
from tradeengine.fundamentals.valuation import Appraisal
from tradeengine.model.rejections import Rejection
from tradeengine.quant.desk_day import DeskDay
from tradeengine.quant.explaining_value import explain_value
from tradeengine.quant.valuing import prepare

TODAY = DeskDay(origin="embedded", day=DAY, through=THROUGH)
PARAMETERS = ValuationParameters(paths=1000)


def test_everybody_is_valued_or_refused() -> None:
    prepared = prepare(data(), TODAY, PARAMETERS)
    results = prepared.values()

    assert len(results) == len(SYMBOLS)
    refused = [each for each in results if isinstance(each, Rejection)]
    assert [(each.symbol, each.code) for each in refused] == [("S11", "EV_NEGATIVE")]
    assert prepared.assumed.risk_free == pytest.approx(0.0297)
    assert [each.symbol for each in prepared.refused] == ["BANK"]


def test_one_alone_has_the_value_that_it_has_among_all() -> None:
    prepared = prepare(data(), TODAY, PARAMETERS)
    only = prepared.appraise("S03")

    assert isinstance(only, Appraisal)
    assert only.valuation == prepared.values()[3]


def test_prices_of_an_earlier_day_are_no_prices() -> None:
    stale = replace(data(), read_panel=lambda s, _, n: panel_of(s, date(2010, 6, 29), n))
    results = prepare(stale, TODAY, PARAMETERS).values()

    assert {each.code for each in results if isinstance(each, Rejection)} == {"MARKET_MISSING"}
    assert len(results) == len(SYMBOLS)


def test_a_rate_that_nobody_knows_values_nothing() -> None:
    unknown = replace(data(), rate_on=lambda days: np.full(len(days), np.nan))
    results = prepare(unknown, TODAY, PARAMETERS).values()

    assert all(isinstance(each, Rejection) for each in results)


def test_without_any_bars_nobody_has_a_price() -> None:
    nothing = replace(data(), read_panel=lambda _, through, days: panel_of([], through, days))
    results = prepare(nothing, TODAY, PARAMETERS).values()

    assert {each.code for each in results if isinstance(each, Rejection)} == {"MARKET_MISSING"}


def test_a_value_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = explain_value(open_data, flags(tmp_path), "S03")
    told = capsys.readouterr().out

    assert code is ExitCode.CLEAN
    for words in (
        "S03 Inc (CIK 103, SIC 3571)",
        "revenue", "Revenues", "2010-05-03",
        "growth: ", "own years and 6 of Technology",
        "P(undervalued) = ", "percentiles: 5 %", "price", "seed",
    ):  # fmt: skip
        assert words in told
    assert told.count("Revenues") == 1
    assert sum("█" in row for row in told.splitlines()) > 10
    assert " price" in told
    figure = tmp_path / "data/fundamentals/embedded/figures/S03-2010-07-01.svg"
    assert str(figure) in told.replace("\n", "")
    drawn = ET.parse(figure).getroot()
    assert len(drawn.findall("{*}rect")) == 61
    assert "P(undervalued)" in drawn.attrib["aria-label"]


def test_a_value_is_whole_on_a_narrow_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    explain_value(open_data, flags(tmp_path), "S03")
    rows = plain(capsys.readouterr().out).splitlines()

    cells = [[cell.strip() for cell in row.split("│")[1:-1]] for row in rows if row[:1] == "│"]
    inputs = [row for row in cells if len(row) == 5]
    assert "".join(name for name, *_ in inputs).startswith("revenue")
    assert "".join(rule for _, _, rule, *_ in inputs).startswith("Revenues")
    # A bar that goes on in the next line is another bar.
    assert not [row for row in rows if row[:1] == "█"]


def plain(text: str) -> str:
    """Leave out what colours a terminal."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_a_premium_of_a_later_day_is_told_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    explain_value(open_data, flags(tmp_path), "S03")
    told = " ".join(capsys.readouterr().out.split())
    assert "equity premium of 2026-01-01, which is later than this session" in told


def test_a_value_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain_value(open_data, flags(tmp_path, json=True), "S03") is ExitCode.CLEAN
    told = json.loads(capsys.readouterr().out)

    assert told["valuation"]["symbol"] == told["inputs"]["symbol"] == "S03"
    assert 0 < told["valuation"]["p_undervalued"] < 1
    assert told["valuation"]["paths"] == 10_000
    assert Path(told["figure"]).is_file()


@pytest.mark.parametrize(
    ("symbol", "words"),
    [
        ("S11", "S11 has no value: EV_NEGATIVE (structural): enterprise value at the market:"),
        (
            "BANK",
            "BANK has no value: DCF_NOT_APPLICABLE (structural): sic: 6021; rule: no bank",
        ),
    ],
)
def test_a_refusal_is_told_with_its_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], symbol: str, words: str
) -> None:
    assert explain_value(open_data, flags(tmp_path), symbol) is ExitCode.FAILED
    assert words in capsys.readouterr().out

    assert explain_value(open_data, flags(tmp_path, json=True), symbol) is ExitCode.FAILED
    assert json.loads(capsys.readouterr().out)["refused"][0]["symbol"] == symbol


def test_a_missing_rate_is_told_with_what_fetches_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = replace(data(), rate_on=lambda days: np.full(len(days), np.nan))

    assert explain_value(lambda *_: unknown, flags(tmp_path), "S03") is ExitCode.FAILED
    caught = capsys.readouterr()
    assert "MARKET_MISSING" in caught.out
    assert "the 10-year rate before 2010-07-01 is not known: `tradeengine jobs" in caught.err


@pytest.mark.parametrize(("spoiled", "code"), [("S03", ExitCode.FAILED), ("S04", ExitCode.CLEAN)])
def test_a_share_whose_bars_are_refused_has_no_value_as_it_has_none_in_a_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], spoiled: str, code: ExitCode
) -> None:
    def screen(symbols: Sequence[str], through: date) -> list[Rejection]:
        assert (list(symbols), through) == (["S03"], THROUGH)
        return [replaced(BANK, symbol=spoiled, code="SPLIT_NOT_BOOKED")] if spoiled == "S03" else []

    assert explain_value(lambda *_: replace(data(), screen=screen), flags(tmp_path), "S03") is code
    told = capsys.readouterr().out
    assert ("S03 has no value: SPLIT_NOT_BOOKED" in told) is (code is ExitCode.FAILED)


def test_a_symbol_that_is_empty_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match="SYMBOL: is empty"):
        explain_value(open_data, flags(tmp_path), "")


@pytest.mark.parametrize(
    ("venue", "fetch"),
    [
        ("embedded", "tradeengine cache-fund --venue embedded --date 2010-07-01"),
        ("http://127.0.0.1:1", "tradeengine cache-fund --venue http://127.0.0.1:1"),
    ],
)
def test_a_symbol_that_nobody_knows_is_told_with_a_remedy(
    tmp_path: Path, venue: str, fetch: str
) -> None:
    # Filings of it may be there all the same: who is no member, or has no bar, is not valued.
    with pytest.raises(
        BadConfiguration, match="no member of the index with a stored daily bar of 2010-06-30"
    ) as refused:
        explain_value(open_data, replace(flags(tmp_path), venue=venue), "NONE")
    # A venue with a clock of its own would refuse the date.
    assert refused.value.remedy == f"check the ticker, or fetch: {fetch}"


@pytest.mark.parametrize("as_json", [False, True])
def test_a_figure_that_cannot_be_written_costs_the_figure_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, as_json: bool
) -> None:
    (tmp_path / "data").write_text("in the way")
    assert explain_value(open_data, flags(tmp_path, json=as_json), "S03") is ExitCode.CLEAN
    caught = capsys.readouterr()
    assert "cannot be written" in caught.err
    assert ('"figure":null' in caught.out) is as_json
    assert "figure: " not in caught.out


def test_sectors_are_asked_for_with_the_code_of_the_filings() -> None:
    asked: dict[str, int] = {}

    def sector_of(symbol: str, sic: int) -> str:
        asked[symbol] = sic
        return "Materials"

    prepared = prepare(replace(data(), sector_of=sector_of), TODAY, PARAMETERS)

    assert asked == {symbol: inputs.sic for symbol, inputs in prepared.inputs.items()}
    assert {each.sector for each in prepared.facts} == {"Materials"}
