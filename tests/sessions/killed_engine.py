"""
Run the engine and end it, as a power cut would, at a point of `kill_points.py`.

    python -m tests.sessions.killed_engine POINT SINCE run --venue ...

The point counts from the first message named SINCE that the core took or caused ("":
from the start). The process kills itself (SIGKILL), in whatever thread the point is
passed, so nothing after it is done: no handler, no flush, no farewell to the broker.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from pathlib import Path
from typing import NoReturn, ParamSpec
from unittest.mock import patch

from tests.sessions.kill_points import Moment, Point, lock_statements, points, request_writers
from tradeengine.broker import requests
from tradeengine.broker.http_connection import Answer, Connection
from tradeengine.broker.rest import RestClient
from tradeengine.bus import writer
from tradeengine.bus.engine import Engine
from tradeengine.cli import main
from tradeengine.layout import Home, RunFiles
from tradeengine.model.commands import SubmitOrder
from tradeengine.model.message import Message
from tradeengine.store.database import Database
from tradeengine.store.locks import Locks

P = ParamSpec("P")

_TURNS = 3
"""Turns of the loop after a write, by which uvloop has given it to the kernel."""


def die() -> NoReturn:
    """End this process at once."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("a process that was killed goes on")


class Killer:
    """Puts one point's death into the code that passes it."""

    def __init__(self, point: Point, since: str) -> None:
        self._what, self._moment = point
        self._since = since
        self._is_armed = not since
        self._requests: dict[int, tuple[requests.Request, str]] = {}
        self._leaving = ContextVar("leaving", default="")  # one a task: lanes run side by side

    def install(self) -> None:
        """Change the classes of this process. Raises KeyError for a moment without a place."""
        self._watch_the_core()
        {
            Moment.UNWRITTEN: lambda: None,  # the core is watched anyway
            Moment.TORN: self._watch_the_writer,
            Moment.WRITTEN: self._watch_the_writer,
            Moment.SENT: self._watch_requests,
            Moment.ANSWERED: self._watch_requests,
            Moment.UNCOMMITTED: self._watch_the_store,
            Moment.COMMITTED: self._watch_the_store,
            Moment.BESIDE: self._watch_files,
            Moment.IN_PLACE: self._watch_files,
        }[self._moment]()

    def _watch_the_core(self) -> None:
        step = Engine.step

        def watched(
            engine: Engine, message: Message, followed: list[Message] | None = None
        ) -> list[Message]:
            effects = step(engine, message, followed)
            names = {type(m).__name__ for m in (message, *effects)}
            self._is_armed = self._is_armed or self._since in names
            if self._is_armed and self._moment is Moment.UNWRITTEN and self._what in names:
                die()
            return effects

        patch.object(Engine, "step", watched).start()

    def _watch_the_writer(self) -> None:
        write = writer._write
        # A message's name is the value of its `type` in msgpack: text of up to 31 bytes.
        mark = b"\xa4type" + bytes([0xA0 | len(self._what)]) + self._what.encode()

        def watched(file: int, batch: bytearray) -> writer.Written:
            here = self._is_armed and mark in batch
            if here and self._moment is Moment.TORN:
                write(file, batch[: batch.index(mark) + len(mark)])
                die()
            written = write(file, batch)
            if here:
                die()
            return written

        patch.object(writer, "_write", watched).start()

    def _watch_requests(self) -> None:
        for name in request_writers():
            patch.object(requests, name, self._named(name, getattr(requests, name))).start()
        call, exchange = RestClient.call, Connection.exchange

        async def called(client: RestClient, request: requests.Request) -> bytes:
            self._leaving.set(self._requests[id(request)][1])
            here = self._is_armed and self._leaving.get() == self._what
            try:
                return await call(client, request)
            finally:
                if here:
                    die()

        async def exchanged(connection: Connection, request: bytes, seconds: float) -> Answer:
            if not (self._is_armed and self._leaving.get() == self._what):
                return await exchange(connection, request, seconds)
            answer = asyncio.ensure_future(exchange(connection, request, seconds))
            if self._moment is Moment.SENT:
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
                die()
            return await answer

        patch.object(RestClient, "call", called).start()
        patch.object(Connection, "exchange", exchanged).start()

    def _named(
        self, name: str, write: Callable[P, requests.Request]
    ) -> Callable[P, requests.Request]:
        @wraps(write)
        def named(*values: P.args, **options: P.kwargs) -> requests.Request:
            request, first = write(*values, **options), values[0] if values else None
            variant = f"{name} {first.purpose}" if isinstance(first, SubmitOrder) else name
            self._requests[id(request)] = (request, variant)
            return request

        return named

    def _watch_the_store(self) -> None:
        [name] = [name for name in lock_statements() if f"locks.{name}" == self._what]
        state, write = getattr(Locks, name), Database.write
        under_way: list[str] = []

        def stated(*values: object, **options: object) -> object:
            under_way.append(name)
            try:
                return state(*values, **options)
            finally:
                under_way.pop()

        def written(database: Database, statement: str, *values: object) -> int:
            if not (self._is_armed and under_way):
                return write(database, statement, *values)
            if self._moment is Moment.COMMITTED:
                write(database, statement, *values)
            else:
                database._connection.execute(statement, values)
            die()

        patch.object(Locks, name, stated).start()
        patch.object(Database, "write", written).start()

    def _watch_files(self) -> None:
        replace = Path.replace
        owner = Home if hasattr(Home, self._what) else RunFiles
        names = {getattr(owner(Path("x")), self._what).name}

        def replaced(path: Path, target: Path) -> Path:
            here = self._is_armed and target.name in names
            if here and self._moment is Moment.BESIDE:
                die()
            done = replace(path, target)
            if here:
                die()
            return done

        patch.object(Path, "replace", replaced).start()


if __name__ == "__main__":
    name, since, *arguments = sys.argv[1:]
    [chosen] = [point for point in points() if str(point) == name]
    Killer(chosen, since).install()
    sys.argv = ["tradeengine", *arguments]
    main()
