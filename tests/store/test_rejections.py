"""The log of refused data: appended once, counted in a row, whole after a crash."""

from datetime import date
from pathlib import Path

import pytest

from tradeengine.model.rejections import Rejection, Stage, Weight
from tradeengine.store.rejections import RejectionLog

MONDAY = date(2010, 6, 28)


def refused(symbol: str, code: str = "STALE", stage: Stage = Stage.FUNDAMENTALS) -> Rejection:
    return Rejection(
        symbol=symbol,
        stage=stage,
        code=code,
        field="revenue",
        value="219 days",
        limit="200 days",
        source="Revenues (a-1)",
        as_of=MONDAY,
        weight=Weight.TRANSIENT,
    )


@pytest.fixture
def log(tmp_path: Path) -> RejectionLog:
    return RejectionLog(tmp_path / "rejected_tickers")


def test_a_line_says_all_of_a_refusal(log: RejectionLog, tmp_path: Path) -> None:
    log.append([refused("A")], MONDAY)
    text = (tmp_path / "rejected_tickers" / "2010-06-28.jsonl").read_text()
    assert text == (
        '{"symbol":"A","stage":"fundamentals","code":"STALE","field":"revenue",'
        '"value":"219 days","limit":"200 days","source":"Revenues (a-1)","as_of":"2010-06-28",'
        '"weight":"transient","times":1}\n'
    )
    assert log.days() == [MONDAY]


def test_refusals_in_a_row_are_counted_by_symbol_and_stage(log: RejectionLog) -> None:
    for day in (28, 29):
        log.append([refused("A"), refused("B")], date(2010, 6, day))
    log.append([refused("A", "MISSING_TAG")], date(2010, 6, 30))
    log.append([refused("X", stage=Stage.BARS)], date(2010, 7, 1))
    lines = log.append(
        [refused("A"), refused("B"), refused("A", stage=Stage.BARS)], date(2010, 7, 2)
    )
    assert [(line.symbol, line.stage.value, line.times) for line in lines] == [
        ("A", "fundamentals", 4), ("B", "fundamentals", 1), ("A", "bars", 1),
    ]  # fmt: skip


def test_a_long_silence_of_the_stage_begins_anew(log: RejectionLog) -> None:
    log.append([refused("A")], MONDAY)
    assert log.append([refused("A")], date(2010, 10, 8))[0].times == 1
    assert log.append([refused("A")], date(2010, 10, 11))[0].times == 2


def test_a_second_run_of_a_day_adds_only_what_is_new(log: RejectionLog) -> None:
    log.append([refused("A")], MONDAY)
    again = log.append([refused("A"), refused("B"), refused("B")], MONDAY)
    assert [line.symbol for line in again] == ["B"]
    assert [line.symbol for line in log.read(MONDAY)] == ["A", "B"]
    assert log.append([refused("A")], MONDAY) == []


def test_a_line_that_a_crash_cut_off_costs_itself_only(log: RejectionLog, tmp_path: Path) -> None:
    log.append([refused("A")], MONDAY)
    path = tmp_path / "rejected_tickers" / "2010-06-28.jsonl"
    path.write_bytes(path.read_bytes() + b'{"symbol":"B","stage":"funda')
    log.append([refused("C")], MONDAY)
    assert [line.symbol for line in log.read(MONDAY)] == ["A", "C"]


def test_nothing_refused_leaves_nothing_to_read(log: RejectionLog, tmp_path: Path) -> None:
    assert log.days() == []
    assert log.read(MONDAY) == []
    (tmp_path / "rejected_tickers").mkdir()
    (tmp_path / "rejected_tickers" / "2010-13-45.jsonl").touch()
    assert log.days() == []
