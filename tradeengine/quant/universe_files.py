"""
The universe on the disk: `data/universe/<origin>/`. Nothing else writes there.

Every file is written whole or not at all. A list enters the history first and becomes
`active.json` then; what is in force on a day is read from the history, so a crash between
the two loses nothing.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from tradeengine.atomic_files import write_atomically
from tradeengine.errors import BadConfiguration
from tradeengine.layout import DeskFiles
from tradeengine.universe.active import (
    ActiveUniverse,
    Refusal,
    activated,
    check,
    due_by_itself,
    in_force,
    made_of,
    staleness,
)
from tradeengine.universe.files import (
    ACTIVE,
    HISTORY,
    Damaged,
    candidates_name,
    day_of_proposal,
    decoded,
    encoded,
    list_name,
    place_of_list,
    proposal_name,
    refusal_name,
)
from tradeengine.universe.parameters import UniverseParameters
from tradeengine.universe.proposal import VERSION, CandidateList, Proposal

File = TypeVar("File", bound=Struct)


class UniverseFiles:
    """Reads and writes the universe of one origin. Raises BadConfiguration, naming the file."""

    def __init__(self, desk: DeskFiles) -> None:
        self._folder, self._origin = desk.universe, desk.origin

    def keep(self, candidates: CandidateList, proposal: Proposal) -> None:
        """Write the candidates and the proposal of a day; those of an earlier try are replaced."""
        self._write(candidates_name(candidates.day), candidates)
        self._write(proposal_name(proposal.day), proposal)

    def candidates(self, day: date) -> CandidateList | None:
        """Read the candidates of a day; None when there are none."""
        return self._read(candidates_name(day), CandidateList)

    def proposal(self, day: date) -> Proposal | None:
        """Read the proposal of a day; None when there is none."""
        return self._read(proposal_name(day), Proposal)

    def newest_proposal(self, until: date = date.max) -> Proposal | None:
        """Read the last proposal for a session up to a day; None when there is none."""
        days = [day for name in self._names("") if (day := day_of_proposal(name))]
        newest = max((day for day in days if day <= until), default=None)
        return None if newest is None else self.proposal(newest)

    def active(self) -> ActiveUniverse | None:
        """Read `active.json`; None when there is none."""
        return self._read(ACTIVE, ActiveUniverse)

    def history(self) -> list[ActiveUniverse]:
        """Read every list that was ever accepted, in the order of their first days."""
        lists = (
            self._read(f"{HISTORY}/{list_name(*place)}", ActiveUniverse) for place in self._places()
        )
        return [each for each in lists if each is not None]

    def on(self, day: date) -> ActiveUniverse | None:
        """Give the list in force in the session of a day; None before the first."""
        return in_force(self.history(), day)

    def before(self, day: date) -> ActiveUniverse | None:
        """Give the list in force until the session of a day: what a new one is compared with."""
        return self.on(day - timedelta(days=1))

    def refusal(self, day: date) -> Refusal | None:
        """Read who turned the proposal of a day down; None when nobody did."""
        return self._read(f"{HISTORY}/{refusal_name(day)}", Refusal)

    def wants_a_first(self, day: date, wanted: UniverseParameters) -> bool:
        """
        Tell whether a first list has to be proposed for the session of a day, perhaps once more.

        So it is where no list is in force and no proposal can become one by itself: there is
        none, a person alone accepts it, or it is stale. One that was refused stands.
        """
        if self.on(day) is not None:
            return False
        proposal = self.newest_proposal(day)
        if proposal is None:
            return True
        stale = staleness(proposal, self._origin, day, None, wanted)
        return bool(proposal.only_by_person or stale) and self.refusal(proposal.day) is None

    def accept(
        self, proposal: Proposal, effective: date, wanted: UniverseParameters, *, who: str, at: int
    ) -> ActiveUniverse:
        """
        Make a proposal the list from the session of `effective` on; `at` nanoseconds UTC.

        A list that is in force in that session by this proposal already is given as it is.
        Raises ProposalRefused for one that is stale, of another origin, or was refused.
        """
        there = self.on(effective)
        is_there = there is not None and made_of(there, proposal)
        if not is_there:
            check(proposal, self._origin, effective, self.before(effective), wanted)
        refused = self.refusal(proposal.day)
        if refused is not None:
            raise BadConfiguration(
                f"the proposal of {proposal.day}",
                f"was refused by {refused.refused_by}: {refused.why}",
                "make a new one on a later day, or remove the refusal from history/",
            )
        if there is not None and is_there:
            if there.effective == effective:
                self._write(ACTIVE, there)  # A crash may have come between the two files.
            return there
        accepted = activated(proposal, effective, who, at)
        numbers = [number for first, number in self._places() if first == effective]
        self._write(f"{HISTORY}/{list_name(effective, max(numbers, default=0) + 1)}", accepted)
        self._write(ACTIVE, accepted)
        return accepted

    def accept_if_due(
        self, day: date, wanted: UniverseParameters, *, at: int, is_on: bool = False
    ) -> ActiveUniverse | None:
        """
        Make the newest proposal the list from the session of `day` on, when its wait is over.

        With `is_on` that session has begun: a list that is in force then stays so for its length.

        None when there is nothing to do: no proposal, one that is active already, refused,
        stale, or still waiting. To be called before each session's plan is made.
        """
        if is_on and self.on(day) is not None:
            return None
        proposal = self.newest_proposal(day)
        if proposal is None or self.refusal(proposal.day) is not None:
            return None
        in_force_now, current = self.on(day), self.before(day)
        if in_force_now is not None and made_of(in_force_now, proposal):
            return None
        who = due_by_itself(proposal, current, day, wanted)
        if who is None or staleness(proposal, self._origin, day, current, wanted):
            return None
        return self.accept(proposal, day, wanted, who=who, at=at)

    def refuse(self, proposal: Proposal, *, who: str, why: str, at: int) -> Refusal:
        """Turn a proposal down, so that waiting does not make it active."""
        refusal = Refusal(
            version=VERSION,
            origin=self._origin,
            proposed=proposal.day,
            refused_by=who,
            refused_at=at,
            why=why,
        )
        self._write(f"{HISTORY}/{refusal_name(proposal.day)}", refusal)
        return refusal

    def _places(self) -> list[tuple[date, int]]:
        return sorted(place for name in self._names(HISTORY) if (place := place_of_list(name)))

    def _names(self, under: str) -> Iterator[str]:
        folder = self._folder / under
        if folder.is_dir():
            yield from (path.name for path in folder.iterdir())

    def _read(self, name: str, kind: type[File]) -> File | None:
        path = self._folder / name
        try:
            return decoded(path.read_bytes(), kind, self._origin)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadConfiguration(str(path), f"cannot be read: {error.strerror}") from error
        except Damaged as error:
            raise BadConfiguration(str(path), str(error), _remedy(path)) from error

    def _write(self, name: str, content: Struct) -> None:
        path = self._folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, encoded(content))
        except OSError as error:
            raise BadConfiguration(
                str(path), f"cannot be written: {error.strerror}", "mend the disk"
            ) from error


def _remedy(path: Path) -> str:
    if path.name == ACTIVE:
        return f"copy the newest list of {HISTORY}/ over it, or move it away"
    return "put back a copy of it, or move it away when you know that it is not needed"
