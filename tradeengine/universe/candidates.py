"""
Who may be chosen: every member is either a candidate with its scores or refused with a reason.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from msgspec import Struct

from tradeengine.fundamentals.inputs import CompanyInputs
from tradeengine.model.rejections import Rejection, Stage, Weight
from tradeengine.universe.beta import Floats
from tradeengine.universe.mapping import Mapping
from tradeengine.universe.moat import Moat, moat
from tradeengine.universe.parameters import MoatMode, UniverseParameters
from tradeengine.universe.scores import Histories, Scores, score


class Code(StrEnum):
    """Why a member is no candidate."""

    NO_BARS = "NO_BARS"
    NO_CLOSE = "NO_CLOSE"
    PRICE_TOO_LOW = "PRICE_TOO_LOW"
    TURNOVER_TOO_LOW = "TURNOVER_TOO_LOW"
    TOO_FEW_DAYS = "TOO_FEW_DAYS"
    TOO_FEW_ENTRY_DAYS = "TOO_FEW_ENTRY_DAYS"
    TOO_FEW_EXIT_DAYS = "TOO_FEW_EXIT_DAYS"
    NOT_MEASURED = "NOT_MEASURED"
    NO_FUNDAMENTALS = "NO_FUNDAMENTALS"
    NO_MOAT = "NO_MOAT"


TRANSIENT = {Code.NO_BARS, Code.NO_CLOSE}
"""Codes of data that may come yet; the others are what the company is."""


class Candidate(Struct, frozen=True, kw_only=True):
    """
    A name that may be chosen. Differences are log return a year.

    `close` in dollars as traded, `adv_dollars` turnover a day over 20 sessions, `beta` and
    `sharpe` drawn to the mean, `kept` the share of its own difference in `difference`,
    `confidence` the probability that the difference is above the mean of all.
    """

    symbol: str
    sector: str
    close: float
    adv_dollars: float
    beta: float
    beta_error: float
    difference: float
    difference_error: float
    difference_measured: float
    kept: float
    confidence: float
    sharpe: float
    entry_days: int
    exit_days: int
    moat: Moat
    has_moat: bool
    stale_prices: bool
    """Whether Dimson's beta is far from the usual one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """
    What is known of the members before the session of `day`; arrays follow `histories.symbols`.

    `close` (N) is in dollars as traded, `adv_dollars` (N) a mean of 20 sessions, `sectors` by
    symbol, `companies` the validated inputs. `refused` holds what the screens before have
    refused.
    """

    origin: str
    day: date
    members: frozenset[str]
    histories: Histories
    close: Floats
    adv_dollars: Floats
    sectors: dict[str, str]
    companies: dict[str, CompanyInputs]
    refused: Sequence[Rejection]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """The candidates, the most traded first, and everything that was refused, by symbol."""

    candidates: tuple[Candidate, ...]
    rejected: tuple[Rejection, ...]
    median_error: float
    """Of the drawn differences of all that were measured: what an exchange of names risks."""


def sort_members(evidence: Evidence, mapping: Mapping, wanted: UniverseParameters) -> Sorted:
    """Score the members and sort them. Raises ValueError for facts from the future."""
    scores = score(evidence.histories, mapping, wanted)
    candidates, rejected = [], list(evidence.refused)
    out = {rejection.symbol for rejection in rejected}
    place = {symbol: column for column, symbol in enumerate(evidence.histories.symbols)}
    for symbol in sorted(evidence.members - out):
        reasons = _Judge(evidence, scores, mapping, wanted, symbol, place.get(symbol))
        refusals = list(reasons.refusals())
        rejected += refusals
        if not refusals:
            candidates.append(reasons.candidate())
    candidates.sort(key=lambda found: (-found.adv_dollars, found.symbol))
    rejected.sort(key=lambda each: (each.symbol, each.stage, each.code, each.field))
    errors = scores.posterior_error[np.isfinite(scores.posterior_error)]
    return Sorted(
        candidates=tuple(candidates),
        rejected=tuple(rejected),
        median_error=float(np.median(errors)) if len(errors) else 0.0,
    )


class _Judge:
    """Decides on one member."""

    def __init__(
        self,
        evidence: Evidence,
        scores: Scores,
        mapping: Mapping,
        wanted: UniverseParameters,
        symbol: str,
        column: int | None,
    ) -> None:
        self._evidence, self._scores, self._mapping = evidence, scores, mapping
        self._wanted, self._symbol = wanted, symbol
        self._column = -1 if column is None else column
        self._has_bars = column is not None

    def refusals(self) -> Iterator[Rejection]:
        """Give all reasons against the member."""
        if not self._has_bars:
            yield self._no(Code.NO_BARS, "bars", "none", "some")
            return
        yield from self._about_the_market()
        yield from self._about_the_scores()
        yield from self._about_the_company()

    def _about_the_market(self) -> Iterator[Rejection]:
        wanted = self._wanted
        close, turnover = self._of(self._evidence.close), self._of(self._evidence.adv_dollars)
        if not np.isfinite(close):
            yield self._no(Code.NO_CLOSE, "close", "none", "one on the day before")
        elif close < wanted.price_min_dollars:
            yield self._no(
                Code.PRICE_TOO_LOW, "close", f"{close:.2f}", f"{wanted.price_min_dollars:.2f}"
            )
        if not turnover >= wanted.adv_min_dollars:
            yield self._no(
                Code.TURNOVER_TOO_LOW,
                "adv_dollars",
                f"{turnover:.0f}",
                f"{wanted.adv_min_dollars:.0f}",
            )

    def _about_the_scores(self) -> Iterator[Rejection]:
        scores, wanted, column = self._scores, self._wanted, self._column
        days = int(scores.days[column])
        if days < wanted.beta_days_min:
            yield self._no(Code.TOO_FEW_DAYS, "days", str(days), str(wanted.beta_days_min))
            return
        counts = (
            (Code.TOO_FEW_ENTRY_DAYS, "entry_days", int(scores.entry_days[column])),
            (Code.TOO_FEW_EXIT_DAYS, "exit_days", int(scores.exit_days[column])),
        )
        short = [row for row in counts if row[2] < wanted.state_days_min]
        if self._mapping is Mapping.OFF:
            short = []
        for code, field, found in short:
            yield self._no(code, field, str(found), str(wanted.state_days_min))
        measured = (scores.beta, scores.sharpe_drawn) + (
            () if self._mapping is Mapping.OFF or short else (scores.difference_drawn,)
        )
        if not all(np.isfinite(self._of(values)) for values in measured):
            yield self._no(Code.NOT_MEASURED, "scores", "not a number", "a number")

    def _about_the_company(self) -> Iterator[Rejection]:
        if self._symbol not in self._evidence.companies:
            yield self._no(Code.NO_FUNDAMENTALS, "fundamentals", "none", "validated inputs")
        elif self._wanted.moat is MoatMode.REQUIRE and np.isfinite(self._of(self._evidence.close)):
            yield from (
                self._no(
                    Code.NO_MOAT,
                    check.measure,
                    "undefined" if check.value is None else f"{check.value:.4f}",
                    f"{check.limit:g}",
                )
                for check in self._moat().checks
                if not check.passed
            )

    def candidate(self) -> Candidate:
        """Write the member down as a candidate."""
        evidence, scores, column = self._evidence, self._scores, self._column
        found, off = self._moat(), self._mapping is Mapping.OFF
        return Candidate(
            symbol=self._symbol,
            sector=evidence.sectors.get(self._symbol, "unknown"),
            close=self._of(evidence.close),
            adv_dollars=self._of(evidence.adv_dollars),
            beta=self._of(scores.beta),
            beta_error=self._of(scores.beta_error),
            difference=0.0 if off else self._of(scores.difference_drawn),
            difference_error=0.0 if off else self._of(scores.difference_error),
            difference_measured=0.0 if off else self._of(scores.difference),
            kept=0.0 if off else self._of(scores.kept),
            confidence=self._of(scores.confidence),
            sharpe=self._of(scores.sharpe_drawn),
            entry_days=int(scores.entry_days[column]),
            exit_days=int(scores.exit_days[column]),
            moat=found,
            has_moat=found.passed,
            stale_prices=bool(scores.stale[column]),
        )

    def _moat(self) -> Moat:
        evidence = self._evidence
        return moat(
            evidence.companies[self._symbol],
            self._of(evidence.close),
            self._wanted,
            day=evidence.day,
        )

    def _of(self, values: Floats) -> float:
        return float(values[self._column])

    def _no(self, code: Code, field: str, value: str, limit: str) -> Rejection:
        return Rejection(
            symbol=self._symbol,
            stage=Stage.UNIVERSE,
            code=code,
            field=field,
            value=value,
            limit=limit,
            source=f"{self._evidence.origin} data before {self._evidence.day}",
            as_of=self._evidence.day,
            weight=Weight.TRANSIENT if code in TRANSIENT else Weight.STRUCTURAL,
        )
