"""What holds for every test: nothing of the developer, no deadline for a busy machine."""

import os
import signal
import tempfile
from collections.abc import Iterator

import hypothesis
import pytest

from tradeengine.settings.secrets import NAMES

hypothesis.settings.register_profile("here", deadline=None, database=None)
hypothesis.settings.load_profile("here")


@pytest.fixture(scope="session", autouse=True)
def _state_of_its_own() -> Iterator[None]:
    """Keep leases out of the developer's state folder; programs that tests start inherit it."""
    before = os.environ.get("XDG_STATE_HOME")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        yield
    if before is None:
        del os.environ["XDG_STATE_HOME"]
    else:
        os.environ["XDG_STATE_HOME"] = before


@pytest.fixture(scope="session", autouse=True)
def _signals_are_heard() -> None:
    """
    Hear stop signals also where the tests themselves are to outlive theirs.

    `nohup` ignores the end of a terminal, and a shell without job control Ctrl-C for what it
    starts in its background; programs that tests start would inherit both.
    """
    for number, handler in (
        (signal.SIGHUP, signal.SIG_DFL),
        (signal.SIGINT, signal.default_int_handler),
    ):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


@pytest.fixture(autouse=True)
def _no_real_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a module that starts whole programs on one worker: they share those."""
    for item in items:
        is_program = item.path.parent.name in {"sessions", "benchmarks"}
        if is_program and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))
