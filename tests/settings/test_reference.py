"""The pages that are made from code, and the files that must agree with it."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from tradeengine.model.denials import Denial
from tradeengine.settings import Settings, explain
from tradeengine.settings.load import parse_settings
from tradeengine.settings.marked_yaml import MarkedYaml, read_marked_yaml, written
from tradeengine.settings.problems import nearest, shown
from tradeengine.settings.reference import configuration_page, denials_page
from tradeengine.settings.secrets import NAMES

ROOT = Path(__file__).parent.parent.parent


def shipped() -> MarkedYaml:
    return read_marked_yaml(ROOT / "config" / "config.yaml", "config/config.yaml")


@pytest.mark.parametrize(
    "row",
    [
        "| `max_positions` | `10` | whole number, from 1 up to 500 |",
        "| `drawdown_max_fraction` | `0.03` | number, above 0 up to 0.5 |",
        "| `margin_excess_min_fraction` | `0.25` | number, from 0 below 1 |",
        "| `regime_mapping` | `contrarian` | `contrarian`, `trend`, `off` |",
        "| `speed` | `60` | number, from 1 up to 100000 or `max` |",
        "| `start_time` | `09:30` | HH:MM |",
        "| `lookup_spacing_seconds` | `[0.1,0.4,1.0,1.5,2.0]` | list of number, from 0 up to 600 |",
        "| `backoff_seed` | `1` | whole number, from 0 |",
        "| `fractions_allowed` | `false` | true or false |",
        "| `kelly_quantile` | `0.25` | number, above 0 below 1 |",
        "| `class` | none | text |",
        "| `ALPACA_SECRET_KEY` | The secret that belongs to the key id. |",
    ],
)
def test_a_row_has_default_range_and_meaning(row: str) -> None:
    assert row in configuration_page()


def test_every_denial_is_on_the_page() -> None:
    page = denials_page()

    assert [denial.name for denial in Denial if f"| `{denial.name}` |" not in page] == []


def test_the_configuration_that_ships_is_valid() -> None:
    assert isinstance(parse_settings(shipped()), Settings)


def test_the_configuration_that_ships_shows_every_key() -> None:
    there = {written(path) for path in shipped().lines}

    keys = {row.key for row in explain(Settings())} - set(NAMES)
    assert keys - there == set()


def test_every_setting_has_a_unit_or_is_a_plain_thing() -> None:
    unclear = {
        row.key
        for row in explain(Settings())
        if any(
            row.key.endswith(f"_{bare}") for bare in ("timeout", "interval", "delay", "percentage")
        )
    }

    assert unclear == set()


def test_every_section_has_words_of_its_own() -> None:
    silent = [
        name
        for name, field in Settings.model_fields.items()
        if isinstance(field.default, BaseModel) and not type(field.default).__doc__
    ]

    assert silent == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "true"),
        ("x", "'x'"),
        (1.5, "1.5"),
        ("y" * 99, "'" + "y" * 56 + "..."),
    ],
)
def test_a_value_is_shown_as_the_file_has_it(value: object, text: str) -> None:
    assert shown(value) == text


def test_the_nearest_name_ignores_case_and_needs_likeness() -> None:
    assert nearest("MAX_POSITONS", ["max_positions", "warm_bars"]) == "max_positions"
    assert nearest("zzz", ["max_positions"]) == ""
