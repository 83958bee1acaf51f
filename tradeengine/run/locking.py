"""
The drawdown lock around a run: refused before it, written during it, ramped after it.

Nothing here decides when to lock; the breaker does. The lock is in the state file
before any cancel or close leaves. When even that file cannot be written, the halt
file takes its place: the next run is refused all the same.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from msgspec import structs

from tradeengine.errors import BadConfiguration, StoreFailed, TradingLocked
from tradeengine.halting import write_halt
from tradeengine.layout import Home
from tradeengine.model.commands import KeepBaseline, LockTrading
from tradeengine.model.instants import new_york
from tradeengine.model.message import Message
from tradeengine.model.orders import Severity
from tradeengine.options import Options
from tradeengine.run.alarm import Raise
from tradeengine.run.edges import Edges
from tradeengine.settings import VenueChoice
from tradeengine.store.database import open_database
from tradeengine.store.locks import Lock, Locks


def account_of(options: Options) -> str | None:
    """Name the account that a run trades; None for one that ends with the run."""
    if options.choice.has_own_account:
        return None
    key = options.settings.secrets.alpaca_api_key
    mark = "" if key is None else sha256(key.get_secret_value().encode()).hexdigest()[:8]
    return " ".join(filter(None, (options.choice.kind.value, options.choice.url, mark)))


def broker_account(choice: VenueChoice, number: str) -> str | None:
    """Name an account by what the broker calls it, which no new key changes; None as above."""
    if choice.has_own_account:
        return None
    # Venues of our own give the same numbers: there the address belongs to the name.
    url = choice.url.replace("//localhost", "//127.0.0.1")
    return " ".join(filter(None, (choice.kind.value, url, number)))


def words_of(lock: Lock) -> str:
    """Say in one line what a lock is about."""
    return (
        f"{lock.account} lost {lock.drawdown:.2%} of ${lock.baseline:,.2f} on"
        f" {new_york(lock.at):%Y-%m-%d at %H:%M} New York ({lock.limit:.2%} allowed)"
    )


@dataclass(slots=True)
class TradingLock:
    """
    The lock of one account (None: it ends with the run and needs none).

    `number` is what the broker calls it, once it has been asked.
    """

    home: Home
    locks: Locks
    account: str | None
    number: str = ""

    def know(self, number: str, tell: Raise) -> None:
        """Take the account's number and look again: new keys do not lift a lock."""
        self.number = number
        self.refuse(tell)

    def refuse(self, tell: Raise) -> None:
        """Raise TradingLocked when a lock holds, having told a person."""
        if self.account is not None and (held := self.locks.of(self.account, self.number)):
            words = words_of(held[0])
            tell(Severity.CRITICAL, "LOCKED", f"a run was refused: {words}")
            raise TradingLocked(f"{words}, under --home {self.home.root.absolute()}")

    def refuse_for(self, other: Home, number: str, tell: Raise) -> None:
        """Refuse, as `refuse`, for a lock that is kept under another home. Raises StoreFailed."""
        if other.state_file.exists():
            with open_database(other.state_file) as database:
                TradingLock(other, Locks(database), self.account, number).refuse(tell)

    def ramped(self, options: Options, session: date) -> Options:
        """Give the options with the size that this session may have after a review."""
        if self.account is None:
            return options
        ramp = self.locks.ramp(self.account, self.number, session.isoformat())
        plan = structs.replace(options.plan, size_ramp=options.plan.size_ramp * ramp)
        return replace(options, plan=plan)

    def write(self, run_id: str, command: LockTrading) -> str:
        """Write the lock; give what went wrong, "" if nothing did."""
        if self.account is None:
            return ""
        try:
            self.locks.write(self.account, self.number, run_id, command)
        except StoreFailed as error:
            return f"{error}\n{self._halt_instead(str(error))}"
        return ""

    def _halt_instead(self, why: str) -> str:
        try:
            written = write_halt(self.home, f"drawdown lock that could not be stored: {why}")
        except BadConfiguration as error:
            return f"and the halt file neither: {error}; DO NOT START AGAIN before a review"
        return f"instead the halt file refuses the next run: {written}"


class Departures:
    """Where commands leave the core: lock and baseline at once, all else to the broker."""

    def __init__(
        self,
        edges: Edges,
        lock: Callable[[LockTrading], None],
        keep: Callable[[KeepBaseline], None],
    ) -> None:
        self._edges, self._lock, self._keep = edges, lock, keep

    def send(self, command: Message) -> None:
        """Write down a lock or a baseline now; hand everything else on."""
        if isinstance(command, LockTrading):
            self._lock(command)
        elif isinstance(command, KeepBaseline):
            self._keep(command)
        else:
            self._edges.send(command)
