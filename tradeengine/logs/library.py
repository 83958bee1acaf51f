"""What libraries say through `logging` becomes events of ours."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from tradeengine.logs.event_log import EventLog, Level

CODE = "LIBRARY"


class _IntoEvents(logging.Handler):
    """Hand each record to the event log."""

    def __init__(self, log: EventLog) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):
            message = str(record.msg)  # Its arguments do not fit its text; the text remains.
        fields: dict[str, object] = {}
        if record.exc_info and record.exc_info[0]:
            fields["traceback"] = logging.Formatter().formatException(record.exc_info)
        self._log.write(_level(record.levelno), record.name, CODE, message, **fields)


def _level(number: int) -> Level:
    """Give the highest of our levels that is not above a library's."""
    return max((level for level in Level if level <= number), default=Level.DEBUG)


@contextmanager
def library_logging(log: EventLog, level: Level = Level.WARNING) -> Iterator[None]:
    """Take over the root logger for the length of a block, then give it back."""
    root, handler = logging.getLogger(), _IntoEvents(log)
    before, old_level = root.handlers[:], root.level
    root.handlers[:] = [handler]
    root.setLevel(level)
    try:
        yield
    finally:
        root.handlers[:] = before
        root.setLevel(old_level)
