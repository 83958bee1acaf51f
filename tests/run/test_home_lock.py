"""Who may trade under one home at the same time."""

from pathlib import Path

import pytest

from tradeengine.errors import AccountHeld, BadConfiguration, ExitCode
from tradeengine.layout import Home
from tradeengine.run.home_lock import home_locked, is_free


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.prepare()
    return made


def test_runs_with_accounts_of_their_own_share_a_home(home: Home) -> None:
    with home_locked(home, alone=False), home_locked(home, alone=False):
        pass


@pytest.mark.parametrize(("first", "second"), [(True, True), (True, False), (False, True)])
def test_an_account_that_lasts_wants_the_home_for_itself(
    home: Home, first: bool, second: bool
) -> None:
    with (
        home_locked(home, alone=first),
        pytest.raises(AccountHeld) as caught,
        home_locked(home, alone=second),
    ):
        raise AssertionError("both are in")

    assert caught.value.exit_code is ExitCode.ACCOUNT_HELD


def test_the_lock_ends_with_the_run(home: Home) -> None:
    for _ in range(2):
        with home_locked(home, alone=True):
            pass


def test_a_lock_that_cannot_be_opened_is_told_in_words(home: Home) -> None:
    home.lock_file.mkdir()

    with (
        pytest.raises(BadConfiguration, match="cannot be opened: Is a directory"),
        home_locked(home, alone=True),
    ):
        raise AssertionError("in")


def test_a_home_is_free_while_nobody_holds_it(home: Home) -> None:
    assert is_free(home)
    with home_locked(home, alone=False):
        assert not is_free(home)
    assert is_free(home)


def test_a_lock_that_cannot_be_opened_does_not_say_that_nobody_runs(home: Home) -> None:
    home.lock_file.mkdir()

    assert not is_free(home)
