"""
Drawdown locks: written when the limit is reached, lifted by a person's review.

A lock holds for an account, through restarts, supervisors and midnights. After a
review the size of positions ramps up again over sessions: see `RAMP`.
"""

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from tradeengine.model.commands import LockTrading
from tradeengine.store.database import Database

RAMP = (Decimal("0.25"), Decimal("0.5"))
"""Fractions of the usual size in the first sessions after a review; then all of it."""

_COLUMNS = "id, account, number, run_id, at, equity, baseline, drawdown, limit_fraction"


class Lock(Struct, frozen=True, kw_only=True):
    """
    A lock that nobody has reviewed. Money in dollars, `drawdown` and `limit` as fractions.

    `account` is how we reach it (venue and key), `number` what the broker calls it.
    """

    id: int
    account: str
    number: str
    run_id: str
    at: int
    equity: Decimal
    baseline: Decimal
    drawdown: Decimal
    limit: Decimal

    def is_of(self, account: str, number: str) -> bool:
        """Tell whether it holds for an account; a new key does not make it another one."""
        return account == self.account or (number != "" and number == self.number)


class Locks:
    """The locks of every account that trades under one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, account: str, number: str, run_id: str, command: LockTrading) -> int:
        """Lock an account, durably; give the lock's number. Raises StoreFailed."""
        return self._database.write(
            f"INSERT INTO locks ({_COLUMNS}) VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
            account,
            number,
            run_id,
            command.at,
            *map(str, (command.equity, command.baseline, command.drawdown, command.limit)),
        )

    def active(self) -> list[Lock]:
        """List the locks that hold, oldest first."""
        rows = self._database.read(
            f"SELECT {_COLUMNS} FROM locks WHERE reviewed_at IS NULL ORDER BY id"
        )
        return list(map(_lock, rows))

    def of(self, account: str, number: str) -> list[Lock]:
        """List the locks that hold for an account, known by its key or by its number."""
        return [lock for lock in self.active() if lock.is_of(account, number)]

    def lift(self, lock: Lock, *, at: int, who: str, why: str) -> None:
        """Write down a review, which ends the lock. Raises StoreFailed."""
        self._database.write(
            "UPDATE locks SET reviewed_at = ?, reviewed_by = ?, why = ? WHERE id = ?",
            at,
            who,
            why,
            lock.id,
        )

    def ramp(self, account: str, number: str, session: str) -> Decimal:
        """
        Give the fraction of the usual size for a session, and count the session.

        A session is its date. Without a reviewed lock the fraction is one.
        """
        reviewed = self._database.read(
            "SELECT max(id) FROM locks WHERE reviewed_at IS NOT NULL"
            " AND (account = ? OR (number = ? AND number <> ''))",
            account,
            number,
        )
        [(lock,)] = reviewed
        if lock is None:
            return Decimal(1)
        earlier = self._database.read(
            "SELECT count(*) FROM ramp_sessions WHERE lock = ? AND session <> ?", lock, session
        )
        self._database.write("INSERT OR IGNORE INTO ramp_sessions VALUES (?, ?)", lock, session)
        [(sessions,)] = earlier
        assert isinstance(sessions, int)
        return RAMP[sessions] if sessions < len(RAMP) else Decimal(1)


def _lock(row: tuple[object, ...]) -> Lock:
    values: Mapping[str, object] = dict(zip(Lock.__struct_fields__, row, strict=True))
    money = {name: Decimal(str(values[name])) for name in Lock.__struct_fields__[5:]}
    return Lock(**{**values, **money})  # type: ignore[arg-type]  # the columns have these types
