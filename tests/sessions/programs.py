"""The real programs in processes of their own: engine and venue, with real signals."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0


def environment() -> dict[str, str]:
    """Give the environment without anybody's keys; the checkout is on the path."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ALPACA_", "SMTP_"))}
    return kept | {"PYTHONPATH": str(ROOT)}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tradeengine", *arguments]


def engine(
    *arguments: str, home: Path, seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*command(*arguments), "--home", str(home)],
        capture_output=True,
        text=True,
        timeout=seconds,
        cwd=home,
        env=environment(),
        check=False,
    )


@contextmanager
def engine_running(*arguments: str, home: Path) -> Iterator[subprocess.Popen[str]]:
    """Start an engine and make sure that it is gone afterwards."""
    process = subprocess.Popen(
        [*command("run", *arguments), "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env=environment(),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_for(home: Path, wanted: str, process: subprocess.Popen[str]) -> dict[str, object]:
    """Wait until an event with the code `wanted` is in the newest run's log; return it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        for event in events(home):
            if event["event_code"] == wanted:
                return event
        if process.poll() is not None:
            break
        time.sleep(0.02)  # Another process's file: there is no clock to advance.
    raise AssertionError(f"no {wanted} in {home}; process said {process.poll()}")


def newest_run(home: Path) -> Path:
    runs = sorted((home / "logs").glob("*/"), key=lambda path: path.stat().st_mtime_ns)
    return runs[-1]


def events(home: Path) -> list[dict[str, object]]:
    """Read the newest run's events; a line that is being written is left out."""
    if not (home / "logs").is_dir() or not any((home / "logs").iterdir()):
        return []
    path = newest_run(home) / "events.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines(keepends=True) if line[-1:] == "\n"]


@dataclass(frozen=True)
class Venue:
    """A venue in its own process."""

    urls: dict[str, str]

    def get(self, path: str) -> object:
        answer = requests.get(
            self.urls["trading_url"] + path,
            headers={
                "APCA-API-KEY-ID": self.urls["key"],
                "APCA-API-SECRET-KEY": self.urls["secret"],
            },
            timeout=10,
        )
        answer.raise_for_status()
        return answer.json()

    def orders(self) -> list[dict[str, str]]:
        found = self.get("/v2/orders?status=all&limit=500")
        assert isinstance(found, list)
        return found

    def positions(self) -> dict[str, str]:
        found = self.get("/v2/positions")
        assert isinstance(found, list)
        return {row["symbol"]: row["qty"] for row in found}

    def fault(self, **fault: object) -> None:
        answer = requests.post(self.urls["control_url"], json=fault, timeout=10)
        answer.raise_for_status()


@contextmanager
def venue_running(*arguments: str, home: Path) -> Iterator[Venue]:
    """Start a venue and wait until it says where it is."""
    process = subprocess.Popen(
        [*command("venue", "--port", "0", "--json", *arguments), "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env=environment(),
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the venue said nothing: {process.communicate()[1]}"
        yield Venue(json.loads(line))
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
