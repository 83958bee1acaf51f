"""The shipped files can be made again from their sources."""

import gzip
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import polars as pl
import pytest

from tradeengine.venue.shipped import build, build_filings, build_history

Json = dict[str, Any]
DAY = date(2019, 2, 12)


def bars(symbols: str, days: list[date], closes: list[float], **actions: list[float]) -> Json:
    """Give columns of flat daily bars, one row a symbol and day."""
    prices = dict.fromkeys(("open", "high", "low", "close"), closes)
    return {
        "symbol": symbols.split(),
        "date": days,
        **prices,
        "volume": [10] * len(days),
        **actions,
    }


def fact(filed: str, accession: str) -> Json:
    return {"end": "2009-06-30", "val": 1, "accn": accession, "form": "10-Q", "filed": filed}


def company(cik: int, ticker: str, *facts: Json) -> Json:
    told = {"label": None, "units": {"USD": list(facts)}}
    facts_by_tag = {"us-gaap": {"Assets": told}}
    return {"ticker": ticker, "cik": cik, "entityName": f"{ticker} INC", "facts": facts_by_tag}


def write_filings(folder: Path) -> None:
    """Write small sources of filings: two filers of 2009 and the four real answers."""
    early = [company(19617, "JPM", fact("2009-08-10", "j-1")), company(4, "XX.B")]
    early[1]["facts"]["us-gaap"]["Assets"]["units"]["USD"] = [fact("2009-08-07", "x-1")]
    path = folder / build_filings.FACTS_SOURCE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, early)).encode()))
    for cik, ticker in {**build_filings.REAL, **build_filings.ADDED}.items():
        framed = {**fact("2025-05-01", f"{ticker}-9"), "frame": "CY2009Q2I"}
        real = company(cik, ticker, framed)
        if ticker == "JPM":
            real["facts"]["us-gaap"]["Goodwill"] = {"label": "Goodwill", "units": {"USD": []}}
        del real["ticker"]
        path = folder / build_filings.API_FOLDER / f"{build_filings.name_of(cik)}.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(json.dumps(real).encode()))
    columns = ("accessionNumber", "filingDate", "reportDate", "acceptanceDateTime", "form")
    recent = dict(zip(columns, zip(*[
        ("a-2", "2025-01-31", "2024-12-28", "2025-01-31T11:00:00.000Z", "10-Q"),
        ("a-1", "2025-01-10", "", "2025-01-10T18:30:12.000Z", "3"),
    ], strict=True), strict=True))  # fmt: skip
    path = folder / build_filings.SUBMISSIONS_FOLDER / f"{build_filings.name_of(320193)}.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(json.dumps({"filings": {"recent": recent}}).encode()))
    for name in build_filings.QUARTER_SOURCES:
        quarter = pl.DataFrame(
            {
                "cik": [4], "name": ["XX INC"], "sic": ["2834"], "adsh": ["x-1"],
                "filed": ["20090807"], "accepted": ["2009-08-07 09:27:00.0"],
                "period": ["20090630"], "form": ["10-Q"],
            }
        )  # fmt: skip
        (folder / name).parent.mkdir(exist_ok=True)
        quarter.write_parquet(folder / name)


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
        build_history.OLD_SOURCE: pl.DataFrame(
            bars(
                "XX.B XX.B YY",
                [date(2004, 6, 1), date(2004, 5, 28), date(2004, 6, 1)],
                [7.0, 6.0, 5.0],
                dividend=[0.1, 0.0, 0.0],
                split=[1.0, 1.0, 1.0],
            )
        ),
        build.SPY_SOURCE: pl.DataFrame(
            bars(
                "SPY SPY SPY SPY",
                [DAY, date(2010, 6, 17), date(2010, 6, 18), date(2010, 6, 21)],
                [270.5, 100.0, 100.0, 100.0],
            )
        ),
        build_history.SPY_ADJUSTED_SOURCES[0]: pl.DataFrame(
            {
                "symbol": ["SPY"] * 3,
                "date": [date(2010, 6, 17), date(2010, 6, 18), date(2010, 6, 21)],
                "close": [100.0, 100.0, 100.0],
                "adj_close": [99.0, 99.4975, 99.4975],
            }
        ),
        build_history.SPY_ADJUSTED_SOURCES[1]: pl.DataFrame(
            {"symbol": ["SPY"], "date": [DAY], "close": [270.5]}
        ),
    }
    for name, table in tables.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        table.write_parquet(tmp_path / name)
    vix = tmp_path / build.VIX_SOURCE
    vix.parent.mkdir()
    vix.write_bytes(b"date,open,high,low,close\n2019-02-12,15.2,15.7,14.9,15.4\n")
    rates = tmp_path / build_history.RATES_SOURCE
    rates.write_bytes(b"date,DTB3,DGS10\n2010-06-30,0.1,2.97\n2010-07-05,,\n")
    write_filings(tmp_path)
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
    assert pl.read_parquet(target / "daily.parquet").rows() == [
        ("AAPL", DAY, 5.0, 6.0, 4.0, 5.5, 60, 0.5, 1.0),
        ("GLD", DAY, 1.0, 2.5, 0.9, 2.2, 30, 0.0, 1.0),
        ("SPY", DAY, 270.5, 270.5, 270.5, 270.5, 10, 0.0, 1.0),
    ]
    assert pl.read_parquet(target / "daily_2004_2010.parquet").rows() == [
        ("XX.B", date(2004, 6, 1), 7.0, 7.0, 7.0, 7.0, 10, 0.1, 1.0),
    ]
    assert pl.read_parquet(target / "rates_daily.parquet").rows() == [
        (date(2010, 6, 30), 2.97),
        (date(2010, 7, 5), None),
    ]
    spy = pl.read_parquet(target / "spy_daily.parquet")
    assert spy.select("date", "close", "dividend").rows() == [
        (date(2010, 6, 17), 100.0, 0.0),
        (date(2010, 6, 18), 100.0, 0.5),
        (date(2010, 6, 21), 100.0, 0.0),
    ]
    assert "minutes.parquet: 3 rows" in capsys.readouterr().out


def member(target: Path, archive: str, cik: int) -> Any:  # noqa: ANN401 - any JSON
    with ZipFile(target / archive) as opened:
        return json.loads(opened.read(build_filings.name_of(cik)))


def test_filings_of_all_sources_are_put_together(source: Path, tmp_path: Path) -> None:
    target = tmp_path / "shipped"
    target.mkdir()

    build.main([str(source), str(target)])

    bank = member(target, "companyfacts.zip", 19617)
    assert bank["facts"]["us-gaap"]["Assets"]["units"]["USD"] == [
        fact("2009-08-10", "j-1"),
        fact("2025-05-01", "JPM-9"),
    ]
    assert bank["facts"]["us-gaap"]["Goodwill"]["units"]["USD"] == []
    assert member(target, "submissions.zip", 4) == {
        "cik": "0000000004",
        "name": "XX.B INC",
        "sic": "2834",
        "tickers": ["XX-B"],
        "recent": [
            {
                "accessionNumber": "x-1",
                "filingDate": "2009-08-07",
                "reportDate": "2009-06-30",
                "acceptanceDateTime": "2009-08-07T09:27:00.000Z",
                "form": "10-Q",
            }
        ],
    }
    apple = member(target, "submissions.zip", 320193)
    assert [row["accessionNumber"] for row in apple["recent"]] == ["AAPL-9", "a-2"]
    assert apple["sic"] == ""


def test_the_same_sources_give_the_same_bytes(source: Path, tmp_path: Path) -> None:
    made = []
    for name in ("one", "other"):
        target = tmp_path / name
        target.mkdir()
        build.main([str(source), str(target)])
        made.append({file.name: file.read_bytes() for file in target.iterdir()})

    assert made[0] == made[1]
    assert len(made[0]) == 9


def test_without_a_source_it_says_how_it_is_called() -> None:
    command = [sys.executable, "-m", "tradeengine.venue.shipped.build"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert "SOURCE_DIR" in ended.stderr
