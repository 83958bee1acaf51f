"""
A proposal: who should be in the universe from the next session on, and everything behind it.

The same data and settings give the same proposal, byte for byte: it holds no instant and no
name of a machine.
"""

from datetime import date

from msgspec import Struct

from tradeengine.model.rejections import Rejection
from tradeengine.universe.candidates import Candidate
from tradeengine.universe.choosing import Step
from tradeengine.universe.mapping import Mapping
from tradeengine.universe.parameters import MoatMode

VERSION = 1
"""Of the form of the files."""


class Source(Struct, frozen=True, kw_only=True):
    """Where something came from, and the last day that it knew of (None: there was none)."""

    name: str
    as_of: date | None
    words: str


class Standing(Struct, frozen=True, kw_only=True):
    """
    A list of names in figures; means are over those that could be measured.

    `difference` is log return a year, `with_moat` names that pass the screen.
    """

    names: int
    measured: int
    difference: float
    beta: float
    sharpe: float
    confidence: float
    with_moat: int
    sectors: dict[str, int]


class Drop(Struct, frozen=True, kw_only=True):
    """A name that leaves: the code of what refused it, or `OUTSCORED`."""

    symbol: str
    reason: str


class CandidateList(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a selection had to choose from, before the session of `day`."""

    version: int
    origin: str
    day: date
    mapping: Mapping
    settings_hash: str
    sources: tuple[Source, ...]
    members: int
    candidates: tuple[Candidate, ...]
    rejected: tuple[Rejection, ...]


class Proposal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    A choice made before the session of `day`, to become active by acceptance or by waiting.

    `objective`, `turnover_cost` and scores are log return a year; `turnover` is changed names
    as a share of both lists; `cash_for_beta` is the share of cash that would bring the mean
    beta to the target's upper end.
    """

    version: int
    origin: str
    day: date
    mapping: Mapping
    moat: MoatMode
    settings_hash: str
    sources: tuple[Source, ...]

    chosen: tuple[str, ...]
    adds: tuple[str, ...]
    drops: tuple[Drop, ...]
    incumbents_since: date | None
    """First day of the list that it would replace; None: it would be the first."""

    before: Standing
    after: Standing

    objective: float
    gap: float
    """Proven distance to the best choice; 0: it is the best."""

    beta_target: float
    beta_slack: float
    """By how much the mean beta misses the target, beyond the tolerance asked for."""

    cash_for_beta: float
    sector_slack: int
    """Names above the cap asked for."""

    missing: int
    """Names that are wanted and not there."""

    preferred: int
    """Names with a moat that the choice had to hold."""

    turnover: float
    turnover_cost: float
    steps: tuple[Step, ...]
    confidence: float
    """Mean over the chosen."""

    candidates: tuple[Candidate, ...]
    rejected: tuple[Rejection, ...]
    incomplete: bool = False
    """A source failed while it was made, so names may be missing: a person alone accepts it."""

    @property
    def only_by_person(self) -> str:
        """Say why a person alone accepts it; "" when it may become the list by itself."""
        if self.incomplete:
            return "a source failed while it was made"
        if len(self.chosen) < self.missing:
            return f"it has {len(self.chosen)} of {len(self.chosen) + self.missing} names"
        return ""

    def candidate(self, symbol: str) -> Candidate | None:
        """Give a candidate by its symbol."""
        return next((each for each in self.candidates if each.symbol == symbol), None)
