"""The halt file stops an engine, stays, and keeps the next one from starting."""

import asyncio
from pathlib import Path

import pytest

from tradeengine.errors import BadConfiguration
from tradeengine.halting import (
    LOOK_EVERY_SECONDS,
    clear_halt,
    read_halt,
    refuse_stale_halt,
    watch_halt,
    write_halt,
)
from tradeengine.layout import Home


def test_the_file_carries_its_reason(tmp_path: Path) -> None:
    assert read_halt(Home(tmp_path)) is None

    path = write_halt(Home(tmp_path), "news on AAPL")

    assert path == tmp_path / "data" / "HALT"
    assert read_halt(Home(tmp_path)) == "news on AAPL"


def test_a_halt_file_made_by_hand_counts_whatever_is_in_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    home.halt_file.touch()
    assert read_halt(home) == ""

    home.halt_file.unlink()
    home.halt_file.mkdir()

    assert read_halt(home) == "unreadable: Is a directory"


def test_a_stale_file_refuses_the_start_and_says_how_to_clear_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    refuse_stale_halt(home)
    write_halt(home, "by hand")

    with pytest.raises(BadConfiguration, match=r"by hand.*\n.*tradeengine halt --clear"):
        refuse_stale_halt(home)

    assert clear_halt(home)
    assert not clear_halt(home)
    refuse_stale_halt(home)


async def test_a_watched_home_reports_the_file_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    seen: list[str] = []
    watching = asyncio.create_task(watch_halt(home, seen.append))
    await asyncio.sleep(0)
    assert seen == []

    write_halt(home, "stop")

    async with asyncio.timeout(30):
        await watching
    assert seen == ["stop"]


def test_a_halt_is_looked_for_several_times_a_second() -> None:
    """A machine's load says when it is seen; this says how soon at best."""
    assert 0 < LOOK_EVERY_SECONDS <= 0.5
