"""Parameters refuse what cannot work."""

import pytest
from pydantic import ValidationError

from tradeengine.broker.parameters import BrokerParameters
from tradeengine.model.parameters import meaning_of


def test_the_defaults_are_valid_and_say_what_they_mean() -> None:
    defaults = BrokerParameters()
    assert defaults.requests_per_minute == 200
    assert sum(defaults.lookup_spacing_seconds) == 5.0
    assert all(meaning_of(BrokerParameters, name) for name in BrokerParameters.model_fields)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reserved_requests": 200}, "reserved_requests must be less"),
        ({"reserved_in_flight": 8}, "reserved_in_flight must be less"),
        ({"backoff_base_seconds": 10, "backoff_cap_seconds": 5}, "must not exceed"),
        ({"lookup_spacing_seconds": []}, "at least 1 item"),
        ({"lookup_spacing_seconds": [-1.0]}, "greater than or equal to 0"),
        ({"total_timeout_seconds": 0}, "greater than 0"),
        ({"timeout": 1}, "Extra inputs"),
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        BrokerParameters.model_validate(wrong)


def test_one_place_in_flight_needs_no_reserve() -> None:
    assert BrokerParameters(max_in_flight=1).reserved_in_flight == 2
