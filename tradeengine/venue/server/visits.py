"""
Visits: who knocked at the stream endpoints and when, for those who count connections.

A client that reconnects in a storm is seen here and nowhere else: the venue's own word
on how often it was called and how many sockets were open at once.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from tradeengine.model.instants import format_instant
from tradeengine.venue.server.json_value import JsonObject

REMEMBERED = 1_000
"""Instants kept for each stream; all handshakes are counted."""


class Visits:
    """The handshakes of one stream, answered or refused, and the sockets they became."""

    def __init__(self) -> None:
        self._asked_at: deque[int] = deque(maxlen=REMEMBERED)
        self._handshakes = self._open = self._most_open = 0

    def knocked(self, now: int) -> None:
        """Count a handshake that was asked for at an instant."""
        self._handshakes += 1
        self._asked_at.append(now)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Count a socket as open for the length of a block."""
        self._open += 1
        self._most_open = max(self._most_open, self._open)
        try:
            yield
        finally:
            self._open -= 1

    def told(self) -> JsonObject:
        """Give the counts, and when the last handshakes were asked for."""
        return {
            "handshakes": self._handshakes,
            "open": self._open,
            "most_open": self._most_open,
            "asked_at": [format_instant(at) for at in self._asked_at],
        }
