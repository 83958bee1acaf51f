"""
Which build traded an account in which sessions: how well a build is known there.

A session is its date.
"""

from tradeengine.store.database import Database


class Builds:
    """The builds that traded under one home."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sessions_before(self, account: str, build: str, session: str) -> int:
        """Count the sessions before this one that a build traded. Raises StoreFailed."""
        [(count,)] = self._database.read(
            "SELECT count(*) FROM builds WHERE account = ? AND build = ? AND session < ?",
            account,
            build,
            session,
        )
        return int(str(count))

    def keep(self, account: str, build: str, session: str) -> None:
        """Note that a build trades a session, durably. Raises StoreFailed."""
        self._database.write(
            "INSERT OR IGNORE INTO builds VALUES (?, ?, ?)", account, build, session
        )
