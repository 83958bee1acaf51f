"""
The event log: one event, one line in `events.jsonl` and one in `engine.log`.

Lines wait in memory until there are enough, a heartbeat asks for them, something
serious comes, or the log is closed. A log never stops trading: when the disk
refuses, that is reported once, lines are counted instead of kept, and the count is
written as soon as the disk takes lines again.
"""

import threading
from collections.abc import Callable, Iterable
from enum import IntEnum
from functools import lru_cache
from pathlib import Path

import msgspec
import orjson
from pydantic import SecretStr

from tradeengine.errors import BadConfiguration
from tradeengine.logs.redaction import REDACTED, Redactor
from tradeengine.logs.rotation import RotatingFile
from tradeengine.model.instants import NANOS, format_instant

EVENTS, TEXT = "events.jsonl", "engine.log"


class Level(IntEnum):
    """How serious an event is; the numbers are those of `logging`."""

    DEBUG = 10
    INFO = 20
    WARNING = 30
    ERROR = 40
    CRITICAL = 50


class EventLog:
    """
    Write the events of one run.

    `now` gives nanoseconds UTC; `on_loss` is called with words each time that the
    disk begins to refuse. Any thread may write. Nothing in an event and nothing the
    disk says makes it raise. Raises BadConfiguration if it cannot be opened at all.
    """

    def __init__(
        self,
        run_dir: Path,
        *,
        session_id: str,
        host: str,
        now: Callable[[], int],
        secrets: Iterable[str] = (),
        level: Level = Level.INFO,
        rotation_megabytes: float = 64,
        parts_kept: int = 100,
        flush_events: int = 64,
        on_loss: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._origin = {"session_id": session_id, "host": host}
        self._now, self._level, self._on_loss = now, level, on_loss
        self._flush_events = flush_events
        self._redactor = Redactor(secrets)
        try:
            run_dir.mkdir(parents=True, exist_ok=True)
            self._files = tuple(
                RotatingFile(run_dir / name, int(rotation_megabytes * 1_000_000), parts_kept)
                for name in (EVENTS, TEXT)
            )
        except OSError as error:
            raise BadConfiguration(
                str(run_dir),
                f"the logs cannot be written there: {error.strerror}",
                "choose another --home",
            ) from None
        self._lines: list[bytes] = []
        self._texts: list[bytes] = []
        self._lock = threading.RLock()
        self._closed = self._refusing = False
        self._unreported = 0
        self.lost_events = 0

    def write(
        self, level: Level, component: str, code: str, message: str, **fields: object
    ) -> None:
        """Write an event that happens now. `code` is a constant WORD, `fields` its particulars."""
        self.write_at(self._now(), level, component, code, message, fields)

    def write_at(
        self,
        at: int,
        level: Level,
        component: str,
        code: str,
        message: str,
        fields: dict[str, object],
    ) -> None:
        """Write an event that happened at `at`, nanoseconds UTC."""
        if level < self._level:
            return
        timestamp, fields = stamp(at), self._redactor.fields(fields)
        event: dict[str, object] = {
            "timestamp": timestamp,
            "level": level.name,
            "component": component,
            "event_code": code,
            "message": message,
            **self._origin,
            "fields": fields,
        }
        text = f"{timestamp} {level.name:<8} {component:<10} {code} {message}{_written(fields)}"
        with self._lock:
            self._lines.append(_encode(event))
            self._texts.append(_one_line(text))
            if len(self._lines) >= self._flush_events or level >= Level.ERROR:
                self.flush()

    def flush(self) -> None:
        """Hand what waits to the operating system."""
        with self._lock:
            lines, self._lines = self._lines, []
            texts, self._texts = self._texts, []
            if not lines:
                return
            if self._closed:
                self.lost_events += len(lines)
                return
            try:
                for file, batch in zip(self._files, (lines, texts), strict=True):
                    file.append(self._redactor.text(b"".join(batch)))
            except OSError as error:
                self._lose(len(lines), error)
            else:
                self._recover()

    def close(self) -> None:
        """Write what waits and close the files. Closing twice is harmless."""
        with self._lock:
            self.flush()
            self._closed = True
            for file in self._files:
                file.close()

    def _lose(self, events: int, error: OSError) -> None:
        self.lost_events += events
        self._unreported += events
        if not self._refusing:
            self._refusing = True
            self._on_loss(f"the log cannot be written, events are lost: {error.strerror}")

    def _recover(self) -> None:
        if not self._refusing:
            return
        self._refusing = False
        lost, self._unreported = self._unreported, 0
        words = f"{lost} events were lost while the disk refused them"
        self.write(Level.ERROR, "logs", "EVENTS_LOST", words, lost=lost)


@lru_cache(maxsize=64)
def _second(seconds: int) -> str:
    """Write a whole second without its Z; cached, because events share their seconds."""
    return format_instant(seconds * NANOS)[:-1]


def stamp(at: int) -> str:
    """Write an instant with all nine digits, so that lines sort as text."""
    seconds, nanos = divmod(at, NANOS)
    return f"{_second(seconds)}.{nanos:09d}Z"


def _encode(event: dict[str, object]) -> bytes:
    """Write an event as a line of JSON; what JSON has no form for is written as text."""
    try:
        return orjson.dumps(event, default=_plain, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # Huge integers, broken text, keys that are not text, endless nesting.
        return orjson.dumps(_safe(event), option=orjson.OPT_APPEND_NEWLINE)


def _plain(value: object) -> object:
    if isinstance(value, SecretStr):
        return REDACTED
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    return str(value)


def _safe(value: object) -> object:
    if isinstance(value, dict):
        return {str(_safe(str(key))): _safe(item) for key, item in value.items()}
    return str(value).encode("utf-8", "backslashreplace").decode()


def _written(fields: dict[str, object]) -> str:
    return "".join(f" {name}={value}" for name, value in fields.items())


def _one_line(text: str) -> bytes:
    escaped = text.replace("\n", "\\n").replace("\r", "\\r")
    return escaped.encode("utf-8", "backslashreplace") + b"\n"
