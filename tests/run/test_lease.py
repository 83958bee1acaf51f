"""One engine trades an account, whatever its home; who is refused learns who has it."""

import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tradeengine.errors import AccountHeld, BadConfiguration, ExitCode, TradingLocked
from tradeengine.layout import Home
from tradeengine.run.lease import account_leased, state_folder, who_trades

NOW = 1_550_070_000_000_000_000


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "tradeengine" / "leases"


said: list[str] = []


def lease(
    account: str,
    home: str = "/one",
    *,
    required: bool = True,
    last_traded: Callable[[Home], None] = lambda _: None,
) -> AbstractContextManager[None]:
    where = Home(Path(home))
    return account_leased(account, where, NOW, last_traded, required=required, say=said.append)


def test_who_traded_an_account_under_another_home_is_asked_before_it_is_forgotten() -> None:
    asked: list[str] = []

    def refuse(last: Home) -> None:
        asked.append(str(last.root))
        raise TradingLocked("it lost 3 %")

    with lease("paper PA1", last_traded=refuse):
        pass
    for _ in range(2):
        with pytest.raises(TradingLocked), lease("paper PA1", "/two", last_traded=refuse):
            raise AssertionError("it trades")
    with lease("paper PA1", last_traded=refuse):
        pass

    assert asked == ["/one", "/one"]


def test_a_second_engine_is_refused_and_told_who_trades_since_when() -> None:
    with lease("paper PA1"), pytest.raises(AccountHeld) as caught, lease("paper PA1", "/two"):
        raise AssertionError("both are in")

    assert caught.value.exit_code is ExitCode.ACCOUNT_HELD
    words = str(caught.value)
    assert words.startswith("paper PA1: another engine trades this account since 2019-02-13T15:00")
    assert "--home /one" in words
    assert "remedy: stop it with Ctrl-C, or with `tradeengine halt` and its --home" in words


def test_who_trades_an_account_is_told_to_those_beside_it(state: Path) -> None:
    beside = Home(Path("/two"))
    assert who_trades("paper PA1", beside) is None
    with lease("paper PA1"):
        assert "--home /one" in str(who_trades("paper PA1", beside))
        assert who_trades("paper PA1", Home(Path("/one"))) is None
        assert who_trades("paper PA2", beside) is None
        [path] = state.iterdir()
        path.write_bytes(b"")
        assert who_trades("paper PA1", beside) == "another engine trades this account"
    assert who_trades("paper PA1", beside) is None


def test_accounts_are_leased_apart_and_leases_end_with_their_block() -> None:
    for _ in range(2):
        with lease("paper PA1"), lease("paper PA2"):
            pass


def test_a_lease_that_says_nothing_yet_is_held_all_the_same(state: Path) -> None:
    with lease("paper PA1"):
        [path] = state.iterdir()
        path.write_bytes(b"")
        with (
            pytest.raises(AccountHeld, match="another engine trades this account"),
            lease("paper PA1"),
        ):
            raise AssertionError("both are in")


def test_a_killed_process_leaves_no_lease() -> None:
    program = (
        "import time; from pathlib import Path; from tradeengine.layout import Home\n"
        "from tradeengine.run.lease import account_leased\n"
        "with account_leased('paper PA1', Home(Path('/x')), 1, print, required=True, say=print):\n"
        "    print('in', flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"in\n"
        with pytest.raises(AccountHeld), lease("paper PA1"):
            raise AssertionError("both are in")
        process.kill()
        process.wait()
    with lease("paper PA1"):
        pass


def test_without_a_place_for_leases_real_money_is_refused_and_paper_is_warned(
    state: Path,
) -> None:
    state.parent.write_text("no folder")
    with pytest.raises(BadConfiguration, match="make the folder writable"), lease("live 1"):
        raise AssertionError("in")
    said.clear()
    with lease("paper PA1", required=False):
        assert said[0].startswith("no lease on the account, so a second engine under another home")


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert state_folder({}) == Path("/home/ann/.local/state/tradeengine/leases")
    assert state_folder({"XDG_STATE_HOME": "relative"}) == state_folder({})
    assert state_folder({"XDG_STATE_HOME": "/s"}) == Path("/s/tradeengine/leases")


def test_a_user_without_a_home_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(BadConfiguration, match="XDG_STATE_HOME"):
        state_folder({})
