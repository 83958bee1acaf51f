"""Sizes against the golden file: Kelly shrunk and raw, scales, caps."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from tests.risk.world import limits
from tradeengine.evidence.growth import binary, by_moments, exact
from tradeengine.risk.kelly import Record, read_record
from tradeengine.risk.sizing import base_fraction, scale, volatility_scale, whole_shares

GOLDEN: Final = json.loads(
    (Path(__file__).parents[1] / "golden" / "sizing.json").read_text(encoding="utf-8")
)
RECORDS: Final = list(GOLDEN["trades"])


@pytest.mark.parametrize("name", RECORDS)
def test_the_shrunk_record(name: str) -> None:
    trades, golden = GOLDEN["trades"][name], GOLDEN["kelly"][name]
    record = read_record(trades, limits())

    assert record.win_rate == pytest.approx(golden["p_lower"], abs=1e-9)
    assert record.payoff == pytest.approx(golden["b"], abs=1e-9)
    assert record.kelly == pytest.approx(golden["kelly_lower"], abs=1e-9)
    assert Record(win_rate=golden["p"], payoff=record.payoff).kelly == pytest.approx(
        golden["kelly"], abs=1e-9
    )


@pytest.mark.parametrize("name", RECORDS)
def test_the_fraction_of_a_position(name: str) -> None:
    trades = GOLDEN["trades"][name]
    proven = limits(probe_until_closed_trades=0)

    assert float(base_fraction(trades, len(trades), proven)) == pytest.approx(
        GOLDEN["kelly"][name]["f_final_quarter_cap20_lower"], abs=1e-9
    )


@pytest.mark.parametrize("name", RECORDS)
def test_what_the_record_alone_would_bet(name: str) -> None:
    trades, golden = GOLDEN["trades"][name], GOLDEN["kelly"][name]

    assert binary(trades) == pytest.approx(golden["kelly_raw"], abs=1e-9)
    assert by_moments(trades) == pytest.approx(golden["kelly_mean_var"], abs=1e-9)
    # The oracle was found by a coarser search.
    assert exact(trades) == pytest.approx(golden.get("kelly_empirical_exact"), abs=1e-5)


def test_the_scales() -> None:
    for case in GOLDEN["vol_scaling"]["cases"]:
        vix, atr = case["vix"], 100 * case["atr_pct"]
        by_vix, by_atr = scale(vix, 20, 40), scale(atr, 1.5, 4.0)
        assert by_vix == pytest.approx(case["vix_scale"], abs=1e-9)
        assert by_atr == pytest.approx(case["atr_scale"], abs=1e-9)
        # The other way to combine them; sizes follow the smaller one.
        assert by_vix * by_atr == pytest.approx(case["combined_product"], abs=1e-9)
        assert float(volatility_scale(vix, atr, limits())) == pytest.approx(
            case["combined_min"], abs=1e-9
        )


def test_the_shares() -> None:
    for case in GOLDEN["shares"]:
        found = whole_shares(
            equity=Decimal(str(case["equity"])),
            fraction=Decimal(str(case["f"])),
            price=Decimal(str(case["price"])),
            adv20_shares=int(case["adv20"]),
            adv_percent=Decimal(str(case["limit"])) * 100,
            dollars_at_most=Decimal(10**9),
        )
        assert found == case["shares"]
