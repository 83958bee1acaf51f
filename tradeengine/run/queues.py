"""The high-water marks of a run: the most that ever waited in each of its queues."""

from collections.abc import Mapping

from tradeengine.bus.inbox import Inbox
from tradeengine.bus.journal import Journal
from tradeengine.run.alarm import Alarm
from tradeengine.run.edges import Edges


def high_water(inbox: Inbox, journal: Journal, alarm: Alarm, edges: Edges) -> Mapping[str, int]:
    """Give the marks by name: messages, bytes, alerts, and what feed and broker count."""
    return {
        "inbox": inbox.high_water,
        "journal_bytes": journal.high_water,
        "alerts": alarm.high_water(),
        **edges.high_water(),
    }
