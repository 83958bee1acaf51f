"""What `regime` and `value` read is fetched first, on a venue in this process and nowhere else."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from tradeengine.bars.asked import FILE
from tradeengine.bars.parquet import write_table
from tradeengine.bars.store import BarStore
from tradeengine.cli import app
from tradeengine.errors import BadConfiguration, JobFailed
from tradeengine.layout import Home
from tradeengine.options import Flags, Options, read_options
from tradeengine.quant import fetching_first
from tradeengine.quant.desk_day import EMBEDDED
from tradeengine.quant.fetching_first import fetch_first
from tradeengine.quant.job_turns import by_hand
from tradeengine.quant.last_good import last_good, remember
from tradeengine.quant.stored_desk import MARKET, StoredDesk
from tradeengine.schedule.entries import BARS

KEYS = {"ALPACA_API_KEY": "key-of-a-test", "ALPACA_SECRET_KEY": "secret-of-a-test"}


def options_of(folder: Path) -> Options:
    return read_options(Flags(venue="embedded"), Home(folder), None, KEYS, json=False)


def opened_by_nobody(options: Options) -> None:
    raise AssertionError(f"asked the sources of {options.home.root}")


def test_bars_come_first_and_filings_when_they_are_wanted_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    options = options_of(tmp_path)
    files = options.home.desk(EMBEDDED)
    fetch_first(options, "regime", filings=False)
    last = StoredDesk(options.settings, files).last_days(options.date)
    assert (last[MARKET], last["AAPL"]) == (date(2010, 6, 30), date(2010, 6, 30))
    assert last_good(files) is None

    fetch_first(options, "value", filings=True)
    found = last_good(files)
    assert found is not None
    monkeypatch.setattr(fetching_first, "open_desk", opened_by_nobody)
    for filings in (True, False):
        fetch_first(options, "value", filings=filings)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("command", [["regime"], ["value", "AAPL"]], ids=lambda words: words[0])
def test_of_a_real_site_the_stores_are_read_and_nobody_is_asked(
    tmp_path: Path, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching_first, "open_desk", opened_by_nobody)
    words = [*command, "--venue", "paper", "--date", "2026-01-05", "--home", str(tmp_path)]
    found = CliRunner().invoke(app, words, env=KEYS)
    assert isinstance(found.exception, BadConfiguration)
    assert "2026-01-02" in str(found.exception)
    assert list(tmp_path.iterdir()) == []


def test_filings_that_are_old_or_few_are_fetched(tmp_path: Path) -> None:
    options = options_of(tmp_path)
    files = options.home.desk(EMBEDDED)
    fetch_first(options, "value", filings=True)
    whole = last_good(files)
    assert whole is not None

    remember(files, date(2010, 6, 1), ["AAPL"], [], whole=True)
    fetch_first(options, "value", filings=True)
    assert last_good(files) == whole

    remember(files, options.date, ["AAPL"], [], whole=True)
    fetch_first(options, "value", filings=True)
    assert last_good(files) == whole


def test_bars_that_were_cut_off_are_fetched(tmp_path: Path) -> None:
    options = options_of(tmp_path)
    files = options.home.desk(EMBEDDED)
    fetch_first(options, "value", filings=True)
    store, asked = BarStore(files.bars), files.bars / FILE
    write_table(store.path, store.read().filter(pl.col("symbol") != "AAPL"))
    known = json.loads(asked.read_text())
    del known["AAPL"]
    asked.write_text(json.dumps(known))

    fetch_first(options, "value", filings=True)

    assert "AAPL" in StoredDesk(options.settings, files).last_days(options.date)


def test_who_fetches_already_is_named(tmp_path: Path) -> None:
    options = options_of(tmp_path)
    options.home.prepare()
    with (
        by_hand(options.home, [BARS], "tradeengine cache-fund"),
        pytest.raises(JobFailed, match=r"runs already \(tradeengine cache-fund, process \d+\)"),
    ):
        fetch_first(options, "regime", filings=False)
