"""Which venue a run trades on; real money is never assumed."""

from pathlib import Path

import pytest

from tradeengine.errors import BadConfiguration
from tradeengine.settings import (
    Settings,
    VenueChoice,
    VenueKind,
    check_live_account,
    choose_venue,
    load_settings,
)

KEYS = {"ALPACA_API_KEY": "PKTEST1234", "ALPACA_SECRET_KEY": "verysecret99"}
LIVE = KEYS | {"ALPACA_LIVE": "true"}


def settings(tmp_path: Path, environ: dict[str, str], text: str = "") -> Settings:
    config = tmp_path / "config.yaml"
    config.write_text(text)
    return load_settings(tmp_path, config, environ)


def test_without_keys_a_run_is_embedded(tmp_path: Path) -> None:
    assert choose_venue(None, settings(tmp_path, {})) == VenueChoice(VenueKind.EMBEDDED)


def test_with_keys_a_run_is_on_paper(tmp_path: Path) -> None:
    assert choose_venue(None, settings(tmp_path, KEYS)) == VenueChoice(VenueKind.PAPER)


def test_the_configuration_may_choose(tmp_path: Path) -> None:
    chosen = settings(tmp_path, KEYS, "run:\n  venue: simulated\n")

    assert choose_venue(None, chosen) == VenueChoice(VenueKind.SIMULATED)


def test_a_flag_wins_over_the_configuration(tmp_path: Path) -> None:
    chosen = settings(tmp_path, KEYS, "run:\n  venue: simulated\n")

    assert choose_venue("embedded", chosen) == VenueChoice(VenueKind.EMBEDDED)
    assert choose_venue("auto", chosen) == VenueChoice(VenueKind.PAPER)


def test_live_takes_a_flag_a_switch_and_an_account(tmp_path: Path) -> None:
    allowed = settings(tmp_path, LIVE, "account:\n  live_account_numbers: ['123']\n")

    assert choose_venue("live", allowed) == VenueChoice(VenueKind.LIVE)


@pytest.mark.parametrize(
    ("flag", "environ", "told"),
    [
        ("paper", {}, "ALPACA_API_KEY: is not set, and paper needs it"),
        ("live", {}, "ALPACA_API_KEY: is not set, and live needs it"),
        ("live", KEYS, "--venue: live trades real money, and ALPACA_LIVE is not true"),
        ("live", LIVE, "account.live_account_numbers: is empty, so no account may trade real"),
        ("paper", LIVE, "--venue: paper was asked for, but ALPACA_LIVE=true says that the keys"),
        (None, LIVE, "ALPACA_LIVE: is true, and no venue was named: real money is never assumed"),
        ("papr", {}, "--venue: no venue is called 'papr'\n  remedy: did you mean paper? use"),
        ("url", {}, "--venue: no venue is called 'url'\n  remedy: use embedded, simulated"),
    ],
)
def test_an_impossible_choice_is_refused_with_a_remedy(
    tmp_path: Path, flag: str | None, environ: dict[str, str], told: str
) -> None:
    with pytest.raises(BadConfiguration) as caught:
        choose_venue(flag, settings(tmp_path, environ))

    assert str(caught.value).startswith(told)
    assert caught.value.remedy


def test_a_missing_key_is_named_with_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match=r"app\.alpaca\.markets"):
        choose_venue("paper", settings(tmp_path, {}))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "http://localhost:8080",
        "http://[::1]:8080",
        "https://venue.example",
    ],
)
def test_a_venue_may_be_a_url(tmp_path: Path, url: str) -> None:
    assert choose_venue(f"{url}/", settings(tmp_path, {})) == VenueChoice(VenueKind.URL, url)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://venue.example", "would send keys in the clear to another machine"),
        ("http://10.0.0.5:80", "would send keys in the clear to another machine"),
        ("ftp://127.0.0.1", "is not an http or https URL"),
        ("http://", "is not an http or https URL"),
        ("http://127.0.0.1:99999", "is not a URL: Port out of range"),
        ("https://me:word@venue.example", "a URL may not hold a name or password"),
    ],
)
def test_a_url_that_is_not_safe_is_refused(tmp_path: Path, url: str, told: str) -> None:
    with pytest.raises(BadConfiguration) as caught:
        choose_venue(url, settings(tmp_path, {}))

    assert told in str(caught.value)


def test_a_live_account_must_be_in_the_list(tmp_path: Path) -> None:
    allowed = settings(tmp_path, LIVE, "account:\n  live_account_numbers: ['123']\n")
    check_live_account(allowed, "123")

    with pytest.raises(BadConfiguration, match="belong to account 124, which is not in the list"):
        check_live_account(allowed, "124")
