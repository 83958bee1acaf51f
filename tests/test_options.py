"""Flags, settings and plan become one set of options, or are refused with a remedy."""

import datetime
from pathlib import Path

import pytest
from msgspec import structs

from tests.runs import make_home
from tradeengine.errors import BadConfiguration
from tradeengine.layout import Home
from tradeengine.model.plan import Regime
from tradeengine.options import Flags, Options, read_options
from tradeengine.settings import VenueKind

KEYS = {"ALPACA_API_KEY": "PKTEST1234", "ALPACA_SECRET_KEY": "verysecret99"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)


def read(home: Home, flags: Flags | None = None, **environ: str) -> Options:
    return read_options(flags or Flags(), home, None, environ, json=False)


def refusal(home: Home, flags: Flags, **environ: str) -> str:
    with pytest.raises(BadConfiguration) as caught:
        read(home, flags, **environ)
    return str(caught.value)


def test_without_flags_the_settings_hold(home: Home) -> None:
    options = read(home)

    assert options.choice.kind is VenueKind.EMBEDDED
    assert options.date == datetime.date(2019, 2, 13)
    assert options.start == datetime.time(9, 30)
    assert (options.speed, options.until, options.seed) == (60.0, None, 7)
    assert set(options.plan.symbols) == {"AAPL", "JPM"}
    assert options.home == home
    assert not options.json


def test_flags_win(home: Home) -> None:
    flags = Flags(
        venue="simulated",
        date=datetime.date(2019, 2, 14),
        start="10:05",
        speed="max",
        until="15:30",
        seed=0,
    )

    options = read(home, flags)

    assert options.choice.kind is VenueKind.SIMULATED
    assert options.date == datetime.date(2019, 2, 14)
    assert (options.start, options.until) == (datetime.time(10, 5), datetime.time(15, 30))
    assert (options.speed, options.seed) == (None, 0)


def test_the_settings_may_name_the_end(tmp_path: Path) -> None:
    home = make_home(tmp_path, run={"until": "12:00"})

    assert read(home).until == datetime.time(12, 0)
    assert read(home, Flags(until="close")).until is None


@pytest.mark.parametrize("text", ["0.5", "1", "100000"])
def test_a_speed_is_a_number(home: Home, text: str) -> None:
    assert read(home, Flags(speed=text)).speed == float(text)


@pytest.mark.parametrize("text", ["0", "-1", "100001", "nan", "inf", "fast", ""])
def test_what_is_no_speed_is_refused(home: Home, text: str) -> None:
    told = refusal(home, Flags(speed=text))

    assert told == (
        f"--speed: {text!r} is not a speed\n  remedy: write a number up to 100000, or max"
    )


@pytest.mark.parametrize("text", ["9:30", "24:00", "12:60", "noon", "12:00:00", ""])
def test_what_is_no_time_is_refused(home: Home, text: str) -> None:
    assert refusal(home, Flags(start=text)).startswith(f"--start: {text!r} is not a time")
    assert refusal(home, Flags(until=text)).startswith(f"--until: {text!r} is not a time")


@pytest.mark.parametrize("seed", [-1, 2**63])
def test_a_seed_out_of_range_is_refused(home: Home, seed: int) -> None:
    assert refusal(home, Flags(seed=seed)) == (
        f"--seed: {seed} is out of range\n  remedy: write a number from 0 to 9223372036854775807"
    )


@pytest.mark.parametrize("venue", ["paper", "http://127.0.0.1:9999"])
@pytest.mark.parametrize(
    ("flag", "value"),
    [("date", datetime.date(2019, 2, 13)), ("start", "10:00"), ("speed", "60"), ("seed", 3)],
)
def test_a_venue_with_its_own_clock_takes_no_market_flags(
    home: Home, venue: str, flag: str, value: object
) -> None:
    options = Flags(venue=venue, **{flag: value})  # type: ignore[arg-type]  # one flag of four

    told = refusal(home, options, **KEYS)

    assert told.startswith(f"--{flag}: means nothing on ")
    assert "--venue embedded" in told


def test_a_venue_with_its_own_clock_takes_an_end(home: Home) -> None:
    options = read(home, Flags(venue="paper", until="11:00"), **KEYS)

    assert options.until == datetime.time(11, 0)


def test_an_unknown_venue_is_refused(home: Home) -> None:
    assert refusal(home, Flags(venue="papr")).startswith("--venue: no venue is called 'papr'")


def test_a_plan_can_be_named(home: Home, tmp_path: Path) -> None:
    plan = tmp_path / "mine.yaml"
    plan.write_text((home.root / "config" / "session_plan.yaml").read_text())

    named = read(home, Flags(plan=plan)).plan
    assert named.by_hand == str(plan)
    assert structs.replace(named, by_hand="") == structs.replace(read(home).plan, by_hand="")
    assert "is not there" in refusal(home, Flags(plan=tmp_path / "is not there.yaml"))


def test_the_settings_may_name_a_plan_by_path(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    moved = tmp_path / "elsewhere.yaml"
    (home.root / "config" / "session_plan.yaml").rename(moved)
    (home.root / "config" / "config.yaml").write_text(f"run:\n  plan: {moved}\n")

    assert set(read(home).plan.symbols) == {"AAPL", "JPM"}


def test_a_plan_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path, run={"plan": "no_such_plan.yaml"})

    told = refusal(home, Flags())

    assert told == (
        "run.plan: no_such_plan.yaml is not there, nor beside the configuration\n"
        "  remedy: name a plan that is, or leave it out: the engine then builds its own"
    )


def test_a_plan_that_was_typed_and_is_nowhere_is_refused(home: Home) -> None:
    told = refusal(home, Flags(plan=Path("no_such_plan.yaml")))

    assert told.startswith("--plan: no_such_plan.yaml is not there")


def test_a_plan_that_is_a_link_to_nothing_is_not_looked_for_elsewhere(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("session_plan.yaml").symlink_to("gone.yaml")

    told = refusal(home, Flags(plan=Path("session_plan.yaml")))

    assert told.startswith("session_plan.yaml: is a link to nothing")


def test_without_a_plan_the_engine_is_to_build_one_and_may_trade_nothing_yet(
    tmp_path: Path,
) -> None:
    options = read(make_home(tmp_path, run={"plan": "auto"}))

    assert options.builds_plan
    assert options.plan.symbols == {}
    assert options.plan.regime is Regime.UNKNOWN


def test_the_plans_that_ship_are_found_from_anywhere(tmp_path: Path) -> None:
    options = read(make_home(tmp_path), Flags(plan=Path("plans/2019-02-13.yaml")))

    assert len(options.plan.symbols) == 40
    assert not options.builds_plan
