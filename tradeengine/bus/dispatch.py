"""
Dispatch: one message at a time, to completion.

What handlers return waits behind what is already queued, so the order of
everything that happens is the order of one list and nothing else.
"""

from collections.abc import Callable, Mapping, Sequence

from tradeengine.errors import TradeEngineError
from tradeengine.model.message import Effects, Message

Handler = Callable[..., Effects]
Routes = Mapping[type[Message], Sequence[Handler]]

CASCADE_LIMIT = 10_000
"""Messages that one input may cause. More is a feedback loop, not trading."""


class CascadeTooLong(TradeEngineError):
    """One input caused more messages than `CASCADE_LIMIT`."""

    def __init__(self, cause: Message) -> None:
        super().__init__(cause)
        self.cause = cause

    def __str__(self) -> str:
        return f"more than {CASCADE_LIMIT} messages followed from {self.cause!r}"


class UnroutedMessage(TradeEngineError):
    """A message has no row in the wiring table."""

    def __init__(self, kind: type[Message]) -> None:
        super().__init__(kind)
        self.kind = kind

    def __str__(self) -> str:
        return f"no row in the wiring table for {self.kind.__name__}"


class ReentrantDispatch(TradeEngineError):
    """A handler called dispatch instead of returning its messages."""

    def __str__(self) -> str:
        return "dispatch() is not re-entrant: return messages instead of sending them"


class Bus:
    """Carry messages from the handlers that return them to those that want them."""

    def __init__(self, routes: Routes) -> None:
        self._routes = {kind: tuple(handlers) for kind, handlers in routes.items()}
        # A flag, not a look at the queue: the queue is also empty while its
        # last message is being handled.
        self._dispatching = False

    def dispatch(self, message: Message, followed: list[Message] | None = None) -> list[Message]:
        """
        Handle a message and all that follows; return what followed, in order.

        A list that is given is filled as it goes, so that what followed before a
        handler raised is not lost. Raises UnroutedMessage, CascadeTooLong,
        ReentrantDispatch, and whatever a handler raises.
        """
        if self._dispatching:
            raise ReentrantDispatch
        self._dispatching = True
        if followed is None:
            followed = []
        try:
            self._offer(message, followed)
            # The list grows while it is read: it is the queue and the result.
            for done, effect in enumerate(followed, start=1):
                if done > CASCADE_LIMIT:
                    raise CascadeTooLong(message)
                self._offer(effect, followed)
            return followed
        finally:
            self._dispatching = False

    def _offer(self, message: Message, followed: list[Message]) -> None:
        try:
            handlers = self._routes[type(message)]
        except KeyError:
            raise UnroutedMessage(type(message)) from None
        for handle in handlers:
            effects = handle(message)
            if effects:
                followed.extend(effects)
