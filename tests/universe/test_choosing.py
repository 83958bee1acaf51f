"""What matters more never gives way to what matters less, and what gives way is told."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradeengine.errors import SelectionFailed
from tradeengine.universe.choosing import LADDER, Choice, Field, choose, tie_weight
from tradeengine.universe.parameters import MoatMode, UniverseParameters


def field(
    count: int = 8,
    *,
    score: list[float] | None = None,
    beta: list[float] | None = None,
    sectors: str = "",
    moat: str = "",
    incumbents: str = "",
) -> Field:
    """Make a field; in the strings each letter is a candidate, `x` means yes."""
    return Field(
        score=np.array(score or np.linspace(0.8, 0.1, count)),
        sharpe=np.zeros(count),
        beta=np.array(beta or [0.3] * count),
        sectors=list(sectors or "abcdefghijkl"[:count]),
        moat=np.array([each == "x" for each in moat or "." * count]),
        incumbents=np.array([each == "x" for each in incumbents or "." * count]),
    )


def wanted(**changes: object) -> UniverseParameters:
    return UniverseParameters(names=3).model_copy(update=changes)


def chosen(found: Choice) -> tuple[int, ...]:
    return found.selection.chosen


def test_the_best_are_chosen_when_nothing_is_in_the_way() -> None:
    found = choose(field(), wanted(), 0.0)
    assert chosen(found) == (0, 1, 2)
    assert [step.name for step in found.steps] == ["as asked"]
    assert found.selection.gap == 0


def test_names_with_a_moat_come_first_and_the_rest_is_filled() -> None:
    found = choose(field(moat="......xx"), wanted(), 0.0)
    assert chosen(found) == (0, 6, 7)
    assert found.preferred == 2


@pytest.mark.parametrize("mode", [MoatMode.OFF, MoatMode.REQUIRE])
def test_only_the_preference_counts_moats(mode: MoatMode) -> None:
    """With `require` the others were no candidates; here all are."""
    assert chosen(choose(field(moat="......xx"), wanted(moat=mode), 0.0)) == (0, 1, 2)


def test_moats_come_before_beta() -> None:
    found = choose(field(beta=[0.3] * 5 + [2.0] * 3, moat=".....xxx"), wanted(), 0.0)
    assert chosen(found) == (5, 6, 7)
    assert [step.feasible for step in found.steps] == [False, False, False, True]
    assert found.selection.beta_slack == pytest.approx(2.0 - 0.3 - 0.05)


def test_sectors_come_before_moats() -> None:
    found = choose(field(sectors="abcdeeee", moat="....xxxx"), wanted(sector_cap=1), 0.0)
    assert chosen(found) == (0, 1, 4)
    assert found.preferred == 1


def test_the_tolerance_widens_before_anything_else_gives_way() -> None:
    found = choose(field(beta=[0.38] * 8), wanted(), 0.0)
    assert [(step.name, step.feasible) for step in found.steps] == [
        ("as asked", False),
        ("beta tolerance widened", True),
    ]
    assert found.steps[-1].beta_tolerance == 0.10


def test_caps_rise_when_that_meets_the_beta() -> None:
    low_are_alike = field(beta=[0.3] * 3 + [3.0] * 5, sectors="aaabcdef")
    found = choose(low_are_alike, wanted(sector_cap=1), 0.0)
    assert chosen(found) == (0, 1, 2)
    assert found.steps[-1].name == "sector caps raised too"
    assert found.steps[-1].sector_cap == 3


def test_a_beta_that_is_missed_anyhow_raises_no_cap() -> None:
    found = choose(field(beta=[1.0] * 8, sectors="aaabcdef"), wanted(sector_cap=1), 0.0)
    assert chosen(found) == (0, 3, 4)
    assert found.steps[-1].name == "beta missed as little as it pays"


def test_caps_break_only_when_the_names_cannot_be_filled() -> None:
    for sectors, rung in (("aaaabbbb", 4), ("aaaaaaaa", 5)):
        found = choose(
            field(beta=[1.0] * 8, sectors=sectors),
            wanted(sector_cap=1, sector_cap_raise=1),
            0.0,
        )
        assert found.steps[-1].name == LADDER[rung].name
        assert len(chosen(found)) == 3


def test_fewer_candidates_are_all_chosen() -> None:
    found = choose(field(2), wanted(), 0.0)
    assert chosen(found) == (0, 1)
    assert found.steps[-1].names == 2


def test_incumbents_stay_for_less_than_a_change_costs() -> None:
    incumbents = field(incumbents=".....xxx")
    assert chosen(choose(incumbents, wanted(), 1.0)) == (5, 6, 7)
    # A change is an add and a drop: 0.8 for 0.1 pays at 0.3 each, 0.7 for 0.2 does not.
    assert chosen(choose(incumbents, wanted(), 0.3)) == (0, 5, 6)


def test_the_sharpe_ratio_decides_between_equals_only() -> None:
    assert tie_weight(np.array([1.0, 0.0]), np.array([0.0, 2.0])) == pytest.approx(5e-4)
    assert tie_weight(np.array([1.0, 1.0]), np.array([0.0, 2.0])) == pytest.approx(5e-4)
    assert tie_weight(np.array([1.0, 0.0]), np.array([1.0, 1.0])) == 0.0


def test_no_candidate_is_no_choice() -> None:
    with pytest.raises(SelectionFailed, match="no candidate"):
        choose(_nobody(), wanted(), 0.0)


def _nobody() -> Field:
    none = np.zeros(0)
    return Field(score=none, sharpe=none, beta=none, sectors=[], moat=none > 0, incumbents=none > 0)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_no_set_of_names_is_better(seed: int) -> None:
    """By brute force over all sets: moats first, then score less slack of the beta."""
    random = np.random.default_rng(seed)
    made = field(
        8,
        score=list(random.normal(0.1, 0.3, 8).round(3)),
        beta=list(random.uniform(0.2, 1.8, 8).round(2)),
        sectors="".join(random.choice(list("abc"), 8)),
        moat="".join(random.choice(list("x."), 8)),
        incumbents="".join(random.choice(list("x..."), 8)),
    )
    limits = wanted(sector_cap=2)
    found = choose(made, limits, 0.05)
    step = found.steps[-1]

    def allowed(names: tuple[int, ...]) -> bool:
        counts = [sum(made.sectors[name] == each for name in names) for each in "abc"]
        off = abs(made.beta[list(names)].mean() - 0.3) - step.beta_tolerance
        return max(counts) <= step.sector_cap and (not step.beta_must_hold or off <= 1e-9)

    def worth(names: tuple[int, ...]) -> tuple[int, float]:
        slack = max(0.0, abs(made.beta[list(names)].mean() - 0.3) - step.beta_tolerance)
        changed = len(set(names) ^ set(np.flatnonzero(made.incumbents)))
        paid = 0.05 * changed + (0.0 if step.beta_must_hold else 10.0 * 3 * slack)
        return int(made.moat[list(names)].sum()), float(made.score[list(names)].sum() - paid)

    every = list(combinations(range(8), 3))
    in_caps = [
        names
        for names in every
        if max(sum(made.sectors[n] == each for n in names) for each in "abc") <= step.sector_cap
    ]
    most = max(int(made.moat[list(names)].sum()) for names in in_caps)
    best = max(worth(names)[1] for names in every if allowed(names) and worth(names)[0] >= most)
    assert worth(chosen(found))[0] >= most
    assert worth(chosen(found))[1] == pytest.approx(best, abs=1e-5)
