"""What a broker is handed: where answers go, and what must happen before a byte leaves."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from tradeengine.model.message import Message

Durable = Callable[[], Awaitable[None]]
"""Wait until every command sent so far is in the journal, on disk."""


class Inbox(Protocol):
    """The engine's one queue, as an edge sees it."""

    def put_nowait(self, message: Message) -> None:
        """Add a message."""

    def put_many(self, messages: Iterable[Message]) -> None:
        """Add messages, in order."""

    def depth(self) -> int:
        """Messages waiting."""


async def already_durable() -> None:
    """Stand in for a journal where there is none (tests, a dry look at the account)."""
