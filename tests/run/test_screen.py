"""Who shows a run: a terminal, a pipe, a machine."""

import asyncio
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runs import a_run, make_home, opened, options_for, receipt, snapshot
from tradeengine.console.parameters import ConsoleParameters
from tradeengine.model.events import AlertRaised
from tradeengine.model.orders import Severity
from tradeengine.run.outcome import Outcome, outcome_of
from tradeengine.run.picture import Subject
from tradeengine.run.screen import JsonScreen, LineScreen, LiveScreen, Screen, open_screen

QUICK = ConsoleParameters.model_construct(
    refresh_seconds=0.0, progress_minutes=15, position_rows=10, decision_rows=6
)


@pytest.fixture
def run(tmp_path: Path) -> Subject:
    made = a_run(make_home(tmp_path))
    for message in (opened(), snapshot()):
        made.core.engine.step(message)
    return made


def ended(run: Subject) -> Outcome:
    run.tally.flattened = receipt()
    return outcome_of(run, faults=0, failure=None, flat_past_core=False)


async def followed(screen: Screen, run: Subject, until: Callable[[], bool]) -> None:
    """Follow a run until something has been shown."""
    task = asyncio.create_task(screen.follow(run))
    async with asyncio.timeout(30):
        while not until():  # noqa: ASYNC110 - the screen has no event to wait for
            await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_pipe_gets_lines_when_there_is_news(run: Subject) -> None:
    out = io.StringIO()
    screen = LineScreen(QUICK, out)
    screen.say("preparing")

    await followed(screen, run, lambda: "STARTING" in out.getvalue())
    alert = AlertRaised(at=0, severity=Severity.CRITICAL, code="X", text="look here")
    run.tally.watch(opened(), (alert,))
    screen.end(ended(run))

    text = out.getvalue()
    assert text.startswith("preparing\n12:00:00 state STARTING\n12:00:00 alert look here\n")
    assert text.count("state STARTING") == 1
    assert "FLAT" in text
    assert str(run.files.folder)[:40] in text


async def test_a_screen_that_followed_nothing_still_ends(run: Subject) -> None:
    out = io.StringIO()

    LineScreen(QUICK, out).end(ended(run))

    assert "FLAT" in out.getvalue()
    assert "state" not in out.getvalue()


async def test_a_machine_gets_one_line_and_people_the_rest(
    run: Subject, capsys: pytest.CaptureFixture[str]
) -> None:
    screen = JsonScreen(QUICK)
    screen.say("preparing")
    screen.end(ended(run))

    caught = capsys.readouterr()
    (line,) = caught.out.splitlines()
    assert json.loads(line)["run_id"] == run.files.run_id
    assert caught.err == "preparing\n"


async def test_a_terminal_gets_a_picture(
    run: Subject, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown: list[str] = []
    screen = LiveScreen(QUICK)
    screen.say("preparing [not markup]")

    def shows() -> bool:
        shown.append(capsys.readouterr().out)
        return "Positions" in "".join(shown)

    await followed(screen, run, shows)
    screen.end(ended(run))

    text = "".join(shown)
    assert "preparing" in text
    assert "STARTING" in text
    assert "FLAT" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("json_wanted", "terminal", "kind"),
    [(True, True, JsonScreen), (False, True, LiveScreen), (False, False, LineScreen)],
)
def test_the_screen_suits_who_looks(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    json_wanted: bool,
    terminal: bool,
    kind: type[Screen],
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    options = options_for(make_home(tmp_path), json=json_wanted)

    with open_screen(options) as screen:
        assert type(screen) is kind
