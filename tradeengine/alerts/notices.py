"""
The start-up canary and the daily digest: pure texts, and when the digest is due.

Both are alerts like any other. Who expects one and does not get it knows that
something is broken: silence means failure.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import time

from msgspec import Struct

from tradeengine.alerts.records import DeliveryState, Record
from tradeengine.model.instants import instant_of, new_york
from tradeengine.model.orders import Severity

CANARY, DIGEST = "ENGINE_STARTED", "DAILY_DIGEST"
"""The codes of these alerts."""

NAMED = 5
"""Numbers of open criticals that a digest names."""


class Notice(Struct, frozen=True, kw_only=True):
    """What to raise."""

    severity: Severity
    code: str
    text: str


def canary(session: str, ladder: Sequence[str], open_criticals: Sequence[Record]) -> Notice:
    """Say that the engine has started and how it can be heard."""
    ways = ", ".join(ladder) or "no channel"
    tail = f"; {_open(open_criticals)}" if open_criticals else ""
    text = f"{session} alerts by {ways}{tail}"
    return Notice(severity=Severity.INFO, code=CANARY, text=text)


def digest_due(last: int, now: int, at: time) -> bool:
    """Tell whether the wall-clock time `at` in New York came since `last`, nanoseconds."""
    return last < instant_of(new_york(now).date(), at) <= now


def digest(records: Iterable[Record], open_criticals: Sequence[Record]) -> Notice:
    """Say that all was quiet, or what was not; `records` are those since the last digest."""
    heard = list(records)
    alerts = Counter(r.alert.severity for r in heard if r.alert.code not in {CANARY, DIGEST})
    failed = Counter(
        delivery.channel
        for record in heard
        for delivery in record.deliveries
        if delivery.state is DeliveryState.FAILED
    )
    troubles = [
        *([_open(open_criticals)] if open_criticals else []),
        *([f"{alerts[Severity.CRITICAL]} critical"] if alerts[Severity.CRITICAL] else []),
        *(f"{channel}: {number} not sent" for channel, number in sorted(failed.items())),
    ]
    counts = f"{alerts[Severity.WARNING]} warnings, {alerts[Severity.INFO]} notes"
    if troubles:
        text = f"NOT quiet: {'; '.join(troubles)}; {counts}"
        return Notice(severity=Severity.WARNING, code=DIGEST, text=text)
    return Notice(severity=Severity.INFO, code=DIGEST, text=f"all quiet: {counts}")


def _open(criticals: Sequence[Record]) -> str:
    numbers = " ".join(f"#{record.number}" for record in criticals[:NAMED])
    more = " ..." if len(criticals) > NAMED else ""
    return f"{len(criticals)} unacknowledged: {numbers}{more}"
