from tests.console.pictures import BUSY, NOW, QUIET, changed
from tradeengine.console.parameters import ConsoleParameters
from tradeengine.console.plain import ProgressLines
from tradeengine.model.instants import MINUTE, NANOS
from tradeengine.model.orders import EngineState


def progress() -> ProgressLines:
    return ProgressLines(ConsoleParameters(progress_minutes=15))


def test_a_state_is_said_once() -> None:
    lines = progress()

    assert list(lines.news(QUIET)) == ["10:31:07 state STARTING"]
    assert list(lines.news(QUIET)) == []
    halting = changed(QUIET, state=EngineState.HALTING, state_reason="close: the session ends")
    assert list(lines.news(halting)) == ["10:31:07 state HALTING: close: the session ends"]


def test_each_fill_is_said_once_with_its_own_time() -> None:
    lines = progress()
    list(lines.news(QUIET))
    buy, sell = "10:31:02 fill buy 9 AAPL at 50.01", "10:31:03 fill sell 9 AAPL at 50.11"
    two = changed(QUIET, fills=2, fill_lines=(buy, sell))
    assert list(lines.news(two)) == [buy, sell]

    again = "10:31:04 fill buy 1 MSFT at 106"
    three = changed(two, fills=3, fill_lines=(buy, sell, again))
    assert list(lines.news(three)) == [again]


def test_what_happened_between_two_looks_is_said_in_its_order() -> None:
    lines = progress()
    list(lines.news(QUIET))
    fill, late = "10:31:02 fill sell 9 AAPL at 50.11", "10:31:06 fill sell 1 MSFT at 106"
    halting = changed(
        QUIET,
        state=EngineState.HALTING,
        state_since=NOW - 3 * NANOS,
        fills=2,
        fill_lines=(fill, late),
    )
    assert list(lines.news(halting)) == [fill, "10:31:04 state HALTING", late]


def test_alerts_are_said() -> None:
    lines = progress()
    list(lines.news(QUIET))

    alerted = changed(QUIET, alerts=("feed lost",), alert_count=1)
    assert list(lines.news(alerted)) == ["10:31:07 alert feed lost"]
    assert list(lines.news(alerted)) == []


def test_every_quarter_of_an_hour_the_run_is_summed_up() -> None:
    lines = progress()
    list(lines.news(BUSY))
    assert list(lines.news(changed(BUSY, now=NOW + 15 * MINUTE - 1))) == []

    later = changed(BUSY, now=NOW + 15 * MINUTE)
    assert list(lines.news(later)) == [
        "10:46:07 TRADING equity $100,012.34 open -$10.16 drawdown 0.07%"
        " | 2 positions, 1 open order | sent 12, filled 7, denied 43 | data 0.4 s old"
    ]
    assert list(lines.news(later)) == []


def test_lines_are_plain_text_in_one_line_each() -> None:
    said = [line for shot in (QUIET, BUSY) for line in progress().news(shot)]

    assert said
    assert all(line.isprintable() for line in said)
