"""Order names are deterministic, readable, and tell ours from a stranger's."""

import pytest

from tradeengine.model.names import is_ours, purpose_of
from tradeengine.model.orders import Purpose
from tradeengine.router.identity import OrderNames, strategy_of


def test_names_are_counted_and_carry_their_purpose() -> None:
    names = OrderNames()
    names.run_tag = "190213s7"

    assert names.next_name("contrarian", "AAPL", Purpose.ENTRY) == (
        "te-190213s7-contrarian-AAPL-000001-e"
    )
    assert names.next_name("contrarian", "BRK.B", Purpose.EXIT) == (
        "te-190213s7-contrarian-BRK.B-000002-x"
    )


def test_a_name_is_never_longer_than_the_broker_takes() -> None:
    names = OrderNames()
    names.run_tag = "t" * 200

    name = names.next_name("s", "AAPL", Purpose.FLATTEN)

    assert len(name) == 128
    assert name.endswith("-AAPL-000001-f")


@pytest.mark.parametrize("stranger", ["", "te-", "manual-1", "te-190213-x-AAPL-1-z"])
def test_a_strangers_order_is_not_ours(stranger: str) -> None:
    assert not is_ours(stranger)


def test_a_name_tells_its_strategy_and_purpose() -> None:
    name = "te-190213s7-mean-revert-AAPL-000001-p"

    assert is_ours(name)
    assert purpose_of(name) is Purpose.PROTECT
    assert strategy_of(name) == "mean-revert"
