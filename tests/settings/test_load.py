"""From files and environment to one frozen object, or to every mistake at once."""

import datetime
import os
import threading
from decimal import Decimal
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from pydantic import ValidationError

from tradeengine.errors import BadConfiguration, ExitCode
from tradeengine.settings import Settings, StrategyEntry, load_settings, strategy_class

OFFER = EntryPoint("mine", "tradeengine.strategy.contrarian:Contrarian", "tradeengine.strategies")
KEYS = {"ALPACA_API_KEY": "PKTEST1234", "ALPACA_SECRET_KEY": "verysecret99"}


def load(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "config" / "config.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return load_settings(tmp_path, None, {})


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(BadConfiguration) as caught:
        load(tmp_path, text)
    assert caught.value.exit_code is ExitCode.BAD_CONFIGURATION
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_values_of_every_kind_are_read(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        """\
engine:
  heartbeat_seconds: 2
risk:
  max_positions: 7
  drawdown_max_fraction: 0.025
  regime_mapping: trend
  short_symbols: [AAPL]
venue:
  date: 2019-02-14
  start_time: 10:30
  speed: max
  server:
    data_symbol_limit: 30
""",
    )

    assert settings.engine.heartbeat_seconds == 2.0
    assert settings.risk.max_positions == 7
    assert settings.risk.drawdown_max_fraction == Decimal("0.025")
    assert settings.risk.regime_mapping.value == "trend"
    assert settings.risk.short_symbols == frozenset({"AAPL"})
    assert settings.venue.date == datetime.date(2019, 2, 14)
    assert settings.venue.start_time == datetime.time(10, 30)
    assert settings.venue.speed == "max"
    assert settings.venue.server.data_symbol_limit == 30


@pytest.mark.parametrize("text", ["", "risk:\n  # max_positions: 5\n"])
def test_what_is_left_out_has_its_default(tmp_path: Path, text: str) -> None:
    settings = load(tmp_path, text)

    assert settings.risk.max_positions == 10
    assert [entry.name for entry in settings.strategy] == ["contrarian"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "risk:\n  max_positons: 5\n",
            "config/config.yaml:2: risk.max_positons: unknown key; did you mean `max_positions`?",
        ),
        (
            "rsk:\n  max_positions: 5\n",
            "config/config.yaml:1: rsk: unknown key; did you mean `risk`",
        ),
        (
            "max_positions: 5\n",
            "config/config.yaml:1: max_positions: unknown key; the keys here are: run, engine, ",
        ),
        (
            "run:\n  zzz: 5\n",
            "config/config.yaml:2: run.zzz: unknown key; the keys here are: venue, until, plan",
        ),
        (
            "risk:\n\n  max_positions: -1\n",
            "config/config.yaml:3: risk.max_positions: must be greater than or equal to 1, not -1",
        ),
        (
            "risk:\n  max_positions: '5'\n",
            "config/config.yaml:2: risk.max_positions: must be a whole number, not '5'",
        ),
        (
            "risk:\n  max_positions:\n",
            "config/config.yaml:2: risk.max_positions: must be a whole number, not nothing",
        ),
        (
            "risk:\n  fractions_allowed: yes\n",
            "config/config.yaml:2: risk.fractions_allowed: must be true or false, not 'yes'",
        ),
        (
            "risk:\n  regime_mapping: tred\n",
            "config/config.yaml:2: risk.regime_mapping: must be 'contrarian', 'trend' or 'off',"
            " not 'tred'; did you mean `trend`?",
        ),
        (
            "risk:\n  drawdown_max_fraction: 3\n",
            "config/config.yaml:2: risk.drawdown_max_fraction: must be less than or equal to 0.5,"
            " not 3",
        ),
        (
            "risk:\n  vix_low: 50\n",
            "config/config.yaml:1: risk: vix_low 50.0 must be below vix_high 40.0",
        ),
        ("risk: 5\n", "config/config.yaml:1: risk: must be a section with keys of its own, not 5"),
        (
            "venue:\n  speed: fast\n",
            "config/config.yaml:2: venue.speed: must be a number or 'max', not 'fast'",
        ),
        (
            "venue:\n  server:\n    data_symbol_limt: 3\n",
            "config/config.yaml:3: venue.server.data_symbol_limt: unknown key; did you mean",
        ),
        (
            "broker:\n  lookup_spacing_seconds: [0.1, x]\n",
            "config/config.yaml:2: broker.lookup_spacing_seconds[1]: must be a number, not 'x'",
        ),
        (
            "broker:\n  lookup_spacing_seconds: 5\n",
            "config/config.yaml:2: broker.lookup_spacing_seconds: must be a list, not 5",
        ),
        (
            "strategy:\n  - name: one\n",
            "config/config.yaml:2: strategy[0].class: is missing",
        ),
        (
            "strategy:\n  - name: One\n    class: tradeengine.strategy.contrarian:Contrarian\n",
            "config/config.yaml:2: strategy[0].name: may not be 'One'. Its name in orders",
        ),
        (
            "run:\n  venue: embeded\n",
            "config/config.yaml:2: run.venue: may not be 'embeded'; did you mean `embedded`?"
            " Where to trade: ",
        ),
        (
            "run:\n  until: noon\n",
            "config/config.yaml:2: run.until: may not be 'noon'. When to stop: `close`, or HH:MM",
        ),
        (
            "strategy:\n  - name: one\n    class: tradeengine.strategy.contrarian:Contrarain\n",
            "config/config.yaml:3: strategy[0].class: there is no class `Contrarain` in"
            " `tradeengine.strategy.contrarian`; did you mean"
            " `tradeengine.strategy.contrarian:Contrarian`?",
        ),
        (
            "strategy:\n  - name: one\n    class: nowhere.at_all:X\n",
            "config/config.yaml:3: strategy[0].class: cannot import `nowhere.at_all`: No module",
        ),
        (
            "strategy:\n  - name: one\n    class: magic\n    parameters:\n      a: 1\n",
            "config/config.yaml:3: strategy[0].class: `magic` is not module:Class",
        ),
        (
            "strategy:\n  - name: one\n    class: tradeengine.errors:ExitCode\n",
            "config/config.yaml:3: strategy[0].class: `tradeengine.errors:ExitCode` is not a",
        ),
        (
            "strategy:\n  - name: one\n    class: tradeengine.strategy.contrarian:Contrarian\n"
            "    parameters:\n      rsi_bar: 14\n",
            "config/config.yaml:5: strategy[0].parameters.rsi_bar: unknown key; did you mean"
            " `rsi_bars`?",
        ),
        (
            "strategy:\n  - name: one\n    class: tradeengine.strategy.contrarian:Contrarian\n"
            "    parameters:\n      rsi_bars: 1\n",
            "config/config.yaml:5: strategy[0].parameters.rsi_bars: must be greater than or equal"
            " to 2, not 1",
        ),
        ("strategy: []\n", "config/config.yaml:1: strategy: must name at least one strategy"),
        (
            "alpaca_api_key: PK12345678\n",
            "config/config.yaml:1: alpaca_api_key: secrets belong in .env, never in this file",
        ),
        ("secrets:\n  a: 1\n", "config/config.yaml:1: secrets: secrets belong in .env, never in"),
        ("risk:\n  a: 1\nrisk:\n  b: 1\n", "config/config.yaml:3: risk: the key is here twice"),
    ],
)
def test_a_mistake_is_told_with_place_value_and_nearest_name(
    tmp_path: Path, text: str, told: str
) -> None:
    assert refusal(tmp_path, text).startswith(told)


def test_a_key_in_the_wrong_section_is_sent_to_its_own(tmp_path: Path) -> None:
    told = refusal(tmp_path, "router:\n  max_positions: 5\n")

    assert told.endswith("(there is a `max_positions` under `risk`)")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    told = refusal(tmp_path, "risk:\n  max_positions: 0\n  spread: 5\nrun:\n  until: noon\n")

    assert [line.split(": ")[1] for line in told.splitlines()[1:]] == [
        "risk.max_positions",
        "risk.spread",
        "run.until",
    ]


def test_a_secret_in_the_configuration_is_not_repeated(tmp_path: Path) -> None:
    assert "PK12345678" not in refusal(tmp_path, "ALPACA_API_KEY: PK12345678\n")


def test_the_home_of_a_run_is_looked_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    (here / "config").mkdir(parents=True)
    (here / "config" / "config.yaml").write_text("risk:\n  max_positions: 3\n")
    monkeypatch.chdir(here)

    assert load_settings(tmp_path / "home", None, {}).risk.max_positions == 3
    assert load(tmp_path / "home2", "risk:\n  max_positions: 4\n").risk.max_positions == 4


def test_a_run_from_anywhere_finds_the_configuration_that_ships(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert load_settings(tmp_path, None, {}).config_file.endswith("config/config.yaml")


def test_a_named_file_is_read_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("risk:\n  max_positions: 2\n")

    assert load_settings(tmp_path, path, {}).risk.max_positions == 2


def test_a_named_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration, match=r"mine\.yaml: there is no such file"):
        load_settings(tmp_path, tmp_path / "mine.yaml", {})


def test_a_place_below_the_current_folder_is_told_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(BadConfiguration) as caught:
        load(tmp_path, "zzz: 1\n")
    assert caught.value.place == "config/config.yaml:1"


def test_secrets_come_from_the_home_or_else_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("SMTP_HOST=here.example\n")
    home = tmp_path / "home"
    home.mkdir()
    assert load_settings(home, None, {}).secrets.smtp_host == "here.example"

    (home / ".env").write_text("SMTP_HOST=home.example\n")
    assert load_settings(home, None, {}).secrets.smtp_host == "home.example"


def test_a_pipe_of_secrets_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / ".env"
    os.mkfifo(pipe)
    # Each end waits for the other.
    threading.Thread(
        target=pipe.write_text, args=("SMTP_HOST=pipe.example\n",), daemon=True
    ).start()

    assert load_settings(tmp_path, None, {}).secrets.smtp_host == "pipe.example"


def test_secrets_that_are_a_folder_are_refused_and_not_passed_over(tmp_path: Path) -> None:
    """A container makes one where the file that it was to mount is missing."""
    (tmp_path / ".env").mkdir()

    with pytest.raises(BadConfiguration, match=r"\.env: cannot be read: Is a directory"):
        load_settings(tmp_path, None, {})


def test_secrets_are_in_no_repr_and_no_dump_of_the_settings(tmp_path: Path) -> None:
    settings = load_settings(tmp_path, None, KEYS)

    assert settings.secrets.alpaca_api_key is not None
    for text in (repr(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert "verysecret99" not in text
        assert "PKTEST1234" not in text


def test_settings_never_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().engine.heartbeat_seconds = 5  # type: ignore[misc] # that is the point


def test_a_strategy_can_be_named_by_a_package_that_offers_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offers = {"tradeengine.strategies": EntryPoints([OFFER])}
    monkeypatch.setattr(strategy_class, "entry_points", lambda group: offers[group])

    assert StrategyEntry(name="one", class_path="mine").class_path == "mine"
