"""
Trade updates as server-sent events, with replay: GET /v2/events/trades.

`since` and `since_id` start in the past, `until` and `until_id` end the stream.
The Go client uses this as its only path of trade updates. A reader that falls
behind loses the oldest and is told how many in a comment, as Alpaca does.
"""

import asyncio
from collections import deque
from dataclasses import dataclass

from aiohttp import web

from tradeengine.venue.records import AccountUpdate
from tradeengine.venue.server.json_value import encode
from tradeengine.venue.server.parse import instant_in
from tradeengine.venue.server.trading_stream import OrderStreams
from tradeengine.venue.server.wire_trading import trade_update

_WAITING_LIMIT = 10_000
"""Updates that may wait for one reader (the number in Alpaca's own comment)."""


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the stream a reader asked for; both ends are inclusive in time."""

    since: int | None
    until: int | None
    since_id: str | None
    until_id: str | None

    @classmethod
    def of(cls, request: web.Request) -> "Window":
        """Read the four parameters; `Last-Event-ID` is a `since_id`."""
        query = request.query
        return cls(
            instant_in(query, "since"),
            instant_in(query, "until"),
            query.get("since_id") or request.headers.get("Last-Event-ID"),
            query.get("until_id"),
        )

    @property
    def replays(self) -> bool:
        """Whether the reader wants the past."""
        return self.since is not None or self.since_id is not None

    def starts_before(self, update: AccountUpdate) -> bool:
        """Say whether an update lies after the start."""
        if self.since_id is not None:
            return update.event_id > self.since_id
        return self.since is None or update.at >= self.since

    def is_over(self, at: int, event_id: str = "") -> bool:
        """Say whether an instant or event lies behind the end."""
        if self.until_id is not None and event_id > self.until_id:
            return True
        return self.until is not None and at > self.until


class Reader:
    """One reader's updates: those of its account, waiting to be written."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._waiting: deque[AccountUpdate] = deque()
        self._dropped = 0
        self._ready = asyncio.Event()
        self.closed = False

    def hear(self, update: AccountUpdate) -> None:
        """Take in an update if it is the account's; a full reader loses its oldest."""
        if update.account_id != self._account_id:
            return
        if len(self._waiting) >= _WAITING_LIMIT:
            self._waiting.popleft()
            self._dropped += 1
        self._waiting.append(update)
        self._ready.set()

    def close(self) -> None:
        """End the stream."""
        self.closed = True
        self._ready.set()

    async def next_batch(self) -> tuple[int, list[AccountUpdate]]:
        """Wait for updates; also gives how many were lost before them."""
        await self._ready.wait()
        self._ready.clear()
        batch, dropped = list(self._waiting), self._dropped
        self._waiting.clear()
        self._dropped = 0
        return dropped, batch


class TradeEvents:
    """All readers of the endpoint."""

    def __init__(self, streams: OrderStreams) -> None:
        self._streams = streams
        self._readers: list[Reader] = []

    @property
    def readers(self) -> int:
        """How many readers there are."""
        return len(self._readers)

    def close_all(self) -> None:
        """End every reader's stream."""
        for reader in self._readers:
            reader.close()

    async def serve(
        self, request: web.Request, account_id: str, now: int, headers: dict[str, str]
    ) -> web.StreamResponse:
        """Write updates until the window is over or the reader is gone."""
        window = Window.of(request)
        response = web.StreamResponse(headers={**headers, "Cache-Control": "no-cache"})
        response.content_type = "text/event-stream"
        await response.prepare(request)
        reader = Reader(account_id)
        self._readers.append(reader)
        self._streams.add_listener(reader.hear)
        try:
            await self._write(response, reader, window, account_id, now)
        except ConnectionError:
            return response
        finally:
            self._streams.remove_listener(reader.hear)
            self._readers.remove(reader)
        return response

    async def _write(
        self,
        response: web.StreamResponse,
        reader: Reader,
        window: Window,
        account_id: str,
        now: int,
    ) -> None:
        await response.write(b": connected\n\n")
        past = self._streams.told(account_id) if window.replays else ()
        over = await _write_all(response, past, window) or window.is_over(now)
        while not over and not reader.closed:
            dropped, batch = await reader.next_batch()
            if dropped:
                await response.write(_slow_comment(dropped))
            over = await _write_all(response, batch, window)


async def _write_all(
    response: web.StreamResponse,
    updates: tuple[AccountUpdate, ...] | list[AccountUpdate],
    window: Window,
) -> bool:
    """Write those in the window; True when its end was passed."""
    for update in updates:
        if window.is_over(update.at, update.event_id):
            return True
        if window.starts_before(update):
            await response.write(b"data: " + encode(trade_update(update)) + b"\n\n")
    return False


def _slow_comment(dropped: int) -> bytes:
    return f": you are reading too slowly, dropped {dropped} messages\n\n".encode()
