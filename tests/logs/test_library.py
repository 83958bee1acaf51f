"""What libraries log goes into the event log."""

import logging
from pathlib import Path

import orjson

from tradeengine.logs import EventLog, Level, library_logging


def logged(run_dir: Path, *calls: tuple[int, str, tuple[object, ...]]) -> list[dict[str, object]]:
    log = EventLog(run_dir, session_id="s", host="h", now=lambda: 0, level=Level.DEBUG)
    with library_logging(log):
        for level, text, arguments in calls:
            logging.getLogger("lib.part").log(level, text, *arguments)
    log.close()
    return [orjson.loads(line) for line in (run_dir / "events.jsonl").read_bytes().splitlines()]


def test_a_warning_of_a_library_is_an_event(tmp_path: Path) -> None:
    (event,) = logged(tmp_path, (logging.WARNING, "late by %d ms", (5,)))

    assert event["level"] == "WARNING"
    assert event["component"] == "lib.part"
    assert event["event_code"] == "LIBRARY"
    assert event["message"] == "late by 5 ms"


def test_chatter_of_a_library_is_not(tmp_path: Path) -> None:
    assert logged(tmp_path, (logging.INFO, "hello", ())) == []


def test_a_level_between_ours_counts_as_the_lower(tmp_path: Path) -> None:
    (event,) = logged(tmp_path, (35, "hm", ()))

    assert event["level"] == "WARNING"


def test_arguments_that_do_not_fit_leave_the_text(tmp_path: Path) -> None:
    (event,) = logged(tmp_path, (logging.ERROR, "late by %d ms", ("five",)))

    assert event["message"] == "late by %d ms"


def test_a_traceback_is_a_field_and_not_on_the_screen(tmp_path: Path) -> None:
    log = EventLog(tmp_path, session_id="s", host="h", now=lambda: 0)
    with library_logging(log):
        try:
            int("oops")
        except ValueError:
            logging.getLogger("lib").exception("failed")
    log.close()

    (line,) = (tmp_path / "events.jsonl").read_bytes().splitlines()
    assert "ValueError: invalid literal" in orjson.loads(line)["fields"]["traceback"]


def test_the_root_logger_is_given_back(tmp_path: Path) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logged(tmp_path)

    assert root.handlers == before
    assert root.level == level
