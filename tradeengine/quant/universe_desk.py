"""What the universe's commands do: refresh with progress, show, accept, refuse, list."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from datetime import date

import msgspec
from rich.console import Console, RenderableType

from tradeengine.clock import Clock, SystemClock
from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.event_loop import in_a_loop
from tradeengine.model.instants import NANOS
from tradeengine.model.sessions import session_on
from tradeengine.options import Options
from tradeengine.quant.job_turns import by_hand, up_to
from tradeengine.quant.progress_bars import progress_bars
from tradeengine.quant.refreshing_universe import STEPS, refresh_universe, wanted_of
from tradeengine.quant.universe_day import desk_day
from tradeengine.quant.universe_files import UniverseFiles
from tradeengine.quant.universe_suppliers import Progress, Suppliers
from tradeengine.quant.universe_tables import (
    active_lines,
    closing_table,
    history_table,
    names_table,
)
from tradeengine.quant.venue_time import clock_of
from tradeengine.schedule.entries import UNIVERSE
from tradeengine.universe.active import ActiveUniverse, staleness
from tradeengine.universe.proposal import Proposal

Connect = Callable[[Options], AbstractAsyncContextManager[Suppliers]]


def open_universe(options: Options) -> "UniverseDesk":
    """Open the desk by the venue's clock. Raises BadConfiguration, VenueUnreachable."""
    return UniverseDesk(options, clock_of(options.settings, options.choice, options.seed))


class UniverseDesk:
    """
    The universe of one home and origin, by the venue's clock. Everything raises BadConfiguration.
    """

    def __init__(self, options: Options, clock: Clock | None = None) -> None:
        self._options, self._settings = options, options.settings
        self._clock = clock or SystemClock()
        self._day = desk_day(options, self._clock)
        self._folders = options.home.desk(self._day.origin)
        self._files = UniverseFiles(self._folders)

    def refresh(self, connect: Connect) -> ExitCode:
        """Propose with progress on the terminal; make it active when it is due at once."""
        begun = self._clock.now()
        with self._alone(up_to(UNIVERSE), "refresh-universe"), progress_bars(STEPS) as progress:
            proposal, now_active = in_a_loop(self.propose(connect, progress))
        seconds = (self._clock.now() - begun) / NANOS
        if self._options.json:
            _print_json({"proposal": proposal, "activated": now_active, "seconds": seconds})
            return ExitCode.CLEAN
        _print(closing_table(proposal, seconds))
        print(self._outlook(proposal, now_active), flush=True)
        return ExitCode.CLEAN

    def _alone(self, names: Sequence[str], command: str) -> AbstractContextManager[None]:
        """Keep others from these jobs for a block. Raises JobFailed, naming who has one."""
        self._options.home.prepare()
        return by_hand(self._options.home, names, f"tradeengine {command}")

    async def propose(
        self, connect: Connect, progress: Progress
    ) -> tuple[Proposal, ActiveUniverse | None]:
        """
        Make a proposal in the running loop, and activate it when it is due at once.

        Raises what `refresh_universe` does.
        """
        wanted = wanted_of(self._settings)
        async with connect(self._options) as suppliers:
            try:
                proposal = await refresh_universe(suppliers, self._files, wanted, progress)
            finally:
                for words in (*suppliers.problems(), *suppliers.notes()):
                    print(f"universe: {words}", file=sys.stderr, flush=True)
        now = self._clock.now()
        session = session_on(proposal.day)
        begun = session is not None and now >= session.open_at
        return proposal, self._files.accept_if_due(
            proposal.day,
            self._settings.universe,
            at=now,
            is_on=begun and not self._options.choice.has_own_account,
        )

    def _outlook(self, proposal: Proposal, now_active: ActiveUniverse | None) -> str:
        if now_active is not None:
            return f"active from {now_active.effective}, accepted by {now_active.accepted_by}"
        days = self._settings.universe.accept_after_days
        waiting = (
            "waiting does not" if proposal.only_by_person else f"waiting does after {days} days"
        )
        return (
            f"{self._state(proposal)}\n`tradeengine universe accept --who NAME` makes a proposal"
            f" active, {waiting}, `tradeengine universe refuse` turns it down"
        )

    def show(self, day: date | None) -> ExitCode:
        """Show the list in force, the proposal of a day (None: the newest), and its state."""
        active, proposal = self._files.on(self._day.day), self._found(day, must=day is not None)
        state = self._state(proposal) if proposal else "there is no proposal"
        if self._options.json:
            _print_json({"active": active, "proposal": proposal, "state": state})
            return ExitCode.CLEAN
        print("\n".join(active_lines(active)), flush=True)
        if proposal is not None:
            _print(names_table(proposal))
            _print(closing_table(proposal))
        print(state, flush=True)
        return ExitCode.CLEAN

    def _state(self, proposal: Proposal) -> str:
        name = f"the proposal of {proposal.day}"
        refusal = self._files.refusal(proposal.day)
        since = self._since(proposal)
        if refusal is not None:
            stays = f"; it had become the list from {since} on, which stays" if since else ""
            return f"{name} was refused by {refusal.refused_by}: {refusal.why}{stays}"
        if since is not None:
            return f"{name} is the list from {since} on"
        effective = self._effective(proposal)
        problem = staleness(
            proposal,
            self._day.origin,
            effective,
            self._files.before(effective),
            self._settings.universe,
        )
        if problem:
            return f"{name} {problem}"
        why = proposal.only_by_person
        return f"{name} waits to be accepted" + (f" by a person: {why}" if why else "")

    def _since(self, proposal: Proposal) -> date | None:
        """Give the first session of the list that was made of a proposal; None: it was not."""
        accepted = [each for each in self._files.history() if each.proposed == proposal.day]
        return accepted[-1].effective if accepted else None

    def accept(self, day: date | None, who: str) -> ExitCode:
        """Make a proposal the list from the next session on."""
        with self._alone([UNIVERSE], "universe accept"):
            proposal = self._proposal(day)
            accepted = self._files.accept(
                proposal,
                self._effective(proposal),
                self._settings.universe,
                who=_name(who),
                at=self._clock.now(),
            )
        if self._options.json:
            _print_json(accepted)
            return ExitCode.CLEAN
        print("\n".join(active_lines(accepted)), flush=True)
        if accepted.accepted_by != _name(who):
            print("it was the list already: nothing was changed", flush=True)
        return ExitCode.CLEAN

    def refuse(self, day: date | None, who: str, why: str) -> ExitCode:
        """Turn a proposal down; a list that was made of it stays."""
        with self._alone([UNIVERSE], "universe refuse"):
            proposal = self._proposal(day)
            refusal = self._files.refuse(
                proposal, who=_name(who), why=_reason(why), at=self._clock.now()
            )
        if self._options.json:
            _print_json(refusal)
        else:
            since = self._since(proposal)
            stays = f", but it is the list from {since} on already, which stays" if since else ""
            print(f"the proposal of {proposal.day} is refused{stays}", flush=True)
        return ExitCode.CLEAN

    def history(self) -> ExitCode:
        """List what was in force."""
        lists = self._files.history()
        if self._options.json:
            _print_json(lists)
        elif lists:
            _print(history_table(lists))
        else:
            print(
                "no list was ever in force: make a proposal with `tradeengine refresh-universe`;"
                " the first becomes the list at once, or by `tradeengine universe accept`",
                flush=True,
            )
        return ExitCode.CLEAN

    def _effective(self, proposal: Proposal) -> date:
        """Give the first session that a list accepted now is for; never before its proposal's."""
        return max(self._day.day, proposal.day)

    def _proposal(self, day: date | None) -> Proposal:
        found = self._found(day, must=True)
        assert found is not None
        return found

    def _found(self, day: date | None, *, must: bool) -> Proposal | None:
        found = self._files.proposal(day) if day else self._files.newest_proposal()
        if found is None and must:
            raise BadConfiguration(
                str(self._folders.universe),
                f"there is no proposal of {day}" if day else "there is no proposal",
                "make one: tradeengine refresh-universe",
            )
        return found


def _name(who: str) -> str:
    if not who.strip():
        raise BadConfiguration("--who", "is empty", "say who decides; the history keeps it")
    return who.strip()


def _reason(why: str) -> str:
    if not why.strip():
        raise BadConfiguration("--why", "is empty", "say why; the history keeps it")
    return why.strip()


def _print(content: RenderableType) -> None:
    Console(width=None if sys.stdout.isatty() else 110).print(content)


def _print_json(content: object) -> None:
    print(msgspec.json.encode(content, order="deterministic").decode(), flush=True)
