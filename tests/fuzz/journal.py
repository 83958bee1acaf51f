"""The end of every message: it must fit into the journal and come out as it went in."""

from collections.abc import Iterable

from tradeengine.bus.records import frame_message
from tradeengine.model.message import Message


class JournalingInbox:
    """An inbox that writes down what it is given, as the engine's step does first."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def put_nowait(self, message: Message) -> None:
        frame_message(b"I", message)
        self.messages.append(message)

    def put_many(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.put_nowait(message)

    hand_over = put_many

    def has_room(self) -> bool:
        return True

    def depth(self) -> int:
        return 0

    def taken(self) -> list[Message]:
        """Give what came since the last time."""
        taken, self.messages = self.messages, []
        return taken

    async def wait_for_room(self) -> None:
        """There is always room."""
