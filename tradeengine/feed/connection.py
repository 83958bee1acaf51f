"""
One connection: a socket and a session, and bytes moved between them.

Every way to end is VenueUnreachable, except a refusal that only the operator can
mend: BadConfiguration.
"""

from collections.abc import Callable
from typing import Self

from tradeengine.clock import Clock
from tradeengine.errors import VenueUnreachable
from tradeengine.feed.parameters import FeedParameters
from tradeengine.feed.refusals import is_slot_taken
from tradeengine.feed.session import Received, Session, State
from tradeengine.feed.socket import FeedSocket

_AGREEING = frozenset({State.CONNECTING, State.AUTHENTICATING, State.SUBSCRIBING})


class Connection:
    """A session on an open socket."""

    def __init__(self, socket: FeedSocket, session: Session, clock: Clock) -> None:
        self._socket, self._session, self._clock = socket, session, clock

    @classmethod
    async def open(
        cls, url: str, session: Session, parameters: FeedParameters, clock: Clock
    ) -> Self:
        """Open the socket; the session then waits for the server's first word."""
        return cls(await FeedSocket.open(url, parameters), session, clock)

    @property
    def is_streaming(self) -> bool:
        """True while market data may come."""
        return self._session.state is State.STREAMING

    @property
    def is_agreeing(self) -> bool:
        """True while authentication and subscription are under way."""
        return self._session.state in _AGREEING

    @property
    def backlog(self) -> int:
        """Frames that came and have not been taken in."""
        return self._socket.backlog

    @property
    def waits_for_slot(self) -> bool:
        """True when another program holds our place."""
        return self._session.state is State.WAITING_FOR_SLOT

    @property
    def slot_was_taken(self) -> bool:
        """True when the last thing the server refused was a second connection."""
        refusal = self._session.refusal
        return refusal is not None and is_slot_taken(refusal.code)

    async def receive(self) -> tuple[Received, int]:
        """Take in all frames that came, answer them, and give events and number of frames."""
        frames = await self._socket.receive()
        return self._receive(frames), len(frames)

    async def stream(self, take: Callable[[Received, int], bool]) -> None:
        """Give events and number of frames to `take` as they come, until it says no."""

        def take_frames(frames: list[bytes]) -> bool:
            go_on = take(self._receive(frames), len(frames))
            return go_on and self._session.state is State.STREAMING

        await self._socket.serve(take_frames)

    def ask_for_slot(self) -> None:
        """Authenticate again on the same socket."""
        self._session.retry()
        self._send()

    def raise_unless_streaming(self) -> None:
        """Raise what ended the conversation, if it has ended."""
        self._session.raise_if_refused()
        if not self.is_streaming:
            raise VenueUnreachable(self.trouble())

    def trouble(self) -> str:
        """Say in plain words what the server last refused."""
        return self._session.trouble()

    def cut(self, reason: str) -> None:
        """End the connection now; a waiting `receive` raises with the reason."""
        self._socket.cut(reason)

    async def close(self) -> None:
        """Close politely; harmless on a connection that has ended."""
        await self._socket.close()

    def _receive(self, frames: list[bytes]) -> Received:
        received = self._session.receive_all(frames, self._clock.now())
        self._send()
        return received

    def _send(self) -> None:
        for message in self._session.outgoing():
            self._socket.send(message)
