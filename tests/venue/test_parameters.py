import datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from tradeengine.model.parameters import meaning_of
from tradeengine.venue.parameters import VenueParameters


def test_the_defaults_are_the_day_on_which_all_is_real_at_sixty_times_the_speed() -> None:
    chosen = VenueParameters()

    assert chosen.date == datetime.date(2010, 7, 1)
    assert chosen.start_time == datetime.time(9, 30)
    assert chosen.speed == 60
    assert chosen.seed == 7
    assert chosen.start_cash_dollars == Decimal(100_000)


def test_the_speed_may_be_max() -> None:
    assert VenueParameters(speed="max").speed == "max"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("speed", 0.5),
        ("speed", 100_001),
        ("speed", "fast"),
        ("start_cash_dollars", -1),
        ("latency_jitter", 1.1),
        ("fees", "some"),
        ("fills", "all"),
        ("depth_levels", 0),
        ("unknown", 1),
    ],
)
def test_what_makes_no_sense_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValidationError):
        VenueParameters.model_validate({field: value})


def test_every_field_says_what_it_is() -> None:
    fields = VenueParameters.model_fields
    assert [name for name in fields if not meaning_of(VenueParameters, name)] == []
