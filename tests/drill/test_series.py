import asyncio
from pathlib import Path

import pytest

from tradeengine.drill import series
from tradeengine.drill.evidence import Evidence
from tradeengine.drill.recipes import RECIPES
from tradeengine.drill.series import cells_of, chosen_recipes, chosen_situations, drilled
from tradeengine.drill.situation import Situation
from tradeengine.drill.stage import Cell
from tradeengine.errors import BadConfiguration, VenueUnreachable

HALT = RECIPES["halt"]


def test_no_names_mean_all() -> None:
    assert [recipe.name for recipe in chosen_recipes(())] == list(RECIPES)
    assert chosen_situations(()) == list(Situation)


def test_names_choose() -> None:
    assert [recipe.name for recipe in chosen_recipes(["split", "halt"])] == ["split", "halt"]
    assert chosen_situations(["flat"]) == [Situation.FLAT]


def test_a_name_that_is_none_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(BadConfiguration, match="no fault 'hatl'") as refused:
        chosen_recipes(["hatl"])
    assert "halt" in refused.value.remedy

    with pytest.raises(BadConfiguration, match="'asleep'") as refused:
        chosen_situations(["asleep"])
    assert refused.value.remedy == "choose from flat, positions, working"


def test_cells_are_situations_by_seeds() -> None:
    cells = cells_of(HALT, [Situation.FLAT, Situation.WORKING], range(3, 5))

    names = [cell.name for cell in cells]
    assert names == ["halt-flat-3", "halt-flat-4", "halt-working-3", "halt-working-4"]


def test_cells_sum_up_to_their_worst(tmp_path: Path) -> None:
    done: list[str] = []
    cells = cells_of(RECIPES["mute_data"], [Situation.FLAT], range(2))

    found = drilled(cells, tmp_path, lambda cell: done.append(cell.name))

    assert found.passed, found.problems
    assert (found.cells, found.struck, found.safety) == (2, 2, True)
    assert found.detect is not None
    assert found.detect < 40
    assert done == ["mute_data-flat-0", "mute_data-flat-1"]
    assert (tmp_path / "mute_data-flat-0" / "logs").is_dir()


def test_a_cell_that_cannot_be_played_has_failed_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(_: Cell, __: Path) -> Evidence:
        raise VenueUnreachable("the feed was not ready")

    monkeypatch.setattr(series, "play", unreachable)
    found = drilled([Cell(HALT, Situation.FLAT, 0)], tmp_path, lambda _: None)

    assert found.failed == 1
    assert found.problems == ("halt-flat-0: the feed was not ready",)


def test_a_cell_that_does_not_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(_: Cell, __: Path) -> Evidence:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(series, "play", endless)
    monkeypatch.setattr(series, "PATIENCE_SECONDS", 0.01)
    found = drilled([Cell(HALT, Situation.FLAT, 0)], tmp_path, lambda _: None)

    assert "did not end within" in found.problems[0]
