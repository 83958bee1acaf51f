"""
The market's regime of each day: its variance's state crossed with its trend.

Decisions are made on filtered probabilities: `wild_days` takes nothing else, so smoothed
ones, which know the future, cannot get here. A day is judged by the parameters that were in
force on it. What is not known is UNKNOWN, and says why.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tradeengine.model.plan import Regime
from tradeengine.regime.chains import Chains, Floats, log_densities
from tradeengine.regime.hamilton import Filtered, hamilton
from tradeengine.regime.market_model import MODEL_VERSION, MarketModel, estimate, refit_places
from tradeengine.regime.market_model import returns as returns_of
from tradeengine.regime.parameters import RegimeParameters
from tradeengine.regime.reigns import Mark, Reign, reigns_from
from tradeengine.regime.trend import kama, trend


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
    reigns = list(reigns_from(days, first, models, parameters))
    filtered = _filtered(days, closes, reigns, parameters)
    judged: list[MarketRegime] = []
    for reign in reigns:
        unknown = ([None] * reign.length, [False] * reign.length)
        chances, wild = filtered.get(reign, unknown)
        for place, chance, is_wild in zip(reign.places, chances, wild, strict=True):
            close, trending = float(closes[place]), int(rising[place])
            judged.append(_judged(days[place], close, trending, reign, chance, is_wild))
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


def _filtered(
    days: Sequence[date], closes: Floats, reigns: Sequence[Reign], parameters: RegimeParameters
) -> dict[Reign, tuple[list[float], list[bool]]]:
    """
    Filter each model's days from its own first return on, all models at once.

    Gives the chances and the high variances of each reign that has a model. A column ends with
    its reign: what stands below is of no day, and nothing above looks at it.
    """
    ruled = [(reign, reign.model) for reign in reigns if reign.model is not None]
    if not ruled:
        return {}
    columns = [_moves(days, closes, reign, model, parameters) for reign, model in ruled]
    moves = np.zeros((max(map(len, columns)), len(columns)))
    for place, column in enumerate(columns):
        moves[: len(column), place] = column
    chains = Chains.side_by_side([model.chains() for _, model in ruled])
    filtered = hamilton(log_densities(moves, chains), chains).filtered
    wild = wild_days(filtered, parameters)
    found = {}
    for place, (reign, _) in enumerate(ruled):
        end = len(columns[place])
        rows = slice(end - reign.length, end)
        found[reign] = (filtered[rows, place].tolist(), wild[rows, place].tolist())
    return found


def _moves(
    days: Sequence[date],
    closes: Floats,
    reign: Reign,
    model: MarketModel,
    parameters: RegimeParameters,
) -> Floats:
    fitted = bisect_left(days, model.fitted_through)
    return returns_of(closes[max(fitted - parameters.observations, 0) : reign.last])


def _judged(
    day: date, close: float, rising: int, reign: Reign, chance: float | None, wild: bool
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
