"""Every fault of the venue has a recipe, and every recipe is one that the venue can read."""

from datetime import time
from random import Random

import msgspec
import pytest

from tradeengine.drill.recipe import Recipe
from tradeengine.drill.recipes import EXEMPT, RECIPES
from tradeengine.venue.server.faults import AnyFault, Fault, every_fault

AT = time(10, 1, 30)


def armed(recipe: Recipe, seed: int) -> list[Fault]:
    faults: list[Fault] = msgspec.convert(recipe.arm(Random(seed), AT), list[AnyFault])
    return faults


def test_every_fault_has_a_recipe_or_a_reason_and_none_is_left_over() -> None:
    assert list(RECIPES) == [entry.name for entry in every_fault() if entry.name not in EXEMPT]
    assert EXEMPT.keys() == {entry.name for entry in every_fault() if entry.kind == "sites"}
    assert all(EXEMPT.values())


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=lambda recipe: recipe.name)
def test_a_recipe_arms_its_own_fault_first_at_an_instant_to_come(recipe: Recipe) -> None:
    for seed in range(10):
        first, *others = armed(recipe, seed)

        assert first.__struct_config__.tag == recipe.name
        assert all(fault.at is not None and fault.at >= AT for fault in (first, *others))


def test_lots_choose_among_the_options() -> None:
    streams = {str(armed(RECIPES["drop_connection"], seed)[0]) for seed in range(20)}

    assert len(streams) == 2


def test_the_end_of_a_mute_feed_is_on_trial_after_its_beginning() -> None:
    clear, mute = armed(RECIPES["clear"], 0)

    assert (mute.at, clear.at) == (time(10, 1, 30), time(10, 2, 10))
