"""
Which parameters are in force on which days, and what is not as it should be with them.

Parameters reign from the day through which they were estimated until the next accepted ones
do, or until they are too old.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from tradeengine.regime.market_model import MarketModel
from tradeengine.regime.parameters import RegimeParameters


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
class Reign:
    """Days, by their places, on which the same parameters are in force."""

    first: int
    last: int
    """The place after the last."""

    model: MarketModel | None
    refused: MarketModel | None
    marks: tuple[Mark, ...]

    @property
    def length(self) -> int:
        """How many days there are."""
        return self.last - self.first

    @property
    def places(self) -> range:
        """The places of the days."""
        return range(self.first, self.last)


def reigns_from(
    days: Sequence[date], first: int, models: Sequence[MarketModel], parameters: RegimeParameters
) -> Iterator[Reign]:
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
) -> Reign:
    past = [model for model in models if model.fitted_through <= days[begin]]
    if not past:
        return Reign(first=begin, last=end, model=None, refused=None, marks=(Mark.TOO_FEW_DAYS,))
    latest = past[-1]
    refused = None if latest.accepted else latest
    model = next((model for model in reversed(past) if model.accepted), None)
    if model is not None:
        age = begin - bisect_left(days, model.fitted_through)
        model = model if age <= parameters.stale_sessions_max else None
    marks: tuple[Mark, ...] = () if refused is None else (Mark.STALE_PARAMS,)
    if model is None:
        marks = (Mark.EXPIRED_PARAMS,)
    return Reign(first=begin, last=end, model=model, refused=refused, marks=marks)
