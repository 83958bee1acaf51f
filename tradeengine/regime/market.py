"""
The market's regime of each day: its variance's state crossed with its trend.

Decisions are made on filtered probabilities: `wild_days` takes nothing else, so smoothed
ones, which know the future, cannot get here. A day is judged by the parameters that were in
force on it. What is not known is UNKNOWN, and says why (quant.md 1.4).
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tradeengine.model.plan import Regime
from tradeengine.regime.chains import Floats, log_densities
from tradeengine.regime.hamilton import Filtered, hamilton
from tradeengine.regime.market_model import MODEL_VERSION, MarketModel, estimate, refit_places
from tradeengine.regime.market_model import returns as returns_of
from tradeengine.regime.parameters import RegimeParameters
from tradeengine.regime.trend import kama, trend


class Mark(StrEnum):
    """What is not as it should be with a day's regime."""

    STALE_PARAMS = "STALE_PARAMS"
    """The last estimation was refused; an earlier one is in force."""

    EXPIRED_PARAMS = "EXPIRED_PARAMS"
    """No estimation has been accepted for longer than is allowed."""

    TOO_FEW_DAYS = "TOO_FEW_DAYS"
    """There are not enough days for an estimation before this one."""

    NO_TREND = "NO_TREND"
    """The trend is not known yet."""

    STALE_CLOSES = "STALE_CLOSES"
    """The last close is not of the day that was asked for."""

    SPOILED_CLOSES = "SPOILED_CLOSES"
    """The market's bars are refused by the screen: a wrong price looks like high variance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketRegime:
    """The regime at the close of a day, and what it rests on."""

    day: date
    close: float
    regime: Regime
    probability: float | None
    """Filtered probability of high variance; None: no parameters are in force."""

    trend: int
    """+1 rising, -1 falling, 0 not known."""

    model: MarketModel | None
    """The parameters in force: accepted, and not too old."""

    refused: MarketModel | None
    """A later estimation that was not accepted, if there is one."""

    marks: tuple[Mark, ...]


def wild_days(filtered: Filtered, parameters: RegimeParameters) -> NDArray[np.bool_]:
    """Tell when the variance is high (T x B); between the two thresholds it stays as it was."""
    wild = filtered > parameters.wild_above
    settled = wild | (filtered < parameters.calm_below)
    # What the first day says is what every day says until one is settled.
    wild[0], settled[0] = filtered[0] > 0.5, True
    days = np.where(settled, np.arange(len(filtered))[:, None], 0)
    last_settled = np.maximum.accumulate(days, axis=0)
    return np.asarray(np.take_along_axis(wild, last_settled, axis=0))


def market_regimes(
    days: Sequence[date],
    closes: Floats,
    since: date,
    parameters: RegimeParameters,
    known: Sequence[MarketModel] = (),
) -> list[MarketRegime]:
    """
    Give the regime of each day from `since` on, from daily closes adjusted for splits.

    Nothing after a day changes its regime. Models in `known` are taken as they are. Raises
    ValueError for days that do not rise, and for closes that are no prices.
    """
    _check(days, closes)
    first = bisect_left(days, since)
    rising = trend(
        kama(closes[:, None], parameters.trend_days), parameters.trend_days, parameters.trend_gamma
    )[:, 0]
    models = models_for(days, closes, since, parameters, known)
    judged: list[MarketRegime] = []
    for reign in _reigns(days, first, models, parameters):
        chances, wild = _filtered(days, closes, reign, parameters)
        for place in range(reign.first, reign.last):
            at = place - reign.first
            judged.append(
                _judged(days[place], float(closes[place]), int(rising[place]), reign,
                        chances[at], wild[at])
            )  # fmt: skip
    return judged


def models_for(
    days: Sequence[date],
    closes: Floats,
    since: date,
    parameters: RegimeParameters,
    known: Sequence[MarketModel] = (),
) -> list[MarketModel]:
    """
    Give the models that judge the days from `since` on, the oldest first; refused ones too.

    One of `known` stands when it is of a refit day of these parameters, of the same number of
    observations and of this version: so what was fitted by other settings changes nothing. The
    others are estimated, all at once.
    """
    _check(days, closes)
    first = bisect_left(days, since) - parameters.stale_sessions_max
    places = refit_places(days, parameters.refit_sessions)
    refit_days = {days[place] for place in places}
    standing = {
        model.fitted_through: model
        for model in known
        if model.observations == parameters.observations
        and model.version == MODEL_VERSION
        and model.fitted_through in refit_days
    }
    missing = [place for place in places if place >= first and days[place] not in standing]
    new = estimate(days, closes, missing, parameters)
    every = [*standing.values(), *new]
    return sorted(every, key=lambda model: model.fitted_through)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reign:
    """Days, by their places, on which the same parameters are in force."""

    first: int
    last: int
    """The place after the last."""

    model: MarketModel | None
    refused: MarketModel | None
    marks: tuple[Mark, ...]


def _reigns(
    days: Sequence[date], first: int, models: Sequence[MarketModel], parameters: RegimeParameters
) -> Iterator[_Reign]:
    """Cut the days from `first` on where the parameters in force change."""
    places = [bisect_left(days, model.fitted_through) for model in models]
    accepted = [place for place, model in zip(places, models, strict=True) if model.accepted]
    ends = [place + parameters.stale_sessions_max + 1 for place in accepted]
    cuts = {first, len(days), *(place for place in (*places, *ends) if first < place < len(days))}
    for begin, end in pairwise(sorted(cuts)):
        yield _reign(days, begin, end, models, parameters)


def _reign(
    days: Sequence[date],
    begin: int,
    end: int,
    models: Sequence[MarketModel],
    parameters: RegimeParameters,
) -> _Reign:
    past = [model for model in models if model.fitted_through <= days[begin]]
    if not past:
        return _Reign(first=begin, last=end, model=None, refused=None, marks=(Mark.TOO_FEW_DAYS,))
    latest = past[-1]
    refused = None if latest.accepted else latest
    model = next((model for model in reversed(past) if model.accepted), None)
    if model is not None:
        age = begin - bisect_left(days, model.fitted_through)
        model = model if age <= parameters.stale_sessions_max else None
    marks: tuple[Mark, ...] = () if refused is None else (Mark.STALE_PARAMS,)
    if model is None:
        marks = (Mark.EXPIRED_PARAMS,)
    return _Reign(first=begin, last=end, model=model, refused=refused, marks=marks)


def _filtered(
    days: Sequence[date], closes: Floats, reign: _Reign, parameters: RegimeParameters
) -> tuple[list[float | None], list[bool]]:
    """Filter from the model's own first return on; give the reign's days."""
    length = reign.last - reign.first
    if reign.model is None:
        return [None] * length, [False] * length
    fitted = bisect_left(days, reign.model.fitted_through)
    begin = max(fitted - parameters.observations, 0)
    moves, chains = returns_of(closes[begin : reign.last])[:, None], reign.model.chains()
    filtered = hamilton(log_densities(moves, chains), chains).filtered
    wild = wild_days(filtered, parameters)
    return filtered[-length:, 0].tolist(), wild[-length:, 0].tolist()


def _judged(
    day: date, close: float, rising: int, reign: _Reign, chance: float | None, wild: bool
) -> MarketRegime:
    marks = reign.marks if rising else (*reign.marks, Mark.NO_TREND)
    return MarketRegime(
        day=day,
        close=close,
        regime=Regime.UNKNOWN if chance is None or not rising else _STATES[wild, rising],
        probability=chance,
        trend=rising,
        model=reign.model,
        refused=reign.refused,
        marks=marks,
    )


_STATES = {
    (False, 1): Regime.LV_BULL,
    (False, -1): Regime.LV_BEAR,
    (True, 1): Regime.HV_BULL,
    (True, -1): Regime.HV_BEAR,
}
"""By high variance and trend."""


def _check(days: Sequence[date], closes: Floats) -> None:
    if len(days) != len(closes) or any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError("the market's days must rise, with one close each")
    if not (np.isfinite(closes) & (closes > 0)).all():
        raise ValueError("the market's closes must be prices")
