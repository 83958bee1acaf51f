"""
The market's two-state model: estimated on refit days, frozen between them.

Refit days are a matter of the calendar alone: the first session of every `refit_sessions`
weekdays, counted from one fixed Monday. So the parameters in force on a day depend on the
closes up to that day's refit day and on nothing else, whenever they are asked for.
"""

from collections.abc import Sequence
from datetime import date
from math import isfinite

import numpy as np
from msgspec import Struct

from tradeengine.regime.chains import Chains, Floats
from tradeengine.regime.fit import (
    LEAST_DURATION,
    LEAST_OCCUPANCY,
    LEAST_RATIO,
    Fit,
    Verdict,
    fit,
)
from tradeengine.regime.parameters import RegimeParameters

MODEL_VERSION = 1
"""Counts up with every change that changes estimates."""

_MONDAY = date(1990, 1, 1)
_PERCENT = 100.0


class MarketModel(Struct, frozen=True, kw_only=True):
    """
    One estimate; pairs are of the calm and of the wild state, returns in percent a day.

    It is used only when `verdict` is `accepted`; a refused one says why it is not.
    """

    fitted_through: date
    """The day of the last return in it."""

    observations: int
    version: int = MODEL_VERSION
    verdict: str
    mean: tuple[float, float]
    variance: tuple[float, float]
    stay: tuple[float, float]
    """Probability of the same state the next day."""

    log_likelihood: float
    ratio: float
    """Of the two standard deviations; at least 1.5 to be accepted."""

    duration: float
    """Expected days of the shorter-lived state; at least 5."""

    occupancy: float
    """Share of the days of the rarer state; at least 0.05."""

    @property
    def accepted(self) -> bool:
        """Whether the estimate shows two regimes."""
        return self.verdict == Verdict.ACCEPTED.value

    def flaw(self) -> str:
        """Say why the numbers can be no estimate, "" when they can."""
        numbers = (
            *self.mean, *self.variance, *self.stay, self.log_likelihood, self.ratio,
            self.duration, self.occupancy,
        )  # fmt: skip
        if not all(map(isfinite, numbers)):
            return "a number is none"
        if min(self.variance) <= 0 or min(self.stay) <= 0 or max(self.stay) >= 1:
            return "a variance or a probability is out of range"
        if self.verdict not in {verdict.value for verdict in Verdict}:
            return f"nobody says {self.verdict!r} of an estimate"
        if self.accepted and not (
            self.ratio >= LEAST_RATIO
            and self.duration >= LEAST_DURATION
            and self.occupancy >= LEAST_OCCUPANCY
        ):
            return "it was accepted, and its own figures would not be"
        return ""

    def chains(self) -> Chains:
        """Give the model for the filter, begun in the long-run shares of its states."""
        return Chains(
            mean=np.array(self.mean)[:, None],
            variance=np.array(self.variance)[:, None],
            stay=np.array(self.stay)[:, None],
            start=np.full((2, 1), 0.5),
        ).settled()


def returns(closes: Floats) -> Floats:
    """Give daily log returns in percent, one less than closes."""
    return np.asarray(_PERCENT * np.diff(np.log(closes)))


def refit_places(days: Sequence[date], refit_sessions: int) -> list[int]:
    """Give the places of refit days; the first day given is none, for its eve is not known."""
    weekdays = np.busday_count(_MONDAY, np.array(days, dtype="datetime64[D]"))
    return [int(eve) + 1 for eve in np.flatnonzero(np.diff(weekdays // refit_sessions))]


def estimate(
    days: Sequence[date], closes: Floats, places: Sequence[int], parameters: RegimeParameters
) -> list[MarketModel]:
    """
    Estimate models on the returns through each place, all at once.

    Places with fewer returns before them than `observations` have no model and are left out.
    """
    moves, length = returns(closes), parameters.observations
    enough = [place for place in places if place >= length]
    if not enough:
        return []
    found = fit(np.column_stack([moves[place - length : place] for place in enough]))
    return [_model(found, column, days[place], length) for column, place in enumerate(enough)]


def _model(found: Fit, column: int, day: date, observations: int) -> MarketModel:
    def pair(values: Floats) -> tuple[float, float]:
        return float(values[0, column]), float(values[1, column])

    return MarketModel(
        fitted_through=day,
        observations=observations,
        verdict=found.verdicts[column].value,
        mean=pair(found.chains.mean),
        variance=pair(found.chains.variance),
        stay=pair(found.chains.stay),
        log_likelihood=float(found.log_likelihood[column]),
        ratio=float(found.ratio[column]),
        duration=float(found.duration[column]),
        occupancy=float(found.occupancy[column]),
    )
