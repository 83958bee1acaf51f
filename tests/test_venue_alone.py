"""`tradeengine venue`: where it is, what it refuses, how it ends."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.runs import make_home, options_for
from tradeengine import venue_alone
from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.options import Options
from tradeengine.venue.server.server import VenueUrls
from tradeengine.venue_alone import serve_venue


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return options_for(make_home(tmp_path), venue="embedded", until=None, speed="60")


def once_announced(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object]) -> None:
    """Do something when the venue has said where it is."""
    announce = venue_alone._announce

    def patched(urls: VenueUrls, options: Options) -> None:
        announce(urls, options)
        do()

    monkeypatch.setattr(venue_alone, "_announce", patched)


def signalled(number: signal.Signals) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_until_a_signal_ends_it(
    options: Options,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    number: signal.Signals,
) -> None:
    once_announced(monkeypatch, signalled(number))

    assert serve_venue(options, 0) is ExitCode.CLEAN
    text = capsys.readouterr().out
    assert "venue ready: 2019-02-13 from 10:30, speed 60" in text
    assert "trade on it: tradeengine run --venue http://127.0.0.1:" in text


def test_machines_get_one_line(
    options: Options, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    once_announced(monkeypatch, signalled(signal.SIGTERM))

    assert serve_venue(replace(options, json=True), 0) is ExitCode.CLEAN
    (line,) = capsys.readouterr().out.splitlines()
    assert set(json.loads(line)) >= {"trading_url", "data_url", "key", "secret"}


def test_a_venue_of_its_own_has_a_clock(options: Options) -> None:
    with pytest.raises(BadConfiguration, match="--speed: max works inside `tradeengine run` only"):
        serve_venue(replace(options, speed=None), 0)


def test_a_port_that_is_taken_is_refused(options: Options) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(BadConfiguration, match=rf"--port: {port} cannot be listened on"):
            serve_venue(options, port)


async def test_somebody_elses_cancellation_goes_on(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced = asyncio.Event()
    once_announced(monkeypatch, announced.set)
    serving = asyncio.create_task(venue_alone._serve(options, 60.0, 0))
    async with asyncio.timeout(30):
        await announced.wait()

    serving.cancel()

    with pytest.raises(asyncio.CancelledError):
        await serving
