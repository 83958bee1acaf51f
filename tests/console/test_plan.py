"""The plan in the summary: its maker and origins, and why nothing was entered."""

from dataclasses import replace

from msgspec import structs

from tests.console.pictures import ENDED, PLAN, text_of
from tradeengine.console.plan import maker, plan_panel, stopped_json, stopped_panel
from tradeengine.console.summary import summary
from tradeengine.run.stopped import Stop

STOPPED = {
    "AAPL": (Stop("NOT_OVERSOLD", 1200, "30", "47.1"), Stop("NOT_WARM", 3, "150 bars", "20 bars")),
    "JPM": (Stop("FUNDAMENTALS_MISSING", 330, "a dated valuation", "none"),),
}


def test_a_plan_says_who_made_it_and_of_what() -> None:
    text = text_of(plan_panel(PLAN), 120)

    assert "Plan of 2010-07-01: built by the engine (the quant desk)" in text
    assert "2 symbols, 1 valued, regime HV-bear, VIX 24.50" in text
    assert "regime  SPY, 1,260 days to 2010-06-30" in text


def test_a_plan_by_hand_is_named_as_such() -> None:
    plan = structs.replace(PLAN, by_hand="config/plans/a.yaml", source="me", vix=None)

    assert maker(plan) == "by hand, config/plans/a.yaml (me)"
    assert "VIX unknown" in text_of(plan_panel(plan), 120)


def test_each_candidate_has_its_gates_with_limit_and_actual() -> None:
    text = " ".join(text_of(stopped_panel(STOPPED), 120).split())

    assert "No entry: what stopped each of 2 candidates" in text
    assert "AAPL 1,200 x NOT_OVERSOLD limit 30, was 47.1" in text
    assert "3 x NOT_WARM limit 150 bars, was 20 bars" in text
    assert "JPM 330 x FUNDAMENTALS_MISSING limit a dated valuation, was none" in text


def test_the_summary_asks_what_stopped_them_only_when_nothing_was_bought() -> None:
    bought = replace(ENDED, stopped=STOPPED)

    assert "what stopped each" not in text_of(summary(bought), 120)
    assert "what stopped each" in text_of(summary(replace(bought, buys=0)), 120)


def test_machines_get_all_gates() -> None:
    assert stopped_json(STOPPED)["JPM"] == [
        {
            "gate": "FUNDAMENTALS_MISSING",
            "times": 330,
            "limit": "a dated valuation",
            "actual": "none",
        }
    ]
