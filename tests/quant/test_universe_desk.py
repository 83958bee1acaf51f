"""The universe's commands: what they print, what they refuse, how they end."""

import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from tests.quant.small_desk import DAY, SmallDesk
from tests.quant.test_universe_files import keep
from tests.universe.proposals import PROPOSAL
from tradeengine import cli
from tradeengine.clock import SimulatedClock
from tradeengine.errors import BadConfiguration
from tradeengine.layout import Home
from tradeengine.model.instants import instant_of
from tradeengine.options import Flags, Options, read_options
from tradeengine.quant.desk_day import ALPACA, EMBEDDED, DeskDay
from tradeengine.quant.job_turns import by_hand
from tradeengine.quant.refreshing_universe import wanted_of
from tradeengine.quant.universe_day import desk_day
from tradeengine.quant.universe_desk import UniverseDesk
from tradeengine.quant.universe_files import UniverseFiles
from tradeengine.quant.universe_suppliers import Suppliers
from tradeengine.schedule.entries import UNIVERSE
from tradeengine.settings import Settings
from tradeengine.universe.mapping import Mapping as Traded

CONFIG = "universe: {names: 10, sector_cap: 3, history_days: 900}\nvenue: {date: 2010-07-01}\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    for name in ("ALPACA_API_KEY", "ALPACA_SECRET_KEY", "ALPACA_LIVE"):
        monkeypatch.delenv(name, raising=False)
    return Home(tmp_path)


@asynccontextmanager
async def small(options: Options) -> AsyncIterator[Suppliers]:
    yield SmallDesk(day=options.date).suppliers()


def options_of(
    home: Home,
    *,
    json: bool = False,
    venue: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Options:
    return read_options(Flags(venue=venue), home, None, environ or {}, json=json)


def refreshed(home: Home, *, json: bool = False) -> int:
    return UniverseDesk(options_of(home, json=json)).refresh(small)


Type = Callable[..., tuple[int, str, str]]


@pytest.fixture
def type_in(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Type:
    del home

    def typed(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tradeengine", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        caught = capsys.readouterr()
        assert "Traceback" not in caught.out + caught.err
        return int(ended.value.code or 0), caught.out, caught.err

    return typed


def test_a_refresh_shows_a_table_and_makes_the_first_list_active(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    configured = (home.root / "config" / "config.yaml").read_bytes()
    assert refreshed(home) == 0
    out = capsys.readouterr().out
    for words in (
        "universe for 2010-07-01", "names", "mean beta", "above sector caps", "refused by code",
        "Health Care", "daily bars: 2010-06-30", "seconds", "active from 2010-07-01",
    ):  # fmt: skip
        assert words in out, words
    assert (home.root / "config" / "config.yaml").read_bytes() == configured
    found = UniverseFiles(home.desk("embedded")).on(DAY)
    assert found is not None
    assert len(found.symbols) == 10


def test_a_refresh_for_machines(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    assert refreshed(home, json=True) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["activated"]["members"][0]["symbol"] == told["proposal"]["chosen"][0]
    assert told["seconds"] > 0
    # A second time nothing is new, and nothing is activated again.
    assert refreshed(home, json=True) == 0
    again: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert again["activated"] is None
    assert again["proposal"] == told["proposal"]
    assert refreshed(home) == 0
    assert "is the list from 2010-07-01 on" in capsys.readouterr().out


def test_no_progress_is_shown_where_there_is_no_terminal(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refreshed(home, json=True) == 0
    assert capsys.readouterr().err == ""


def test_without_a_list_history_says_so_and_what_to_do(type_in: Type) -> None:
    code, out, err = type_in("universe", "history")

    assert (code, err) == (0, "")
    assert out.startswith("no list was ever in force: make a proposal with `tradeengine refresh-")
    assert type_in("universe", "history", "--json")[1] == "[]\n"


def test_who_works_on_the_universe_keeps_others_from_it(home: Home, type_in: Type) -> None:
    keep(UniverseFiles(home.desk("embedded")))
    home.prepare()
    with by_hand(home, [UNIVERSE], "tradeengine jobs run universe"):
        for typed in (
            ("refresh-universe",),
            ("universe", "accept", "--who", "Ann"),
            ("universe", "refuse", "--who", "Ann", "--why", "no"),
        ):
            code, out, err = type_in(*typed)
            assert (code, out) == (1, ""), typed
            assert "universe: runs already (tradeengine jobs run universe, process " in err
    assert UniverseFiles(home.desk("embedded")).history() == []
    assert type_in("universe", "accept", "--who", "Ann")[0] == 0


def test_commands_by_hand(home: Home, type_in: Type) -> None:
    files = UniverseFiles(home.desk("embedded"))
    keep(files)
    assert type_in("universe", "show")[1].startswith("no list is in force")
    assert "waits to be accepted" in type_in("universe", "show")[1]
    code, out, _ = type_in("universe", "accept", "--who", " Ann ")
    assert (code, "accepted by Ann" in out, "AAA BBB" in out) == (0, True, True)
    again = type_in("universe", "accept", "--who", "Bob")[1]
    assert "accepted by Ann" in again
    assert again.endswith("it was the list already: nothing was changed\n")
    out = type_in("universe", "show", "--date", "2010-07-01")[1]
    assert "in force from 2010-07-01" in out
    assert "the proposal of 2010-07-01 is the list from 2010-07-01 on" in out
    assert "Ann" in type_in("universe", "history")[1]
    told = json.loads(type_in("universe", "history", "--json")[1])
    assert [each["accepted_by"] for each in told] == ["Ann"]
    shown = json.loads(type_in("universe", "show", "--json")[1])
    assert shown["active"]["effective"] == shown["proposal"]["day"] == "2010-07-01"


def test_a_refused_proposal_is_shown_as_such(home: Home, type_in: Type) -> None:
    keep(UniverseFiles(home.desk("embedded")))
    out = type_in("universe", "refuse", "--who", "Ann", "--why", "too few banks")[1]
    assert "is refused" in out
    assert "was refused by Ann: too few banks" in type_in("universe", "show")[1]
    code, _, err = type_in("universe", "accept", "--who", "Ben", "--json")
    assert (code, "too few banks" in err) == (2, True)
    told = json.loads(type_in("universe", "refuse", "--who", "Ben", "--why", "again", "--json")[1])
    assert told["refused_by"] == "Ben"


def test_a_refusal_after_the_acceptance_says_that_the_list_stays(home: Home, type_in: Type) -> None:
    keep(UniverseFiles(home.desk("embedded")))
    type_in("universe", "accept", "--who", "Ann")
    refused = type_in("universe", "refuse", "--who", "Bob", "--why", "too late")[1]
    assert "is refused, but it is the list from 2010-07-01 on already" in refused
    shown = type_in("universe", "show")[1]
    assert "refused by Bob: too late; it had become the list from 2010-07-01 on" in shown


def test_a_list_of_few_names_is_told_to_wait_for_a_person(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    (home.root / "config" / "config.yaml").write_text(CONFIG.replace("names: 10", "names: 60"))
    assert UniverseDesk(options_of(home)).refresh(small) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "waits to be accepted by a person: it has 25 of 60 names" in out
    assert "makes a proposal active, waiting does not, " in out


def test_what_a_source_refused_is_told_beside_the_proposal(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    @asynccontextmanager
    async def half(options: Options) -> AsyncIterator[Suppliers]:
        async with small(options) as suppliers:
            yield replace(suppliers, problems=lambda: ("vix: HTTP 503",))

    assert UniverseDesk(options_of(home, json=True)).refresh(half) == 0
    told = capsys.readouterr()
    assert told.err == "universe: vix: HTTP 503\n"
    assert json.loads(told.out)["activated"] is None

    assert UniverseDesk(options_of(home)).refresh(half) == 0
    out = capsys.readouterr().out
    assert "waits to be accepted by a person: a source failed while it was made" in out
    assert "makes a proposal active, waiting does not, " in out


def test_acceptance_for_machines(home: Home, type_in: Type) -> None:
    keep(UniverseFiles(home.desk("embedded")))
    told = json.loads(type_in("universe", "accept", "--who", "Ann", "--json")[1])
    assert told["accepted_by"] == "Ann"


def test_a_stale_proposal_is_shown_as_such(home: Home, type_in: Type) -> None:
    keep(UniverseFiles(home.desk("embedded")))
    (home.root / "config" / "config.yaml").write_text("venue: {date: 2010-12-01}\n")
    assert "is 153 days old on 2010-12-01" in type_in("universe", "show")[1]
    code, _, err = type_in("universe", "accept", "--who", "Ann")
    assert (code, "make a new one: tradeengine refresh-universe" in err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("universe", "accept", "--who", "Ann"), "there is no proposal"),
        (("universe", "show", "--date", "2010-01-04"), "there is no proposal of 2010-01-04"),
        (("universe", "accept", "--who", " "), "there is no proposal"),
        (("universe", "history", "--venue", "paper"), "ALPACA_API_KEY"),
    ],
)
def test_what_cannot_be_done_says_why(
    type_in: Type, arguments: tuple[str, ...], words: str
) -> None:
    code, _, err = type_in(*arguments)
    assert code == 2
    assert words in err


def test_somebody_decides(home: Home, type_in: Type) -> None:
    keep(UniverseFiles(home.desk("embedded")))
    code, _, err = type_in("universe", "accept", "--who", " ")
    assert (code, "--who: is empty" in err) == (2, True)
    code, _, err = type_in("universe", "refuse", "--who", "", "--why", "no")
    assert (code, "--who: is empty" in err) == (2, True)


@pytest.mark.parametrize("why", ["", " \t"])
def test_who_refuses_says_why(home: Home, type_in: Type, why: str) -> None:
    files = UniverseFiles(home.desk("embedded"))
    keep(files)
    code, _, err = type_in("universe", "refuse", "--who", "Ann", "--why", why)
    assert (code, "--why: is empty" in err) == (2, True)
    assert files.refusal(PROPOSAL.day) is None


def test_a_list_never_begins_before_its_proposal(home: Home, type_in: Type) -> None:
    files = UniverseFiles(home.desk("embedded"))
    keep(files)
    (home.root / "config" / "config.yaml").write_text("venue: {date: 2010-06-01}\n")
    assert type_in("universe", "accept", "--who", "Ann")[0] == 0
    assert [each.effective for each in files.history()] == [PROPOSAL.day]


def test_with_keys_the_next_session_is_prepared(home: Home) -> None:
    friday_noon = SimulatedClock(instant_of(date(2026, 11, 27), time(12)))
    keys = {"ALPACA_API_KEY": "KEY-OF-TEST", "ALPACA_SECRET_KEY": "SECRET-OF-TEST"}
    paper = options_of(home, venue="paper", environ=keys)
    assert desk_day(paper, friday_noon) == DeskDay(ALPACA, date(2026, 11, 30), date(2026, 11, 27))
    # A venue of ours at a URL has a clock of its own too, and the data that ships.
    ours = options_of(home, venue="http://127.0.0.1:8000", environ=keys)
    noon = SimulatedClock(instant_of(date(2010, 6, 30), time(12)))
    assert desk_day(ours, noon) == DeskDay(EMBEDDED, DAY, date(2010, 6, 30))
    here = options_of(home)
    assert desk_day(here, friday_noon) == DeskDay(EMBEDDED, DAY, date(2010, 6, 30))
    far = SimulatedClock(instant_of(date(2028, 12, 29), time(23)))
    with pytest.raises(BadConfiguration, match="the exchange calendar covers"):
        desk_day(paper, far)


def test_the_mapping_is_the_one_that_the_gate_lets_pass() -> None:
    assert wanted_of(Settings()).mapping is Traded.CONTRARIAN
    off = Settings.model_validate({"risk": {"regime_mapping": "off"}})
    assert wanted_of(off).mapping is Traded.OFF
