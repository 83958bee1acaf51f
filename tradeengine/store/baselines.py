"""
The first reading of each session's baseline: what a later run measures against too.

A session is its date. Money in dollars, before deposits and withdrawals: those are
read from the broker each time.
"""

from decimal import Decimal

from tradeengine.store.database import Database


class Baselines:
    """The baselines of every account that trades under one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, account: str, session: str) -> Decimal | None:
        """Give the baseline of a session; None if no run has read it. Raises StoreFailed."""
        rows = self._database.read(
            "SELECT baseline FROM baselines WHERE account = ? AND session = ?", account, session
        )
        return Decimal(str(rows[0][0])) if rows else None

    def keep(self, account: str, session: str, baseline: Decimal, at: int) -> None:
        """Keep a baseline, durably; the first of a session stands. Raises StoreFailed."""
        self._database.write(
            "INSERT OR IGNORE INTO baselines VALUES (?, ?, ?, ?)",
            account,
            session,
            str(baseline),
            at,
        )
