from datetime import time
from pathlib import Path

import pytest
import yaml

from tradeengine.drill.situation import Situation, later, prepare
from tradeengine.options import Flags, read_options


@pytest.mark.parametrize("situation", Situation)
def test_the_settings_of_a_cell_are_good_ones(situation: Situation, tmp_path: Path) -> None:
    home = prepare(tmp_path, situation, time(10, 1, 0, 500_000), {})

    options = read_options(Flags(venue="embedded"), home, None, {}, json=False)

    assert options.settings.strategy[0].name == "drill"
    assert set(options.plan.symbols) == {"AAPL", "JPM", "MSFT"}


def test_changes_of_a_recipe_go_over_the_sections(tmp_path: Path) -> None:
    changes = {"feed": {"stable_intervals": 9}, "broker": {"read_timeout_seconds": 0.5}}
    prepare(tmp_path, Situation.FLAT, time(10, 1), changes)

    written = yaml.safe_load((tmp_path / "config" / "config.yaml").read_text())

    assert written["feed"] == {"mute_threshold_seconds": 20, "stable_intervals": 9}
    assert written["broker"] == {"read_timeout_seconds": 0.5}


def test_later_is_wall_clock_time() -> None:
    assert later(time(10, 0, 59, 900_000), 0.25) == time(10, 1, 0, 150_000)
    assert later(time(10, 1, 2), -3.5) == time(10, 0, 58, 500_000)
