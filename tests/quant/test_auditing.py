"""The sums of refused tickers, and the names that are refused week after week."""

import json
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec import structs

from tests.store.test_rejections import refused
from tradeengine.cli import main
from tradeengine.errors import ExitCode
from tradeengine.model.rejections import Stage, Weight
from tradeengine.quant.auditing import Line, audit
from tradeengine.store.rejections import RejectionLog

LAST = date(2010, 7, 1)


@pytest.fixture
def log(tmp_path: Path) -> RejectionLog:
    made = RejectionLog(tmp_path / "data" / "rejected_tickers")
    for back in (21, 14, 7, 3, 0):
        day = LAST - timedelta(days=back)
        made.append([refused("A"), refused("B", "MISSING_TAG")], day)
        if back in (3, 0):
            made.append([refused("C")], day)
    made.append([refused("X", "SPLIT", Stage.BARS)], LAST)
    return made


def test_a_week_is_summed_by_stage_and_code(log: RejectionLog) -> None:
    found = audit(log, 7)
    assert found is not None
    assert (found.first, found.last) == (date(2010, 6, 25), LAST)
    assert found.lines == (
        Line(stage="bars", code="SPLIT", weight="transient", days=1, symbols=("X",)),
        Line(stage="fundamentals", code="STALE", weight="transient", days=2, symbols=("A", "C")),
        Line(stage="fundamentals", code="MISSING_TAG", weight="transient", days=2, symbols=("B",)),
    )


def test_days_are_those_of_refusals_of_the_lines_own_weight(log: RejectionLog) -> None:
    """One code may pass for one name and stay for another: each line counts its own days."""
    log.append([structs.replace(refused("Z"), weight=Weight.STRUCTURAL)], LAST)
    found = audit(log, 7)
    assert found is not None
    stale = [line for line in found.lines if line.code == "STALE"]
    assert [(line.weight, line.days, line.symbols) for line in stale] == [
        ("transient", 2, ("A", "C")), ("structural", 1, ("Z",)),
    ]  # fmt: skip


def test_names_refused_three_weeks_running_are_marked(log: RejectionLog) -> None:
    found = audit(log, 7)
    assert found is not None
    assert [(name.symbol, name.code, name.times) for name in found.marked] == [
        ("A", "STALE", 5), ("B", "MISSING_TAG", 5),
    ]  # fmt: skip


def test_nothing_logged_is_nothing_to_sum(tmp_path: Path) -> None:
    assert audit(RejectionLog(tmp_path), 7) is None


def typed(*arguments: str | Path) -> int:
    sys.argv = ["tradeengine", *map(str, arguments)]
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_the_command_shows_sums_and_marks(
    log: RejectionLog,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert log.days()
    monkeypatch.setattr(sys, "argv", [])
    assert typed("audit", "--home", tmp_path) == ExitCode.CLEAN
    shown = capsys.readouterr().out
    assert "Refused from 2010-06-25 to 2010-07-01, the newest day that was looked at" in shown
    assert "three weeks running: A (fundamentals) STALE revenue: 219 days, 5 times" in shown
    assert typed("audit", "--home", tmp_path, "--days", "1", "--json") == ExitCode.CLEAN
    told = json.loads(capsys.readouterr().out)
    assert told["first"] == told["last"] == "2010-07-01"
    assert [line["code"] for line in told["lines"]] == ["SPLIT", "STALE", "MISSING_TAG"]


def test_another_last_day_can_be_named(
    log: RejectionLog,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert log.days()[-1] == LAST
    monkeypatch.setattr(sys, "argv", [])
    assert typed("audit", "--home", tmp_path, "--date", "2010-06-24") == ExitCode.CLEAN
    shown = capsys.readouterr().out
    assert "Refused from 2010-06-18 to 2010-06-24; the newest day is 2010-07-01" in shown
    assert "SPLIT" not in shown
    assert typed("audit", "--home", tmp_path, "--date", "2010-06-01") == ExitCode.CLEAN
    assert (
        "nothing was looked at up to 2010-06-01: the first day is 2010-06-10"
        in capsys.readouterr().out
    )


def test_lines_that_cannot_be_read_are_told(
    log: RejectionLog,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", [])
    with log.path(LAST).open("ab") as file:
        file.write(b'{"symbol":"A"}\n\xff\n{"symb')
    with log.path(LAST - timedelta(days=3)).open("ab") as file:
        file.write(b"{")
    log.path(LAST - timedelta(days=1)).touch()
    log.path(LAST - timedelta(days=20)).write_bytes(b"{\n")  # not of the days that are summed

    assert typed("audit", "--home", tmp_path, "--json") == ExitCode.CLEAN
    caught = capsys.readouterr()
    assert json.loads(caught.out)["unreadable"] == {"2010-06-28": 1, "2010-07-01": 3}
    assert caught.err.splitlines() == [
        f"{log.path(LAST - timedelta(days=3))}: 1 line cannot be read and is not counted",
        f"{log.path(LAST)}: 3 lines cannot be read and are not counted",
    ]


def test_a_week_in_which_nobody_was_refused_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [])
    RejectionLog(tmp_path / "data" / "rejected_tickers").append([], date(2010, 7, 1))
    assert typed("audit", "--home", tmp_path) == ExitCode.CLEAN
    assert "nobody was refused from 2010-06-25 to 2010-07-01" in capsys.readouterr().out


def test_an_empty_log_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [])
    assert typed("audit", "--home", tmp_path) == ExitCode.CLEAN
    assert "nothing was refused yet" in capsys.readouterr().out
    assert typed("audit", "--home", tmp_path, "--json") == ExitCode.CLEAN
    assert capsys.readouterr().out == "null\n"
