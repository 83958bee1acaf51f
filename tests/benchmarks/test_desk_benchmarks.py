"""The desk's benchmarks run, say every figure, and judge by their limits. No figure is tested."""

import json

import pytest

from benchmarks import regime, valuation


def test_a_quick_valuation_says_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    code = valuation.main(["--quick", "--json"])
    figures = json.loads(capsys.readouterr().out)

    assert set(valuation.LIMITS) < set(figures)
    assert figures["companies"] == figures["valued"] == 20
    assert figures["same_again"] == 1
    assert figures["peak_megabytes"] < 500
    assert code == (0 if valuation.holds(figures) else 1)
    assert valuation.table(figures).row_count == len(figures)


def test_without_statsmodels_the_comparison_is_left_out_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(regime.VARIABLE, raising=False)

    assert regime.main(["--quick"]) == 0
    assert "PEERS_STATSMODELS names no Python" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({}, True),
        ({"times_less_cpu": 49.9}, False),
        ({"share_as_likely": 0.96}, False),
        ({"share_of_same_clear_calls": 0.99}, False),
    ],
)
def test_every_limit_is_judged(changed: dict[str, float], holds: bool) -> None:
    good = {
        "times_less_cpu": 50.0,
        "share_as_likely": 0.97,
        "share_of_same_calls": 0.99,
        "share_of_same_clear_calls": 1.0,
    }
    assert regime.holds(good | changed) is holds


def test_returns_are_real_where_bars_ship_and_drawn_where_they_do_not() -> None:
    real, drawn = regime.real(5), regime.drawn(7)

    assert real.shape[0] == drawn.shape[0] == regime.DAYS
    assert drawn.shape[1] == 7
    assert drawn.tobytes() == regime.drawn(7).tobytes()
