"""Each invariant, broken on purpose in the evidence of a real cell, is named."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tradeengine.drill.evidence import Evidence, Said
from tradeengine.drill.recipes import RECIPES
from tradeengine.drill.situation import Situation
from tradeengine.drill.stage import Cell, play
from tradeengine.drill.verdict import Verdict, judge
from tradeengine.errors import ExitCode
from tradeengine.event_loop import in_a_loop
from tradeengine.model.commands import SubmitOrder
from tradeengine.model.events import FlattenEnded, OrderFilled, PositionChanged
from tradeengine.model.instants import NANOS
from tradeengine.model.orders import EngineState, Purpose

LOST_FILL = RECIPES["drop_fill_frame"]


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    cell = Cell(LOST_FILL, Situation.POSITIONS, 0)
    return in_a_loop(play(cell, tmp_path_factory.mktemp("cell")))


def verdict(evidence: Evidence, **changes: object) -> Verdict:
    changed = replace(evidence, **changes)  # type: ignore[arg-type]  # of the test's own making
    return judge(changed, LOST_FILL, Situation.POSITIONS)


def problems(evidence: Evidence, **changes: object) -> str:
    return " | ".join(verdict(evidence, **changes).problems)


def without(evidence: Evidence, first: Callable[[Said], bool]) -> tuple[Said, ...]:
    """Give what was said without the first that fits."""
    place = next(n for n, said in enumerate(evidence.said) if first(said))
    return evidence.said[:place] + evidence.said[place + 1 :]


def test_a_lost_fill_is_found_by_the_sweep_and_nothing_is_wrong(evidence: Evidence) -> None:
    passed = verdict(evidence)

    assert passed.problems == ()
    assert passed.struck
    assert passed.detect is not None
    assert 1 < passed.detect < 35
    assert 1 < passed.apart < 35
    assert passed.safety is False


def test_an_order_that_is_sent_twice_is_named(evidence: Evidence) -> None:
    submit = next(s for s in evidence.said if isinstance(s.message, SubmitOrder))

    assert "was sent 2 times" in problems(evidence, said=(*evidence.said, submit))


def test_an_order_that_nobody_sent_is_named(evidence: Evidence) -> None:
    said = without(evidence, lambda s: isinstance(s.message, SubmitOrder))

    assert "which the journal does not know" in problems(evidence, said=said)


def test_a_fill_that_is_not_booked_is_named(evidence: Evidence) -> None:
    booked = False

    def first_booking(said: Said) -> bool:
        nonlocal booked
        booked = booked or isinstance(said.message, OrderFilled)
        return booked and isinstance(said.message, PositionChanged)

    said = without(evidence, first_booking)

    assert "was not booked" in problems(evidence, said=said)


def test_a_fill_that_is_booked_twice_is_named(evidence: Evidence) -> None:
    place = next(n for n, s in enumerate(evidence.said) if isinstance(s.message, OrderFilled))
    change = next(s for s in evidence.said[place:] if isinstance(s.message, PositionChanged))
    again = (evidence.said[place], change)

    assert "once too often" in problems(evidence, said=(*evidence.said, *again))


def test_an_entry_in_a_state_that_forbids_it_is_named(evidence: Evidence) -> None:
    entry = next(
        s
        for s in evidence.said
        if isinstance(s.message, SubmitOrder) and s.message.purpose is Purpose.ENTRY
    )
    said = tuple(replace(s, state=EngineState.REDUCING) if s is entry else s for s in evidence.said)

    assert "was sent while REDUCING" in problems(evidence, said=said)


def test_positions_that_differ_for_too_long_are_named(evidence: Evidence) -> None:
    last = evidence.said[-1]
    long_ago = last.at - 36 * NANOS
    before = [row for row in evidence.venue_positions if row[0] < long_ago]
    held = (*before, (long_ago, {"JPM": Decimal(3)}))

    found = verdict(evidence, venue_positions=held)

    assert found.apart == pytest.approx(36, abs=1)
    assert "differ for 36" in " | ".join(found.problems)


def test_more_than_was_wanted_is_named(evidence: Evidence) -> None:
    held = (*evidence.venue_positions, (evidence.said[-1].at, {"JPM": Decimal(20)}))
    short = (*evidence.venue_positions, (evidence.said[-1].at, {"JPM": Decimal(-1)}))

    assert "the venue held 20 JPM" in problems(evidence, venue_positions=held)
    assert "the venue held -1 JPM" in problems(evidence, venue_positions=short)


def test_an_end_that_is_not_flat_is_named(evidence: Evidence) -> None:
    found = problems(
        evidence,
        exit_code=ExitCode.NOT_FLAT,
        flat=False,
        venue_at_end={"JPM": Decimal(10)},
        said=without(evidence, lambda s: isinstance(s.message, FlattenEnded)),
    )

    assert "exit code 3" in found
    assert "did not end flat" in found
    assert "still holds 10 JPM" in found
    assert "no receipt" in found


def test_a_fault_that_never_struck_has_shown_nothing(evidence: Evidence) -> None:
    assert problems(evidence, struck_at=None) == "the fault never struck"
    assert "could not do it: no" in problems(evidence, failed=("no",))


def test_a_fault_that_must_be_named_and_is_not_fails(evidence: Evidence) -> None:
    said = tuple(s for s in evidence.said if not (LOST_FILL.sign or bool)(s.message))

    assert "never named the fault" in problems(evidence, said=said)


def test_a_situation_that_was_not_brought_about_has_shown_nothing(evidence: Evidence) -> None:
    found = {each: judge(evidence, LOST_FILL, each).problems for each in Situation}

    assert found == {
        Situation.FLAT: ("the account was not flat at the strike",),
        Situation.POSITIONS: (),
        Situation.WORKING: ("no order was working at the strike",),
    }
    nothing_held: tuple[tuple[int, dict[str, Decimal]], ...] = ((0, {}),)
    assert "the positions were not there" in problems(evidence, venue_positions=nothing_held)


def test_time_to_flat_of_a_danger_is_from_the_strike_to_safety(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    recipe = RECIPES["mute_data"]
    cell = Cell(recipe, Situation.POSITIONS, 0)
    found = judge(in_a_loop(play(cell, tmp_path_factory.mktemp("mute"))), recipe, cell.situation)

    assert found.problems == ()
    assert found.safety
    assert found.detect is not None
    assert found.flat is not None
    assert found.detect <= found.flat < found.detect + 10
