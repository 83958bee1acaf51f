"""
From flags, settings and plan to one checked set of options for a run.

Flags that make no sense together are refused with the place and the remedy: a
real broker has no date, start, speed or seed.
"""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradeengine.build_inputs import BuildInputs
from tradeengine.errors import BadConfiguration
from tradeengine.layout import Home
from tradeengine.model.plan import NOTHING_PLANNED, SessionPlan
from tradeengine.plan_file import load_plan
from tradeengine.settings import Settings, VenueChoice, choose_venue, load_settings
from tradeengine.settings.places import find_config_file, is_there
from tradeengine.tape import hears_iex_only, on_iex

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_FASTEST = 100_000.0
_LAST_SEED = 2**63 - 1

BUILT = "auto"
"""What `run.plan` says when the engine is to build the plan itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What was typed; None where nothing was."""

    venue: str | None = None
    date: datetime.date | None = None
    start: str | None = None
    speed: str | None = None
    until: str | None = None
    seed: int | None = None
    plan: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """
    A run, settled. `speed` None means as fast as the machine; `until` None the close.

    `date`, `start`, `speed` and `seed` mean something on our own venue only. With
    `builds_plan` the plan is empty until the quant desk has built it (`quant/planning.py`).
    """

    settings: Settings
    plan: SessionPlan
    builds_plan: bool
    choice: VenueChoice
    home: Home
    date: datetime.date
    start: datetime.time
    speed: float | None
    until: datetime.time | None
    seed: int
    json: bool


def read_options(
    flags: Flags, home: Home, config: Path | None, environ: Mapping[str, str], *, json: bool
) -> Options:
    """Read settings and plan and check the flags. Raises BadConfiguration."""
    home.require_text()
    settings = load_settings(home.root, config, environ)
    choice = choose_venue(flags.venue, settings)
    _refuse_foreign_flags(flags, choice)
    venue = settings.venue
    speed = flags.speed if flags.speed is not None else str(venue.speed)
    builds_plan = flags.plan is None and settings.run.plan == BUILT
    until = flags.until if flags.until is not None else settings.run.until
    return Options(
        settings=settings,
        plan=NOTHING_PLANNED if builds_plan else load_plan(_plan_path(flags, settings, home)),
        builds_plan=builds_plan,
        choice=choice,
        home=home,
        date=flags.date or venue.date,
        start=venue.start_time if flags.start is None else _clock("--start", flags.start),
        speed=_speed(speed),
        until=None if until == "close" else _clock("--until", until),
        seed=venue.seed if flags.seed is None else _seed(flags.seed),
        json=json,
    )


def build_inputs(options: Options) -> BuildInputs:
    """Take from the settings what decides how the core behaves."""
    settings = options.settings
    inputs = BuildInputs(
        plan=options.plan,
        ledger=settings.ledger,
        risk=settings.risk,
        router=settings.router,
        host=settings.host,
        strategies=settings.strategy,
    )
    return on_iex(inputs) if hears_iex_only(options.choice, settings) else inputs


def _refuse_foreign_flags(flags: Flags, choice: VenueChoice) -> None:
    if choice.has_own_account:
        return
    for name in ("date", "start", "speed", "seed"):
        if getattr(flags, name) is not None:
            raise BadConfiguration(
                f"--{name}",
                f"means nothing on {choice.kind.value}: that venue has its own clock and market",
                f"leave it out, or use --venue embedded; a venue of your own takes --{name} itself",
            )


def _plan_path(flags: Flags, settings: Settings, home: Home) -> Path:
    named = flags.plan if flags.plan is not None else Path(settings.run.plan)
    if named.is_absolute() or is_there(named):
        return named
    found = find_config_file(str(named), home.root)
    if found is None:
        place = "--plan" if flags.plan is not None else "run.plan"
        raise BadConfiguration(
            place,
            f"{named} is not there, nor beside the configuration",
            "name a plan that is, or leave it out: the engine then builds its own",
        )
    return found


def _clock(place: str, text: str) -> datetime.time:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise BadConfiguration(
            place, f"{text!r} is not a time", "write HH:MM, New York time, as 09:30"
        )
    return datetime.time(int(match[1]), int(match[2]))


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= _FASTEST:
        raise BadConfiguration(
            "--speed", f"{text!r} is not a speed", f"write a number up to {_FASTEST:.0f}, or max"
        )
    return speed


def _seed(seed: int) -> int:
    if not 0 <= seed <= _LAST_SEED:
        raise BadConfiguration(
            "--seed", f"{seed} is out of range", f"write a number from 0 to {_LAST_SEED}"
        )
    return seed
