"""The shipped files can be made again from their sources."""

import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from tradeengine.venue.shipped import build


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of small source files: two shares, a fund and the index."""
    minute = [datetime(2019, 2, 12, 14, 30 + m, tzinfo=UTC) for m in range(3)]
    tables = {
        build.MINUTE_SOURCE: pl.DataFrame(
            {
                "symbol": ["GLD", "GLD", "GLD", "AAPL", "VIX"],
                "ts": [minute[1], minute[0], minute[2], minute[0], minute[0]],
                "open": [2.0, 1.0, 9.0, 5.0, 15.0],
                "high": [2.5, 1.5, 9.0, 5.0, 15.5],
                "low": [1.9, 0.9, 9.0, 5.0, 14.5],
                "close": [2.2, 1.2, 9.0, 5.0, 15.2],
                "volume": [20, 10, 0, 50, 0],
            }
        ),
        build.DAILY_SOURCE: pl.DataFrame(
            {
                "symbol": ["AAPL", "AAPL", "ZZZZ"],
                "date": [date(2019, 2, 12), date(2018, 7, 31), date(2019, 2, 12)],
                "open": [5.0, 4.0, 1.0],
                "high": [6.0, 4.0, 1.0],
                "low": [4.0, 4.0, 1.0],
                "close": [5.5, 4.0, 1.0],
                "volume": [60, 40, 10],
                "dividend": [0.5, 0.0, 0.0],
                "split": [1.0, 1.0, 1.0],
            }
        ),
        build.SPY_SOURCE: pl.DataFrame(
            {
                "symbol": ["SPY"],
                "date": [date(2019, 2, 12)],
                "open": [270.0],
                "high": [271.0],
                "low": [269.0],
                "close": [270.5],
                "volume": [700],
            }
        ),
    }
    for name, table in tables.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        table.write_parquet(tmp_path / name)
    vix = tmp_path / build.VIX_SOURCE
    vix.parent.mkdir()
    vix.write_bytes(b"date,open,high,low,close\n2019-02-12,15.2,15.7,14.9,15.4\n")
    return tmp_path


def test_rows_are_chosen_and_not_changed(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "shipped"
    target.mkdir()

    assert build.main([str(source), str(target)]) == 0

    minutes = pl.read_parquet(target / "minutes.parquet")
    assert minutes["symbol"].to_list() == ["AAPL", "GLD", "GLD"]
    assert minutes["open"].to_list() == [5.0, 1.0, 2.0]
    assert pl.read_parquet(target / "vix_minutes.parquet").rows() == [
        (datetime(2019, 2, 12, 14, 30, tzinfo=UTC), 15.0, 15.5, 14.5, 15.2)
    ]
    assert pl.read_parquet(target / "vix_daily.parquet")["close"].to_list() == [15.4]
    day = date(2019, 2, 12)
    assert pl.read_parquet(target / "daily.parquet").rows() == [
        ("AAPL", day, 5.0, 6.0, 4.0, 5.5, 60, 0.5, 1.0),
        ("GLD", day, 1.0, 2.5, 0.9, 2.2, 30, 0.0, 1.0),
        ("SPY", day, 270.0, 271.0, 269.0, 270.5, 700, 0.0, 1.0),
    ]
    assert "minutes.parquet: 3 rows" in capsys.readouterr().out


def test_without_a_source_it_says_how_it_is_called() -> None:
    command = [sys.executable, "-m", "tradeengine.venue.shipped.build"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert "SOURCE_DIR" in ended.stderr
