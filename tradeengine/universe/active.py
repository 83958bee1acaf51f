"""
The active list: which names the engine may trade on a day, since when, and who said so.

Every list that was ever active stays in the history with its first day, so that a backtest
asks for a day and gets the list of that day.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from tradeengine.errors import ProposalRefused
from tradeengine.universe.candidates import Candidate
from tradeengine.universe.parameters import FirstList, UniverseParameters
from tradeengine.universe.proposal import VERSION, Proposal

BY_WAITING = "nobody, by waiting"
"""Who accepted a proposal when its time had passed."""

BY_BEING_FIRST = "nobody, as the first list"
"""Who accepted a proposal that replaces no list."""


class Member(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One name of an active list, with what was known of it when it was chosen."""

    symbol: str
    sector: str
    beta: float
    difference: float
    confidence: float
    has_moat: bool


class ActiveUniverse(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A list in force from the session of `effective` until the next one's."""

    version: int
    origin: str
    effective: date
    proposed: date
    """The day of the proposal."""

    accepted_by: str
    accepted_at: int
    """Nanoseconds UTC."""

    settings_hash: str
    members: tuple[Member, ...]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Give the symbols, in their order."""
        return tuple(member.symbol for member in self.members)


class Refusal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A proposal that somebody turned down: waiting does not make it active."""

    version: int
    origin: str
    proposed: date
    refused_by: str
    refused_at: int
    why: str


def in_force(lists: Iterable[ActiveUniverse], day: date) -> ActiveUniverse | None:
    """Give the list of a day from a history in the order in which it was written."""
    found: ActiveUniverse | None = None
    for each in lists:
        if each.effective <= day and (found is None or each.effective >= found.effective):
            found = each
    return found


def activated(
    proposal: Proposal, effective: date, accepted_by: str, accepted_at: int
) -> ActiveUniverse:
    """Make a proposal the list from the session of `effective` on."""
    known = {each.symbol: each for each in proposal.candidates}
    return ActiveUniverse(
        version=VERSION,
        origin=proposal.origin,
        effective=effective,
        proposed=proposal.day,
        accepted_by=accepted_by,
        accepted_at=accepted_at,
        settings_hash=proposal.settings_hash,
        members=tuple(_member(known[symbol]) for symbol in proposal.chosen),
    )


def _member(candidate: Candidate) -> Member:
    return Member(
        symbol=candidate.symbol,
        sector=candidate.sector,
        beta=candidate.beta,
        difference=candidate.difference,
        confidence=candidate.confidence,
        has_moat=candidate.has_moat,
    )


def check(
    proposal: Proposal,
    origin: str,
    effective: date,
    current: ActiveUniverse | None,
    wanted: UniverseParameters,
) -> None:
    """Raise ProposalRefused when `staleness` knows something against it."""
    problem = staleness(proposal, origin, effective, current, wanted)
    if problem:
        raise ProposalRefused(f"the proposal of {proposal.day}", problem)


def staleness(
    proposal: Proposal,
    origin: str,
    effective: date,
    current: ActiveUniverse | None,
    wanted: UniverseParameters,
) -> str:
    """
    Say why a proposal cannot become the list from `effective` on; "" when it can.

    It must be of this origin, not older than allowed nor of a later day, and made against the
    list that is `current` before `effective`.
    """
    age = (effective - proposal.day).days
    since = None if current is None else current.effective
    if proposal.origin != origin:
        return f"was made from {proposal.origin} data, and this desk is {origin}"
    if age < 0:
        return f"is for a later session than {effective}"
    if age > wanted.proposal_age_days_max:
        most = wanted.proposal_age_days_max
        return f"is {age} days old on {effective}; universe.proposal_age_days_max is {most}"
    if since != proposal.incumbents_since:
        compared, force = _list_of(proposal.incumbents_since), _list_of(since)
        return f"was compared with {compared}, and in force is {force}"
    return ""


def made_of(universe: ActiveUniverse, proposal: Proposal) -> bool:
    """Tell whether a list is what a proposal would make."""
    return (universe.proposed, universe.settings_hash, universe.symbols) == (
        proposal.day,
        proposal.settings_hash,
        proposal.chosen,
    )


def _list_of(since: date | None) -> str:
    return "no list" if since is None else f"the list of {since}"


def due_by_itself(
    proposal: Proposal, current: ActiveUniverse | None, day: date, wanted: UniverseParameters
) -> str | None:
    """
    Tell who accepts a proposal by `day` when nobody does (a name for it); None: not yet.

    One of half of the data, or of less than half of the names wanted, would be in force for a
    quarter, so a person is to look at it.
    """
    if proposal.only_by_person:
        return None
    if current is None and wanted.first_list is FirstList.ACCEPT:
        return BY_BEING_FIRST
    due = proposal.day + timedelta(days=wanted.accept_after_days)
    return BY_WAITING if day >= due else None
