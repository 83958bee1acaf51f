"""The session plan is read strictly, and every mistake is told with its place."""

from decimal import Decimal
from pathlib import Path

import pytest

from tradeengine.errors import BadConfiguration
from tradeengine.model.plan import Regime, SessionPlan, SymbolPlan
from tradeengine.plan_file import load_plan

GOOD = """\
source: by hand
regime: HV-bear
vix: 24.5
size_ramp: 0.5
symbols:
  AAPL:
    p_undervalued: 0.7
    valued_on: 2019-02-08
    adv20_shares: 30000000
  BRK.B: {}
"""


def refusal(tmp_path: Path, text: str) -> str:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(BadConfiguration) as caught:
        load_plan(path)
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_a_good_plan_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(GOOD)

    assert load_plan(path) == SessionPlan(
        by_hand=str(path),
        source="by hand",
        regime=Regime.HV_BEAR,
        vix=24.5,
        size_ramp=Decimal("0.5"),
        symbols={
            "AAPL": SymbolPlan(p_undervalued=0.7, valued_on="2019-02-08", adv20_shares=30_000_000),
            "BRK.B": SymbolPlan(),
        },
    )


def test_an_empty_value_means_that_nothing_is_known(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(GOOD.replace("vix: 24.5", "vix:"))

    assert load_plan(path).vix is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "HV-bear",
            "HV-beer",
            "plan.yaml:2: regime: must be one of LV-bull, LV-bear, HV-bull, HV-bear, UNKNOWN,"
            " not 'HV-beer'; did you mean `HV-bear`?",
        ),
        ("regime:", "regme:", "plan.yaml:2: regme: unknown key; did you mean `regime`?"),
        ("24.5", "245", "plan.yaml:3: vix: must be between 0 and 200, not 245"),
        ("24.5", '"24.5"', "plan.yaml:3: vix: must be a number or empty, not '24.5'"),
        ("0.7", "70", "plan.yaml:7: symbols.AAPL.p_undervalued: must be between 0 and 1, not 70"),
        (
            "p_undervalued",
            "p_undervalud",
            "plan.yaml:7: symbols.AAPL.p_undervalud: unknown key; did you mean `p_undervalued`?",
        ),
        (
            "2019-02-08",
            "8 Feb 2019",
            "plan.yaml:8: symbols.AAPL.valued_on: must be a date, YYYY-MM-DD, not '8 Feb 2019'",
        ),
        (
            "30000000",
            "3e7",
            "plan.yaml:9: symbols.AAPL.adv20_shares: must be a whole number or empty,"
            " not 30000000.0",
        ),
        ("BRK.B: {}", "brk/b: {}", "plan.yaml:10: symbols.brk/b: is not a symbol"),
        (
            "BRK.B: {}",
            "BRK.B: 5",
            "plan.yaml:10: symbols.BRK.B: must be a section with keys of its own, not 5",
        ),
        (
            "BRK.B: {}",
            "AAPL: {}",
            "plan.yaml:10: symbols.AAPL: the key is here twice, first on line 6",
        ),
        ("source: by hand\n", "", "plan.yaml: source: is missing"),
        ("source: by hand", "source: 5", "plan.yaml:1: source: must be text, not 5"),
    ],
)
def test_a_mistake_is_told_with_place_and_value(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    assert told in refusal(tmp_path, GOOD.replace(old, new))


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("24.5", "-1").replace("0.7", "7")

    assert refusal(tmp_path, text) == (
        "plan.yaml: 2 problems\n"
        "  plan.yaml:3: vix: must be between 0 and 200, not -1\n"
        "  plan.yaml:7: symbols.AAPL.p_undervalued: must be between 0 and 1, not 7\n"
        "  remedy: mend the plan, or take it away: without one the quant desk plans the session"
    )


@pytest.mark.parametrize("symbols", ["", "symbols:\n", "symbols: {}\n", "symbols: [AAPL]\n"])
def test_a_plan_needs_symbols(tmp_path: Path, symbols: str) -> None:
    text = GOOD[: GOOD.index("symbols:")] + symbols

    assert "symbols: must be a section with a key for each" in refusal(tmp_path, text)


def test_a_plan_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match=r"nowhere\.yaml: cannot be read: No such file"):
        load_plan(tmp_path / "nowhere.yaml")
