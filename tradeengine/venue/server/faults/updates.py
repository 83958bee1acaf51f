"""Faults of trade updates: lost, empty, doubled, out of order, before the answer."""

import msgspec

from tradeengine.venue.server.faults.fault import Body, Counted, Done, Seconds, World
from tradeengine.venue.server.faults.rest import submits


class DropFillFrame(Counted, tag="drop_fill_frame", kw_only=True):
    """The next fill happens and is on the books, but its frame is lost."""

    def on_order_frame(self, event: str, /) -> bool:
        if event not in ("fill", "partial_fill"):
            return True
        self.use()
        return False


class OfUpdates(Counted, kw_only=True):
    """A fault of the next trade updates, of one `event` or of any (None)."""

    event: str | None = None

    def meets(self, message: Body) -> bool:
        """Say whether an update is one of those, and count it."""
        data = message["data"]
        if self.spent or data is None or self.event not in (None, data.get("event")):
            return False
        self.use()
        return True


class NullUpdate(OfUpdates, tag="null_update", kw_only=True):
    """A trade update has `data` null: in the place of the next one, or before it."""

    instead: bool = True

    def on_update(self, account_id: str, message: Body) -> list[Body]:  # noqa: ARG002 - a hook
        if not self.meets(message):
            return [message]
        empty: Body = {**message, "data": None}
        return [empty] if self.instead else [empty, message]


class DuplicateUpdate(OfUpdates, tag="duplicate_update", kw_only=True):
    """The next trade update comes twice."""

    def on_update(self, account_id: str, message: Body) -> list[Body]:  # noqa: ARG002 - a hook
        return [message, message] if self.meets(message) else [message]


class SwapUpdates(OfUpdates, tag="swap_updates", kw_only=True, dict=True):
    """
    The next trade update waits and comes after the one that follows it.

    Until then it is not on its way; if the fault is cleared before, it is lost.
    """

    def __post_init__(self) -> None:
        self._waiting: dict[str, Body] = {}

    @property
    def spent(self) -> bool:
        return self.times <= 0 and not self._waiting

    def on_update(self, account_id: str, message: Body) -> list[Body]:
        earlier = self._waiting.pop(account_id, None)
        if earlier is not None:
            return [message, earlier]
        if self.times > 0 and self.meets(message):
            self._waiting[account_id] = message
            return []
        return [message]


class FillBeforeAnswer(Counted, tag="fill_before_answer", kw_only=True):
    """
    The next order is worked at once, and its updates go out before its answer.

    The answer still says `pending_new`. It waits until the streams have delivered,
    and `hold` seconds of venue time more (in lock-step leave it at 0).
    """

    hold: Seconds = 0.0

    def on_done(self, done: Done, world: World) -> float | None:
        if not submits(done.method, done.path) or done.status != 200:
            return None
        self.use()
        order = msgspec.json.decode(done.body)
        world.exchange.tampering.hurry(done.account_id, order["id"])
        world.tell_now()
        return self.hold
