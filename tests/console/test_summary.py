import json
from dataclasses import replace
from decimal import Decimal

from msgspec import structs

from tests.console.pictures import ENDED, RECEIPT, text_of
from tradeengine.console.summary import RunSummary, summary, summary_json
from tradeengine.model.orders import EngineState, StopTrigger


def words_of(run: RunSummary) -> str:
    return " ".join(text_of(summary(run)).replace("│", " ").split())


def test_the_json_has_exactly_the_promised_keys() -> None:
    assert json.loads(json.dumps(summary_json(ENDED))) == {
        "run_id": "run-1",
        "run_dir": "/home/someone/logs/run-1",
        "state": "STOPPED",
        "flat": True,
        "symbols": 41,
        "orders": 1200,
        "fills": 7,
        "buys": 5,
        "sells": 2,
        "denials": 43,
        "equity_start": 100000.0,
        "equity_end": 100012.345,
        "plan": {
            "source": "the quant desk",
            "by_hand": None,
            "day": "2010-07-01",
            "regime": "HV-bear",
            "vix": 24.5,
            "symbols": 2,
            "origins": {"regime": "SPY, 1,260 days to 2010-06-30"},
        },
        "stopped": {},
    }


def test_unknown_equity_is_null_in_json() -> None:
    row = summary_json(replace(ENDED, equity_start=None, equity_end=None))

    assert (row["equity_start"], row["equity_end"]) == (None, None)


def test_the_summary_says_flat_first_and_counts() -> None:
    text = words_of(ENDED)

    assert text.startswith("FLAT run run-1 ended STOPPED")
    assert "41 1,200 7 5 2 +$12.34 ($100,000.00 to $100,012.34)" in text
    assert text.endswith("record: /home/someone/logs/run-1")


def test_denials_are_explained() -> None:
    text = words_of(ENDED)

    assert "Denied: 43 intents" in text
    assert "40 COOLDOWN too soon after the last buy of the symbol" in text
    assert "3 SPREAD_TOO_WIDE the spread is too wide" in text


def test_the_receipt_shows_each_symbols_way_to_flat() -> None:
    text = words_of(ENDED)

    assert "Flat receipt" in text
    assert "close: 1 round, 2.4 s" in text
    assert "AAPL 9 -> 0 cancel o-3; sell 9 limit" in text
    assert "MSFT 0 -> 0 nothing to do" in text


def test_a_run_that_is_not_flat_says_what_is_left() -> None:
    receipt = structs.replace(
        RECEIPT,
        flat=False,
        trigger=StopTrigger.INTERRUPT,
        positions_left=("AAPL", "MSFT"),
        orders_left=("te-1-000003-f",),
    )
    text = words_of(replace(ENDED, flat=False, receipt=receipt))

    assert text.startswith("NOT FLAT run run-1")
    assert "positions left: AAPL, MSFT" in text
    assert "orders left: te-1-000003-f" in text
    assert "Flat receipt" not in text


def test_a_run_that_never_reached_the_broker_has_a_short_summary() -> None:
    text = words_of(
        replace(
            ENDED,
            state=EngineState.STARTING,
            orders=0,
            equity_start=Decimal(1),
            equity_end=None,
            denials={},
            receipt=None,
        )
    )

    assert "n/a" in text
    assert "Denied" not in text
    assert "receipt" not in text


def test_what_lay_without_a_stop_is_told_and_what_still_does_stands_out() -> None:
    run = replace(ENDED, naked_dollar_seconds=Decimal("41230.4"), naked_worst_seconds=1.02)
    assert "without a broker-held stop: 41,230 dollar-seconds, 1.02 s at most" in words_of(run)

    left = replace(run, flat=False, uncovered={"AAPL": Decimal(1720)})
    assert "if this process died now: $1,720.00 uncovered in AAPL" in words_of(left)
