"""The feed's section of the configuration."""

import pytest
from pydantic import ValidationError

from tradeengine.feed.parameters import Encoding, FeedParameters, Tape
from tradeengine.model.parameters import meaning_of


def test_the_defaults_are_those_of_the_handbook() -> None:
    parameters = FeedParameters()
    assert parameters.feed is Tape.IEX
    assert parameters.encoding is Encoding.MSGPACK
    assert parameters.mute_threshold_seconds == 60
    assert (parameters.backoff_first_seconds, parameters.backoff_cap_seconds) == (1, 300)
    assert parameters.healthy_seconds == 60


def test_every_field_says_what_it_is() -> None:
    assert all(meaning_of(FeedParameters, name) for name in FeedParameters.model_fields)


@pytest.mark.parametrize(
    "wrong",
    [
        {"feed": "otc"},
        {"encoding": "xml"},
        {"mute_threshold_seconds": 0},
        {"canary": "spy "},
        {"backoff_first_seconds": 10, "backoff_cap_seconds": 5},
        {"ping_interval_seconds": 5, "ping_timeout_seconds": 6},
        {"unknown": 1},
    ],
)
def test_nonsense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FeedParameters.model_validate(wrong)
