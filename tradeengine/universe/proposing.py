"""From evidence to a proposal: sort the members, choose, compare with the list in force."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import numpy as np

from tradeengine.errors import SelectionFailed
from tradeengine.universe.candidates import Candidate, Evidence, Sorted, sort_members
from tradeengine.universe.choosing import Choice, Field, choose
from tradeengine.universe.mapping import Mapping
from tradeengine.universe.parameters import UniverseParameters
from tradeengine.universe.proposal import (
    VERSION,
    CandidateList,
    Drop,
    Proposal,
    Source,
    Standing,
)

OUTSCORED = "OUTSCORED"
"""Why an incumbent that is still a candidate leaves."""

NOT_A_MEMBER = "NOT_A_MEMBER"
"""Why an incumbent leaves that the index has dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incumbents:
    """The list in force before the session, and its first day (None: there is no list)."""

    symbols: tuple[str, ...] = ()
    since: date | None = None


def settings_hash(wanted: UniverseParameters, mapping: Mapping) -> str:
    """Give a short name to the settings that a proposal was made with."""
    text = f"{mapping}\n{wanted.model_dump_json()}"
    return sha256(text.encode()).hexdigest()[:16]


def list_candidates(
    evidence: Evidence,
    sources: Sequence[Source],
    mapping: Mapping,
    wanted: UniverseParameters,
) -> tuple[CandidateList, Sorted]:
    """Sort the members and write the result down."""
    found = sort_members(evidence, mapping, wanted)
    listed = CandidateList(
        version=VERSION,
        origin=evidence.origin,
        day=evidence.day,
        mapping=mapping,
        settings_hash=settings_hash(wanted, mapping),
        sources=tuple(sources),
        members=len(evidence.members),
        candidates=found.candidates,
        rejected=found.rejected,
    )
    return listed, found


def propose(
    listed: CandidateList, median_error: float, wanted: UniverseParameters, incumbents: Incumbents
) -> Proposal:
    """
    Choose among the candidates.

    `median_error` is that of the drawn differences: an exchange of two names that differ by
    less than the noise is worth nothing. Raises SelectionFailed when there is no candidate.
    """
    if not listed.candidates:
        raise SelectionFailed(_nobody(listed))
    cost = wanted.turnover_cost_per_year + wanted.turnover_noise_weight * median_error
    choice = choose(_field(listed.candidates, incumbents.symbols), wanted, cost)
    return _written(listed, choice, wanted, incumbents)


def _nobody(listed: CandidateList) -> str:
    # Names, not refusals: one company is refused by a code once for each of its inputs.
    counts = Counter(code for code, _ in {(each.code, each.symbol) for each in listed.rejected})
    words = ", ".join(f"{code} {count}" for code, count in counts.most_common(5))
    return (
        f"none of {listed.members} members is a candidate for {listed.day}"
        f" ({words or 'there are no members'})"
    )


def _field(candidates: Sequence[Candidate], incumbents: Collection[str]) -> Field:
    return Field(
        score=np.array([each.difference for each in candidates]),
        sharpe=np.array([each.sharpe for each in candidates]),
        beta=np.array([each.beta for each in candidates]),
        sectors=[each.sector for each in candidates],
        moat=np.array([each.has_moat for each in candidates]),
        incumbents=np.array([each.symbol in incumbents for each in candidates]),
    )


def _written(
    listed: CandidateList, choice: Choice, wanted: UniverseParameters, incumbents: Incumbents
) -> Proposal:
    selection, found = choice.selection, listed.candidates
    picked = [found[place] for place in selection.chosen]
    chosen = tuple(sorted(each.symbol for each in picked))
    adds = tuple(symbol for symbol in chosen if symbol not in incumbents.symbols)
    left = [symbol for symbol in sorted(incumbents.symbols) if symbol not in chosen]
    after = standing(picked)
    missed = abs(after.beta - wanted.beta_target) - wanted.beta_tolerance
    upper = wanted.beta_target + wanted.beta_tolerance
    both = len(chosen) + len(incumbents.symbols)
    return Proposal(
        version=VERSION,
        origin=listed.origin,
        day=listed.day,
        mapping=listed.mapping,
        moat=wanted.moat,
        settings_hash=listed.settings_hash,
        sources=listed.sources,
        chosen=chosen,
        adds=adds,
        drops=tuple(Drop(symbol=symbol, reason=_why(symbol, listed)) for symbol in left),
        incumbents_since=incumbents.since,
        before=standing(
            [each for each in found if each.symbol in incumbents.symbols], len(incumbents.symbols)
        ),
        after=after,
        objective=selection.objective,
        gap=selection.gap,
        beta_target=wanted.beta_target,
        beta_slack=max(0.0, missed),
        cash_for_beta=max(0.0, 1.0 - upper / after.beta) if after.beta > upper > 0 else 0.0,
        sector_slack=sum(max(0, count - wanted.sector_cap) for count in after.sectors.values()),
        missing=wanted.names - len(chosen),
        preferred=choice.preferred,
        turnover=(len(adds) + len(left)) / both,
        turnover_cost=choice.turnover_cost,
        steps=choice.steps,
        confidence=after.confidence,
        candidates=found,
        rejected=listed.rejected,
    )


def _why(symbol: str, listed: CandidateList) -> str:
    if any(each.symbol == symbol for each in listed.candidates):
        return OUTSCORED
    codes = [each.code for each in listed.rejected if each.symbol == symbol]
    return codes[0] if codes else NOT_A_MEMBER


def standing(names: Sequence[Candidate], count: int | None = None) -> Standing:
    """Say in figures how a list stands; `count` is its length with those not measured."""

    def mean(values: Sequence[float]) -> float:
        return float(np.mean(values)) if values else 0.0

    return Standing(
        names=len(names) if count is None else count,
        measured=len(names),
        difference=mean([each.difference for each in names]),
        beta=mean([each.beta for each in names]),
        sharpe=mean([each.sharpe for each in names]),
        confidence=mean([each.confidence for each in names]),
        with_moat=sum(each.has_moat for each in names),
        sectors=dict(sorted(Counter(each.sector for each in names).items())),
    )
