"""The event log of a run."""

import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from enum import Enum
from pathlib import Path

import msgspec
import orjson
import pytest
from pydantic import SecretStr

from tradeengine.errors import BadConfiguration
from tradeengine.logs import EventLog, Level

T0 = 1_550_068_200_123_456_789
"""2019-02-13 14:30:00.123456789 UTC."""

NO_SPACE = "the log cannot be written, events are lost: No space left on device"


class Colour(Enum):
    RED = "red"


class Point(msgspec.Struct):
    x: int
    y: Decimal


def opened(
    run_dir: Path,
    *,
    secrets: tuple[str, ...] = (),
    level: Level = Level.INFO,
    flush_events: int = 64,
    losses: list[str] | None = None,
) -> EventLog:
    return EventLog(
        run_dir,
        session_id="s1",
        host="h1",
        now=lambda: T0,
        secrets=secrets,
        level=level,
        flush_events=flush_events,
        on_loss=(losses if losses is not None else []).append,
    )


def events(run_dir: Path) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in (run_dir / "events.jsonl").read_bytes().splitlines()]


def test_an_event_is_one_line_of_json(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.write(Level.INFO, "router", "ORDER_SENT", "buy 10 AAPL", symbol="AAPL", quantity=10)
    log.close()

    assert events(tmp_path) == [
        {
            "timestamp": "2019-02-13T14:30:00.123456789Z",
            "level": "INFO",
            "component": "router",
            "event_code": "ORDER_SENT",
            "message": "buy 10 AAPL",
            "session_id": "s1",
            "host": "h1",
            "fields": {"symbol": "AAPL", "quantity": 10},
        }
    ]


def test_an_event_is_one_line_of_text(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.write(Level.WARNING, "feed", "GAP", "two\nlines", symbol="AAPL")
    log.close()

    assert (tmp_path / "engine.log").read_text() == (
        "2019-02-13T14:30:00.123456789Z WARNING  feed       GAP two\\nlines symbol=AAPL\n"
    )


def test_a_whole_second_has_nine_digits_too(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.write_at(1_550_068_200_000_000_000, Level.INFO, "clock", "TICK", "", {})
    log.close()

    assert events(tmp_path)[0]["timestamp"] == "2019-02-13T14:30:00.000000000Z"


def test_events_below_the_level_are_not_written(tmp_path: Path) -> None:
    log = opened(tmp_path, level=Level.WARNING)
    log.write(Level.INFO, "feed", "QUIET", "")
    log.write(Level.WARNING, "feed", "LOUD", "")
    log.close()

    assert [event["event_code"] for event in events(tmp_path)] == ["LOUD"]


def test_events_wait_until_there_are_enough(tmp_path: Path) -> None:
    log = opened(tmp_path, flush_events=3)
    log.write(Level.INFO, "a", "ONE", "")
    log.write(Level.INFO, "a", "TWO", "")
    assert events(tmp_path) == []

    log.write(Level.INFO, "a", "THREE", "")
    assert len(events(tmp_path)) == 3
    log.close()


def test_a_heartbeat_writes_what_waits(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.write(Level.INFO, "a", "ONE", "")
    log.flush()

    assert len(events(tmp_path)) == 1
    log.close()


def test_an_error_does_not_wait(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.write(Level.ERROR, "a", "BAD", "")

    assert len(events(tmp_path)) == 1
    log.close()


def test_a_run_that_goes_on_appends(tmp_path: Path) -> None:
    for _ in range(2):
        log = opened(tmp_path)
        log.write(Level.INFO, "a", "ONE", "")
        log.close()

    assert len(events(tmp_path)) == 2


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1.50"), "1.50"),
        (Colour.RED, "red"),
        (Point(1, Decimal("2.0")), {"x": 1, "y": "2.0"}),
        (SecretStr("hush-hush"), "[redacted]"),
        (Path("a/b"), "a/b"),
        (2**70, "1180591620717411303424"),
        ("\ud800", "\\ud800"),
        ({1: {"deep": 2**70}}, {"1": {"deep": "1180591620717411303424"}}),
        (float("nan"), None),
    ],
    ids=repr,
)
def test_any_value_can_be_written(tmp_path: Path, value: object, written: object) -> None:
    log = opened(tmp_path)
    log.write(Level.INFO, "a", "VALUE", "", value=value)
    log.close()

    assert events(tmp_path)[0]["fields"] == {"value": written}


@pytest.mark.parametrize("secret", ["PKABCDEF123456", 'q"uo\\te', "s p&ce/é"])
def test_a_secret_is_in_no_line(tmp_path: Path, secret: str) -> None:
    log = opened(tmp_path, secrets=(secret,))
    log.write(Level.INFO, "a", "CODE", f"key is {secret}", url=f"https://x/?k={secret}", e=[secret])
    log.write(Level.INFO, "a", "CODE", repr(ValueError(secret)), deep={"a": {secret: 1}})
    log.close()

    for name in ("events.jsonl", "engine.log"):
        text = (tmp_path / name).read_text()
        assert secret not in text
        assert repr(secret)[1:-1] not in text
        assert "[redacted]" in text
    assert len(events(tmp_path)) == 2


def test_a_field_named_like_a_secret_is_emptied(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.write(Level.INFO, "a", "CODE", "", Authorization="Basic xyz", api_key="k", symbol="KEY")
    log.close()

    assert events(tmp_path)[0]["fields"] == {
        "Authorization": "[redacted]",
        "api_key": "[redacted]",
        "symbol": "KEY",
    }


def test_a_full_disk_is_reported_once_and_counted(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").symlink_to("/dev/full")
    losses: list[str] = []
    log = opened(tmp_path, flush_events=1, losses=losses)
    for _ in range(5):
        log.write(Level.INFO, "a", "ONE", "")
    log.close()

    assert losses == [NO_SPACE]
    assert log.lost_events == 5


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """Let the system refuse, in the middle of a write, what would make a file larger."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_after_a_full_disk_the_loss_is_written(tmp_path: Path) -> None:
    losses: list[str] = []
    log = opened(tmp_path, flush_events=1, losses=losses)
    with files_no_larger_than(20):
        log.write(Level.INFO, "a", "LOST", "")
        log.write(Level.INFO, "a", "LOST", "")
    log.write(Level.INFO, "a", "KEPT", "")
    log.close()

    torn, kept, lost = (tmp_path / "events.jsonl").read_bytes().splitlines()
    assert len(torn) == 20
    assert orjson.loads(kept)["event_code"] == "KEPT"
    assert orjson.loads(lost)["event_code"] == "EVENTS_LOST"
    assert orjson.loads(lost)["fields"] == {"lost": 2}
    assert losses == ["the log cannot be written, events are lost: File too large"]


def test_what_comes_after_the_end_is_counted_as_lost(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.close()
    log.write(Level.ERROR, "a", "LATE", "")
    log.close()

    assert log.lost_events == 1


def test_a_place_that_cannot_be_written_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(BadConfiguration, match="the logs cannot be written there"):
        opened(tmp_path / "file" / "run")


def test_threads_lose_nothing(tmp_path: Path) -> None:
    log = opened(tmp_path, flush_events=7)

    def write() -> None:
        for number in range(200):
            log.write(Level.INFO, "a", "ONE", "", number=number)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()

    assert len(events(tmp_path)) == 800
