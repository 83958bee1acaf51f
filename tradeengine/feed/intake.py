"""
The hot path behind the socket: events of received frames go into the inbox.

Notes ages for the watchdog, holds back bars that have passed before, and lets
old quotes give way when the engine is behind. A frame counts as taken in for the
venue's lock-step only after its events are in the inbox.
"""

from tradeengine.feed.conflate import conflate
from tradeengine.feed.continuity import Continuity
from tradeengine.feed.liveness import Liveness
from tradeengine.feed.ports import Inbox
from tradeengine.feed.session import Received
from tradeengine.model.events import Input, QuotesConflated
from tradeengine.quiescence import Channel


class Intake:
    """Put events into the inbox."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        liveness: Liveness,
        continuity: Continuity,
        conflate_above: int,
        channel: Channel | None = None,
    ) -> None:
        self._inbox, self._liveness, self._continuity = inbox, liveness, continuity
        self._conflate_above = conflate_above
        self._channel = channel
        self.most_frames = self.quotes_dropped = 0
        """The most frames that waited behind a batch; quotes that gave way to newer ones."""

    def take(self, received: Received, frames: int, backlog: int = 0) -> None:
        """Take in the events of so many frames; `backlog` more wait behind them."""
        notices, data = received
        if backlog > self.most_frames:
            self.most_frames = backlog
        if notices:
            self._inbox.put_many(notices)
        if data:
            self._liveness.heard(data, data[0].received_at)
            self._inbox.hand_over(self._admit(data, backlog))
        if self._channel is not None:
            for _ in range(frames):
                self._channel.received()

    def disconnected(self) -> None:
        """Forget the frames that were in flight: they are lost."""
        if self._channel is not None:
            self._channel.reset()

    def _admit(self, data: list[Input], backlog: int) -> list[Input]:
        data = self._continuity.admit(data)
        if self._inbox.depth() + backlog <= self._conflate_above:
            return data
        kept, dropped = conflate(data)
        if dropped:
            self.quotes_dropped += dropped
            now = data[0].received_at
            kept.append(QuotesConflated(at=now, received_at=now, dropped=dropped))
        return kept
