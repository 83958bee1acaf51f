"""A new build trades a live account at a fraction of its size for its first sessions."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.runs import make_home, options_for
from tradeengine.layout import Home
from tradeengine.options import Options
from tradeengine.run.canary import canaried
from tradeengine.settings import VenueChoice, VenueKind
from tradeengine.store.builds import Builds
from tradeengine.store.database import open_database

FIRST = date(2019, 2, 11)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = make_home(tmp_path)
    made.prepare()
    return made


def on(kind: VenueKind, home: Home) -> Options:
    return replace(options_for(home), choice=VenueChoice(kind, "https://api.test"))


def ramps(options: Options, account: str | None, home: Home, days: int) -> list[Decimal]:
    """Give the sizes of one session after another, each with the state file opened anew."""
    sizes = []
    for day in range(days):
        with open_database(home.state_file) as database:
            session = FIRST + timedelta(days=day)
            done = canaried(options, account, session, Builds(database), lambda _: None)
            sizes.append(done.plan.size_ramp)
    return sizes


def test_the_first_sessions_on_a_live_account_are_small(home: Home) -> None:
    live = on(VenueKind.LIVE, home)

    assert ramps(live, "live A", home, 5) == [Decimal("0.25")] * 3 + [Decimal(1)] * 2
    assert ramps(live, "live B", home, 1) == [Decimal("0.25")]


def test_a_session_started_again_is_still_the_first(home: Home) -> None:
    live = on(VenueKind.LIVE, home)

    for _ in range(5):
        assert ramps(live, "live A", home, 1) == [Decimal("0.25")]


def test_another_build_begins_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    live = on(VenueKind.LIVE, home)
    assert ramps(live, "live A", home, 4)[-1] == 1

    monkeypatch.setattr("tradeengine.run.canary.build_id", lambda: "another")

    assert ramps(live, "live A", home, 1) == [Decimal("0.25")]


def test_it_is_said(home: Home) -> None:
    said: list[str] = []
    with open_database(home.state_file) as database:
        canaried(on(VenueKind.LIVE, home), "live A", FIRST, Builds(database), said.append)

    assert len(said) == 1
    assert "session 1 of 3 at 0.25 of full size" in said[0]


@pytest.mark.parametrize("kind", [VenueKind.PAPER, VenueKind.URL, VenueKind.EMBEDDED])
def test_play_money_is_not_ramped(kind: VenueKind, home: Home) -> None:
    assert ramps(on(kind, home), "paper A", home, 1) == [Decimal(1)]
