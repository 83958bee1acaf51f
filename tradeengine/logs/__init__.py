"""
The logs of a run: `events.jsonl` for machines, `engine.log` for people.

    event_log.py   one event, one line in each file; survives a full disk
    redaction.py   secret values never reach a line
    rotation.py    a file that is closed, numbered and begun anew at a size
    retention.py   old runs leave `logs/`
    library.py     what libraries log goes the same way
"""

from tradeengine.logs.event_log import EventLog, Level
from tradeengine.logs.library import library_logging
from tradeengine.logs.redaction import REDACTED, Redactor
from tradeengine.logs.retention import remove_old_runs
from tradeengine.logs.rotation import RotatingFile

__all__ = [
    "REDACTED",
    "EventLog",
    "Level",
    "Redactor",
    "RotatingFile",
    "library_logging",
    "remove_old_runs",
]
