"""Parameters refuse what cannot work."""

from datetime import time

import pytest
from pydantic import ValidationError

from tradeengine.alerts.parameters import AlertParameters
from tradeengine.model.parameters import meaning_of


def test_the_defaults_are_valid_and_say_what_they_mean() -> None:
    assert AlertParameters().digest_time == time(17)
    assert all(meaning_of(AlertParameters, name) for name in AlertParameters.model_fields)


def test_the_digest_time_is_written_as_on_a_clock() -> None:
    assert AlertParameters.model_validate({"digest_time": "07:30"}).digest_time == time(7, 30)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"digest_time": "01:30"}, "must not be between 01:00 and 03:00"),
        ({"digest_time": "17:00Z"}, "takes no zone"),
        ({"round_seconds": 60, "escalation_seconds": 30}, "must not exceed escalation_seconds"),
        ({"queue_alerts": 0}, "greater than or equal to 10"),
        ({"attempts": 1}, "Extra inputs"),
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        AlertParameters.model_validate(wrong)
