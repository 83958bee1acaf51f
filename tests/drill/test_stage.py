import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tradeengine.drill import stage
from tradeengine.drill.recipes import RECIPES
from tradeengine.drill.situation import Situation
from tradeengine.drill.stage import Cell, play
from tradeengine.drill.witness import Witness
from tradeengine.options import Options
from tradeengine.worlds.embedded import OpenVenue, open_venue


async def test_equal_cells_give_equal_evidence(tmp_path: Path) -> None:
    cell = Cell(RECIPES["reject_after_accept"], Situation.WORKING, 3)

    one = await play(cell, tmp_path / "one")
    two = await play(cell, tmp_path / "two")

    assert one.struck_at is not None
    assert one == two


async def test_another_seed_strikes_at_another_instant(tmp_path: Path) -> None:
    recipe = RECIPES["drop_fill_frame"]
    begins = set()
    for seed in range(3):
        evidence = await play(Cell(recipe, Situation.FLAT, seed), tmp_path / str(seed))
        begins.add(evidence.begins_at)

    assert len(begins) == 3


async def test_ctrl_c_ends_the_drill_and_not_just_the_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(Witness):
        def begin(self) -> None:
            super().begin()
            # The app's own handlers are in place once the run has begun.
            asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)

    monkeypatch.setattr(stage, "Witness", Interrupted)
    monkeypatch.setattr(stage, "UNTIL", "15:30")

    with pytest.raises(KeyboardInterrupt):
        await play(Cell(RECIPES["halt"], Situation.POSITIONS, 0), tmp_path)


async def test_ctrl_c_is_heard_although_the_run_of_the_cell_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def interrupted_late(
        options: Options, say: Callable[[str], None]
    ) -> AsyncIterator[OpenVenue]:
        async with open_venue(options, say) as venue:
            yield venue
            os.kill(os.getpid(), signal.SIGINT)
            for _ in range(100):
                # The loop hears of a signal in its next rounds.
                await asyncio.sleep(0)

    monkeypatch.setattr(stage, "open_venue", interrupted_late)

    with pytest.raises(KeyboardInterrupt):
        await play(Cell(RECIPES["halt"], Situation.FLAT, 0), tmp_path)
