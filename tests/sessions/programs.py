"""The real programs in processes of their own: engine and venue, with real signals."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0

RECORDED = ("--date", "2019-02-13")
"""A session that is recorded minute by minute."""

RECORDED_PLAN = (*RECORDED, "--plan", str(ROOT / "config" / "plans" / "2019-02-13.yaml"))
"""And the plan that was written for it."""


def environment() -> dict[str, str]:
    """Give the environment without anybody's keys; the checkout is on the path."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ALPACA_", "SMTP_"))}
    return kept | {"PYTHONPATH": str(ROOT)}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "tradeengine", *arguments]


def engine(*arguments: str, home: Path, seconds: float = 120) -> subprocess.CompletedProcess[str]:
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


def replayed(run: Path, against: Path | None = None) -> tuple[int, str]:
    """Replay a run, or compare it with another; give the exit code and the first word."""
    more = () if against is None else ("--against", str(against))
    result = subprocess.run(
        command("replay", str(run), *more),
        capture_output=True,
        text=True,
        timeout=120,
        env=environment(),
        check=False,
    )
    assert "Traceback" not in result.stderr
    return result.returncode, result.stdout.split(":")[0]


class RunningEngine:
    """An engine in its own process, and the run folder that it makes."""

    def __init__(self, process: subprocess.Popen[str], home: Path, before: set[Path]) -> None:
        self.process, self._home, self._before = process, home, before

    def wait_for(self, wanted: str, times: int = 1, *, or_end: bool = False) -> dict[str, object]:
        """
        Wait until this run's log holds so many events with the code `wanted`; return one.

        With `or_end` the process may end before; then what is returned is empty.
        """
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            found = [event for event in self.events() if event["event_code"] == wanted]
            if len(found) >= times:
                return found[times - 1]
            if self.process.poll() is not None:
                if or_end:
                    return {}
                break
            time.sleep(0.02)  # Another process's file: there is no clock to advance.
        raise AssertionError(
            f"no {wanted}; the process said {self.process.poll()}{self._last_events()}"
        )

    def _last_events(self) -> str:
        """Tell the last events of this run, for whoever reads a failure without its folder."""
        told = [event for event in self.events() if event["level"] != "DEBUG"]
        return "".join(f"\n{event['timestamp']} {event['message']}" for event in told[-30:])

    def wait_for_record(self, pattern: bytes) -> None:
        """Wait until the journal holds bytes that match: known before it is acted upon."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            journal = next((f / "journal" for f in run_folders(self._home) - self._before), None)
            if journal and journal.exists() and re.search(pattern, journal.read_bytes(), re.DOTALL):
                return
            time.sleep(0.002)  # Another process's file: there is no clock to advance.
        raise AssertionError(f"no {pattern!r}; the process said {self.process.poll()}")

    def wait_for_file(self, name: str) -> None:
        """Wait until this run has left a file."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not any((f / name).exists() for f in run_folders(self._home) - self._before):
            assert time.monotonic() < end, f"no {name}; the process said {self.process.poll()}"
            assert self.process.poll() is None, f"no {name}: it has ended"
            time.sleep(0.01)  # Another process's file: there is no clock to advance.

    def positions(self) -> dict[str, str] | None:
        """Read the positions that this engine's status file tells; None before its first."""
        path = self._home / "data" / "status.json"
        if not path.exists():
            return None
        status = json.loads(path.read_text())
        found: dict[str, str] = status["positions"]
        # Until the first second is over, the file may be that of an engine that was killed.
        return found if status["pid"] == self.process.pid else None

    def wait_until_agreed(self, venue: "Venue") -> dict[str, str]:
        """Wait until engine and venue tell the same positions; return them."""
        end = time.monotonic() + PATIENCE_SECONDS
        while (ours := self.positions()) != (theirs := venue.positions()):
            assert time.monotonic() < end, f"the engine says {ours}, the venue {theirs}"
            time.sleep(0.05)  # Two other processes: there is no clock to advance.
        return theirs

    def events(self) -> list[dict[str, object]]:
        """Read the events of this run so far."""
        new = run_folders(self._home) - self._before
        return read_events(new.pop()) if new else []

    def stop(self, number: signal.Signals, exit_code: int = 0) -> None:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        assert self.process.wait(timeout=PATIENCE_SECONDS) == exit_code

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(timeout=PATIENCE_SECONDS)


@contextmanager
def engine_running(*arguments: str, home: Path) -> Iterator[RunningEngine]:
    """Start an engine and make sure that it is gone afterwards."""
    before = run_folders(home)
    process = subprocess.Popen(
        [*command("run", *arguments), "--home", str(home)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=home,
        env=environment(),
    )
    try:
        yield RunningEngine(process, home, before)
    finally:
        process.kill()
        process.communicate()


def run_folders(home: Path) -> set[Path]:
    return set((home / "logs").glob("*/"))


def newest_run(home: Path) -> Path:
    return max(run_folders(home), key=lambda path: path.stat().st_mtime_ns)


def read_events(run: Path) -> list[dict[str, object]]:
    """Read a run's events; a line that is being written is left out."""
    path = run / "events.jsonl"
    if not path.exists():
        return []
    lines = path.read_text().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


@dataclass(frozen=True)
class Venue:
    """A venue in its own process."""

    urls: dict[str, str]
    process: subprocess.Popen[str]

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self.process.wait(timeout=PATIENCE_SECONDS)

    def get(self, path: str) -> object:
        return self._asked("GET", path).json()

    def clear(self) -> None:
        """Switch all faults off and leave nothing of an earlier test in the account."""
        self.fault(fault="clear")
        self._asked("DELETE", "/v2/positions?cancel_orders=true")
        end = time.monotonic() + PATIENCE_SECONDS
        while self.positions():
            assert time.monotonic() < end, f"still held: {self.positions()}"
            time.sleep(0.05)  # The venue is another process: there is no clock to advance.

    def orders(self) -> list[dict[str, str]]:
        found = self.get("/v2/orders?status=all&limit=500")
        assert isinstance(found, list)
        return found

    def account(self) -> dict[str, str]:
        found = self.get("/v2/account")
        assert isinstance(found, dict)
        return found

    def fills(self) -> list[dict[str, str]]:
        """List the account's newest hundred executions, oldest first."""
        found = self.get("/v2/account/activities/FILL?direction=desc&page_size=100")
        assert isinstance(found, list)
        return found[::-1]

    def positions(self) -> dict[str, str]:
        found = self.get("/v2/positions")
        assert isinstance(found, list)
        return {row["symbol"]: row["qty"] for row in found}

    def open_orders(self) -> list[dict[str, str]]:
        found = self.get("/v2/orders?status=open&limit=500")
        assert isinstance(found, list)
        return found

    def wait_for_orders(self, times: int, **what: str) -> None:
        """Wait until so many open orders have these values."""
        end = time.monotonic() + PATIENCE_SECONDS
        while sum(what.items() <= order.items() for order in self.open_orders()) < times:
            assert time.monotonic() < end, f"not {times} of {what}: {self.open_orders()}"
            time.sleep(0.02)  # The venue is another process: there is no clock to advance.

    def submit(self, *, symbol: str, qty: int, side: str, **more: object) -> dict[str, str]:
        """Trade by hand, at market unless told otherwise, as a stranger would."""
        body = {
            "symbol": symbol, "qty": qty, "side": side, "type": "market", "time_in_force": "day",
        } | more  # fmt: skip
        order: dict[str, str] = self._asked("POST", "/v2/orders", json.dumps(body)).json()
        return order

    def wait_until_filled(self, order_id: str) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            order = self.get(f"/v2/orders/{order_id}")
            assert isinstance(order, dict)
            if order["status"] == "filled":
                return
            time.sleep(0.02)  # The venue is another process: there is no clock to advance.
        raise AssertionError(f"{order_id} was not filled")

    def wait_until_faultless(self) -> None:
        """Wait until no fault is on any more: a bent tape cannot be cleared."""
        end = time.monotonic() + PATIENCE_SECONDS
        while on := requests.get(self.urls["control_url"], timeout=10).json()["faults"]:
            assert time.monotonic() < end, f"still on: {on}"
            time.sleep(0.05)  # The venue is another process: there is no clock to advance.

    def _asked(self, method: str, path: str, body: str | None = None) -> requests.Response:
        """Ask, again and again while an engine has left nothing of the account's budget."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = requests.request(
                method,
                self.urls["trading_url"] + path,
                data=body,
                headers=self._headers(),
                timeout=10,
            )
            if answer.status_code != HTTPStatus.TOO_MANY_REQUESTS or time.monotonic() > end:
                answer.raise_for_status()
                return answer
            time.sleep(0.2)  # The venue is another process: there is no clock to advance.

    def _headers(self) -> dict[str, str]:
        return {
            "APCA-API-KEY-ID": self.urls["key"],
            "APCA-API-SECRET-KEY": self.urls["secret"],
        }

    def fault(self, **fault: object) -> None:
        answer = requests.post(self.urls["control_url"], data=json.dumps(fault), timeout=10)
        answer.raise_for_status()


@contextmanager
def venue_running(*arguments: str, home: Path) -> Iterator[Venue]:
    """Start a venue, of the recorded session by default, and wait until it says where it is."""
    process = subprocess.Popen(
        [*command("venue", "--port", "0", "--json", *RECORDED, *arguments), "--home", str(home)],
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
        yield Venue(json.loads(line), process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
