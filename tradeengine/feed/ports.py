"""What the feed needs from the rest of the house."""

from collections.abc import Iterable
from typing import Protocol

from tradeengine.model.message import Message


class Inbox(Protocol):
    """Where messages go."""

    def put_nowait(self, message: Message) -> None:
        """Add a message."""

    def put_many(self, messages: Iterable[Message]) -> None:
        """Add messages, in order."""

    def hand_over(self, messages: Iterable[Message]) -> None:
        """Add messages, in order, and let them be handled now if nothing else is."""

    def has_room(self) -> bool:
        """Tell whether there is room for more market data."""

    def depth(self) -> int:
        """Messages waiting."""

    async def wait_for_room(self) -> None:
        """Wait until there is room for more market data."""
