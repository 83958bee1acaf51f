"""
Which criticals climb the ladder: pure, from records and an instant.

A critical that nobody has acknowledged goes to the next channel `escalation_seconds`
after it last went out; at once when every channel that had it has failed and another
one has not been tried. Channels that have not had it come first, then the one that had
it the longest time ago; one that is still trying is left to try.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from tradeengine.alerts.parameters import AlertParameters
from tradeengine.alerts.records import DeliveryState, Record
from tradeengine.model.instants import NANOS


class Escalation(Struct, frozen=True, kw_only=True):
    """A critical and the channel that it climbs to."""

    record: Record
    channel: str


def escalations(
    records: Iterable[Record], ladder: Sequence[str], now: int, parameters: AlertParameters
) -> list[Escalation]:
    """Give what climbs at `now`, nanoseconds; `ladder` names the channels in order."""
    return [
        Escalation(record=record, channel=channel)
        for record in records
        if _is_due(record, ladder, now, parameters)
        and (channel := next_channel(record, ladder)) is not None
    ]


def next_channel(record: Record, ladder: Sequence[str]) -> str | None:
    """Give the channel that an alert climbs to, or None while all are still trying."""
    by_name = {delivery.channel: delivery for delivery in record.deliveries}
    trying = {name for name, d in by_name.items() if d.state is DeliveryState.QUEUED}
    free = [name for name in ladder if name not in trying]
    last_had = {name: by_name[name].queued_at if name in by_name else -1 for name in free}
    # `min` gives the first of equals: the order of the ladder.
    return min(free, key=lambda name: last_had[name], default=None)


def _is_due(record: Record, ladder: Sequence[str], now: int, parameters: AlertParameters) -> bool:
    if not record.is_open or record.escalations >= parameters.escalations_most:
        return False
    last = max((delivery.queued_at for delivery in record.deliveries), default=record.alert.at)
    return now - last >= parameters.escalation_seconds * NANOS or _all_failed(record, ladder)


def _all_failed(record: Record, ladder: Sequence[str]) -> bool:
    """Tell whether nobody can have heard, and somebody else could."""
    untried = set(ladder) - {delivery.channel for delivery in record.deliveries}
    return bool(untried) and all(d.state is DeliveryState.FAILED for d in record.deliveries)
