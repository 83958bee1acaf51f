"""A strategy that raises or blocks: the others lose nothing, and a person reads its name."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import yaml

from tests.sessions.programs import engine, newest_run
from tradeengine.bus.records import JournalFile
from tradeengine.model.events import Bar, DecisionMade, StrategyFaulted

HomeWith = Callable[..., Path]


def host(home: Path, *classes: str) -> None:
    """Let a home's strategies be these, named `first`, `second`, ..."""
    path = home / "config" / "config.yaml"
    settings = yaml.safe_load(path.read_text())
    settings["strategy"] = [
        {"name": name, "class": f"tests.sessions.strategies:{kind}"}
        for name, kind in zip(("first", "second"), classes, strict=False)
    ]
    path.write_text(yaml.safe_dump(settings))


def alerts(home: Path, code: str) -> list[str]:
    """Read the alerts with a code from their records, as often as each was raised."""
    with sqlite3.connect(home / "data" / "alerts.db") as records:
        rows = records.execute("SELECT text, times FROM alerts WHERE code = ?", (code,)).fetchall()
    return [text for text, times in rows for _ in range(times)]


def test_one_that_raises_on_every_second_bar_is_benched_and_the_other_gets_every_bar(
    home_with: HomeWith,
) -> None:
    home = home_with("BuyOnce")
    host(home, "RaiseOnSecondBars", "TellOfBars")

    result = engine("run", "--speed", "max", "--start", "10:30", "--until", "10:50", home=home)

    assert result.returncode == 0, result.stderr
    messages = [record.message() for record in JournalFile(newest_run(home) / "journal").records()]
    faults = [m for m in messages if isinstance(m, StrategyFaulted)]
    bars = [(m.symbol, str(m.at)) for m in messages if isinstance(m, Bar) and not m.history]
    seen = [(m.symbol, m.actual) for m in messages if isinstance(m, DecisionMade)]
    assert [(fault.strategy, fault.benched) for fault in faults] == [
        ("first", False), ("first", False), ("first", True),
    ]  # fmt: skip
    assert len(bars) > 50
    assert seen == bars
    assert alerts(home, "BENCHED") == ["first is benched: ZeroDivisionError: a bug of the test"]


def test_one_that_blocks_for_two_seconds_is_named_in_the_alert(home_with: HomeWith) -> None:
    home = home_with("BuyOnce")
    host(home, "BlockOnce")

    result = engine("run", "--speed", "60", "--start", "10:30", "--until", "10:34", home=home)

    assert result.returncode == 0, result.stderr
    named = [text for text in alerts(home, "LOOP_LAGGED") if "strategy first" in text]
    assert len(named) == 1
    assert "BlockOnce.on_bar" in named[0]
