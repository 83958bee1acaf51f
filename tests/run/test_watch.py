"""The watch turns messages into log lines and tells the start-up what the broker holds."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.messages import every_message
from tests.runs import NOON, make_home, opened, options_for, snapshot
from tradeengine.clock import SimulatedClock
from tradeengine.logs import EventLog, Level
from tradeengine.model.events import PriceBand, StateChanged
from tradeengine.model.orders import EngineState
from tradeengine.run.watch import Watch, watching_log


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    made = EventLog(tmp_path / "run", session_id="s", host="h", now=lambda: NOON, level=Level.DEBUG)
    yield made
    made.close()


def rows(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]


async def test_inputs_and_effects_are_written_with_their_instants(
    log: EventLog, tmp_path: Path
) -> None:
    moved = StateChanged(
        at=NOON + 1, before=EngineState.CLOSED, after=EngineState.TRADING, reason="open"
    )

    Watch(log).take(opened(), [moved])
    log.flush()

    assert [(row["timestamp"], row["event_code"]) for row in rows(tmp_path / "run")] == [
        ("2019-02-13T17:00:00.000000000Z", "RUN_OPENED"),
        ("2019-02-13T17:00:00.000000001Z", "STATE_CHANGED"),
    ]


async def test_every_message_can_be_written(log: EventLog, tmp_path: Path) -> None:
    watch = Watch(log)

    for message in every_message():
        watch.take(message, [message])
    log.flush()

    written = {row["event_code"] for row in rows(tmp_path / "run")}
    assert {"ORDER_DENIED", "BROKER_SNAPSHOT", "FLATTEN_ENDED"} <= written
    assert not {"QUOTE", "BAR", "TIMER_FIRED"} & written
    assert log.lost_events == 0


async def test_ticks_go_to_the_tally_only(log: EventLog, tmp_path: Path) -> None:
    watch = Watch(log)

    watch.take(PriceBand(at=NOON, received_at=NOON, symbol="KO", low=1, high=2), [])
    log.flush()

    assert rows(tmp_path / "run") == []


async def test_the_first_snapshot_is_what_the_start_waits_for(log: EventLog) -> None:
    watch = Watch(log)
    assert not watch.start_snapshot.done()

    watch.take(snapshot(account="PA1"), [])
    watch.take(snapshot(account="PA2"), [])

    assert (await watch.start_snapshot).account_number == "PA1"


def test_libraries_log_into_the_runs_log_and_secrets_do_not(tmp_path: Path) -> None:
    home = make_home(tmp_path)
    home.prepare()
    files = home.new_run("test", NOON)
    options = options_for(
        home, venue="simulated", ALPACA_API_KEY="PKTEST1234", ALPACA_SECRET_KEY="verysecret99"
    )

    with watching_log(options, files, SimulatedClock(NOON), print) as log:
        log.write(Level.INFO, "engine", "HELLO", "the key is verysecret99")
        logging.getLogger("aiohttp").warning("a library complains")

    text = (files.folder / "events.jsonl").read_text()
    assert "a library complains" in text
    assert "verysecret99" not in text
