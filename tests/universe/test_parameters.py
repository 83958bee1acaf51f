"""Settings of the universe that contradict each other are refused."""

import pytest
from pydantic import ValidationError

from tradeengine.universe.parameters import UniverseParameters


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"beta_days": 100, "beta_days_min": 101}, "beta_days_min may not be above beta_days"),
        ({"beta_tolerance": 0.2}, "beta_tolerance may not be above beta_tolerance_wide"),
        ({"history_days": 252, "state_days_min": 127}, "state_days_min, twice"),
        ({"accept_after_days": 31}, "accept_after_days may not be above proposal_age_days_max"),
    ],
)
def test_contradictions(changes: dict[str, float], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        UniverseParameters.model_validate(changes)


def test_the_edges_are_allowed() -> None:
    UniverseParameters(
        beta_days=100, beta_days_min=100, beta_tolerance=0.1, history_days=252, state_days_min=126,
        accept_after_days=30,
    )  # fmt: skip
