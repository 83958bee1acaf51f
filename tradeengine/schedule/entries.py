"""The quant desk's jobs and when each is due, from the settings."""

from dataclasses import dataclass
from typing import Final

from tradeengine.schedule.parameters import ScheduleParameters
from tradeengine.schedule.timetable import (
    BeforeOpen,
    Daily,
    EverySessions,
    Quarterly,
    Trigger,
)

BARS: Final = "bars"
FUNDAMENTALS: Final = "fundamentals"
UNIVERSE: Final = "universe"
PLAN: Final = "plan"

ORDER: Final = (BARS, FUNDAMENTALS, UNIVERSE, PLAN)
"""Each job feeds the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A job of the timetable; `does` is for people, `on` whether the engine starts it."""

    name: str
    does: str
    trigger: Trigger
    on: bool


def entries(schedule: ScheduleParameters) -> tuple[Entry, ...]:
    """List the jobs in the order in which they run when several are due: each feeds the next."""
    return (
        Entry(
            name=BARS,
            does="fetches daily bars, VIX and rates",
            trigger=Daily(at=schedule.bars_time),
            on=schedule.bars,
        ),
        Entry(
            name=FUNDAMENTALS,
            does="fetches filings and checks them",
            trigger=Daily(at=schedule.fundamentals_time),
            on=schedule.fundamentals,
        ),
        Entry(
            name=UNIVERSE,
            does="proposes the symbols to trade",
            trigger=_universe_trigger(schedule),
            on=schedule.universe,
        ),
        Entry(
            name=PLAN,
            does="makes the plan of the session",
            trigger=BeforeOpen(minutes=schedule.plan_minutes_before_open),
            on=schedule.plan,
        ),
    )


def _universe_trigger(schedule: ScheduleParameters) -> Trigger:
    if schedule.universe_when == "sessions":
        return EverySessions(at=schedule.universe_time, sessions=schedule.universe_sessions)
    return Quarterly(at=schedule.universe_time)
