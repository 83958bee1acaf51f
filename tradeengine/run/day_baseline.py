"""The baseline around a run: told to the core at the start, kept when it was read first."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tradeengine.errors import StoreFailed
from tradeengine.model.commands import KeepBaseline
from tradeengine.model.instants import new_york
from tradeengine.store.baselines import Baselines


@dataclass(frozen=True, slots=True)
class DayBaseline:
    """The baseline of an account (None: it ends with the run) on a session's date."""

    baselines: Baselines
    account: str | None
    session: date

    def known(self) -> Decimal | None:
        """Give what an earlier run of the session kept. Raises StoreFailed."""
        if self.account is None:
            return None
        return self.baselines.of(self.account, self.session.isoformat())

    def keep(self, command: KeepBaseline) -> str:
        """
        Keep a reading; give what went wrong, "" if nothing did.

        A reading of an earlier date is not kept: the broker may not have closed that day yet.
        """
        if self.account is None or new_york(command.at).date() != self.session:
            return ""
        try:
            session = self.session.isoformat()
            self.baselines.keep(self.account, session, command.baseline, command.at)
        except StoreFailed as error:
            return f"the day's baseline is not kept for later runs: {error}"
        return ""
