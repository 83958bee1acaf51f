"""`tradeengine cache-fund` as it is typed: what it shows, how it ends, whom it tells."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from aiohttp import web

from tests.edgar.site import HTML, Site, site_open
from tests.quant.filings import JULY_1, NAMES, Sources, cached, serve_2010, serve_lpa
from tests.runs import make_home
from tradeengine.alerts.sqlite_records import SqliteRecords
from tradeengine.cli import main
from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.layout import Home
from tradeengine.options import Flags, Options, read_options
from tradeengine.quant.caching_fundamentals import FundamentalsReport, cache_fundamentals
from tradeengine.quant.fetching_filings import Progress
from tradeengine.quant.running_cache_fund import ALERT, Order, run
from tradeengine.run.job_lock import take


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    made = make_home(tmp_path)
    monkeypatch.chdir(tmp_path)
    return made


def order(home: Home, *symbols: str, json: bool = False, day: date = JULY_1) -> Order:
    flags = Flags(venue="embedded", date=day)
    return Order(options=read_options(flags, home, None, {}, json=json), symbols=symbols)


class Serving:
    """Opens a site like the SEC's for a run of the command."""

    def __init__(self, *problems: str, html: bool = False, day: date = JULY_1) -> None:
        self._problems, self._html, self._day = list(problems), html, day

    @asynccontextmanager
    async def __call__(self, options: Options) -> AsyncIterator["Desk"]:
        async with site_open() as site:
            serve_2010(site)
            serve_lpa(site)
            if self._html:
                site.misbehave = lambda _request: web.Response(body=HTML)
            yield Desk(
                options, Sources(site.url, today=self._day), self._problems, ["no bars of A"]
            )


@dataclass(frozen=True)
class Desk:
    """A desk of one site."""

    options: Options
    sources: Sources
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    async def members_with_bars(self, progress: Progress) -> Sequence[str]:
        progress("daily bars", 1, 1)
        return NAMES

    async def refresh_fundamentals(
        self, symbols: Sequence[str], progress: Progress
    ) -> FundamentalsReport:
        files = self.options.home.desk(self.sources.origin)
        return await cache_fundamentals(
            self.sources,
            files,
            symbols,
            self.options.date,
            progress,
            parameters=self.options.settings.fundamentals,
        )


def test_the_table_names_valid_and_refused_companies(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = run(order(home, "AAPL", "LOW", "JPM", "LPA", "XOM"), Serving())
    assert ended is ExitCode.CLEAN
    shown = capsys.readouterr().out
    lines = [" ".join(line.replace("│", " ").split()) for line in shown.splitlines()]
    assert "Fundamentals for the session of 2010-07-01" in lines
    assert any(line.startswith("valid 2") for line in lines)
    assert "refused DCF_NOT_APPLICABLE 1 JPM" in lines
    assert "refused NO_XBRL 1 LPA" in lines
    assert "refused MISSING_TAG 1 XOM" in lines
    assert "looked at on 2010-07-01 5 0 sessions old" in lines
    assert any(line.startswith("sources http://127.0.0.1:") for line in lines)
    assert any(line.startswith("last good set 2010-07-01, 0 sessions old: 2") for line in lines)


def test_machines_get_every_refusal(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    ended = run(order(home, "AAPL", "JPM", json=True), Serving())
    assert ended is ExitCode.CLEAN
    told = json.loads(capsys.readouterr().out)
    assert (told["as_of"], told["failed"]) == ("2010-07-01", False)
    assert set(told["valid"]) == {"AAPL"}
    assert [(each["symbol"], each["code"]) for each in told["refused"]] == [
        ("JPM", "DCF_NOT_APPLICABLE")
    ]
    assert told["last_good"] == {"as_of": "2010-07-01", "valid": 1, "refused": 1}


def test_a_site_that_answers_with_a_page_ends_in_words_an_alert_and_exit_code_1(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(order(home, "AAPL", "LOW"), Serving()) is ExitCode.CLEAN
    capsys.readouterr()
    later = date(2010, 7, 2)
    ended = run(order(home, "AAPL", "LOW", day=later), Serving(html=True, day=later))
    assert ended is ExitCode.FAILED
    caught = capsys.readouterr()
    assert "SRC_UNAVAILABLE: 2 of 2 companies not looked at" in caught.err
    assert "last good set: 2010-07-01, 1 session old: 2 valid, 0 refused" in caught.err
    assert "1 session old" in caught.out
    with SqliteRecords(home.alerts_file) as records:
        (record,) = records.newest(10)
    assert record.alert.code == ALERT
    assert "last good set: 2010-07-01" in record.alert.text


def test_bars_that_did_not_come_are_told_and_end_with_exit_code_1(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whose filings are meant follows from the bars: without them it would be nobody's."""
    assert run(order(home), Serving("daily bars: HTTP 503")) is ExitCode.FAILED
    assert "cache-fund: daily bars: HTTP 503\ncache-fund: no bars of A" in capsys.readouterr().err
    assert run(order(home), Serving()) is ExitCode.CLEAN
    assert "cache-fund: no bars of A" in capsys.readouterr().err


async def test_a_terminal_sees_how_far_it_is(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    ended = await asyncio.to_thread(run, order(home, "AAPL"), Serving())
    assert ended is ExitCode.CLEAN


def typed(*arguments: str | Path) -> int:
    """Type a command, as its own process would see it."""
    sys.argv = ["tradeengine", *map(str, arguments)]
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_the_embedded_venue_serves_the_filings_of_its_day(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [])
    named = ("--symbols", "AAPL,JPM,LPA,XOM", "--date", "2010-07-01")
    assert typed("cache-fund", "--home", home.root, *named, "--json") == ExitCode.CLEAN
    told = json.loads(capsys.readouterr().out)
    assert set(told["valid"]) == {"AAPL"}
    assert {each["symbol"]: each["code"] for each in told["refused"]} == {
        "JPM": "DCF_NOT_APPLICABLE",
        "LPA": "NO_XBRL",
        "XOM": "MISSING_TAG",
    }


def test_the_real_site_wants_a_contact_before_anything_is_asked(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [])
    for name in ("ALPACA_API_KEY", "ALPACA_SECRET_KEY"):
        monkeypatch.setenv(name, "a-key-of-a-paper-account")
    for symbols in ((), ("--symbols", "AAPL,MSFT")):
        code = typed("cache-fund", "--home", home.root, *symbols)
        assert code == ExitCode.BAD_CONFIGURATION
        assert "fundamentals.contact" in capsys.readouterr().err


def test_who_fetches_already_is_named_and_nothing_is_started(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [])
    home.prepare()
    for name in ("bars", "fundamentals"):
        lock = take(home.job_lock_file(name), name)
        assert lock is not None
        assert typed("cache-fund", "--home", home.root) == ExitCode.FAILED
        lock.release()
        told = capsys.readouterr().err
        assert f"{name}: runs already (the engine, process {os.getpid()}); nothing was" in told
    assert not home.desk("embedded").fundamentals.exists()


def test_symbols_that_name_nobody_and_an_unknown_venue_are_refused(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [])
    for wrong in (("--symbols", " , "), ("--symbols", ""), ("--venue", "nowhere")):
        assert typed("cache-fund", "--home", home.root, *wrong) == ExitCode.BAD_CONFIGURATION
        assert wrong[0] in capsys.readouterr().err


def test_a_day_beyond_the_calendar_is_told(home: Home) -> None:
    beyond = date(2040, 7, 2)
    serving = Serving(day=JULY_1)
    with pytest.raises(BadConfiguration, match="the exchange calendar covers"):
        run(order(home, "AAPL", day=beyond), serving)
    assert os.environ.get("HOME") is not None or home.root.is_dir()


async def test_the_audit_reads_what_a_run_wrote(
    home: Home, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [])
    async with site_open() as site:
        serve_2010(site)
        await cached(site, home.desk("embedded"))
    assert typed("audit", "--home", home.root) == ExitCode.CLEAN
    shown = capsys.readouterr().out
    assert "DCF_NOT_APPLICABLE" in shown
    assert "JPM" in shown
    assert Site().documents == {}
