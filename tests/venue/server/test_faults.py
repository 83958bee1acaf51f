"""Each fault does one thing, for as long as it was asked to."""

import msgspec
import pytest

from tests.venue.server.conftest import Venue
from tests.venue.server.fault_clients import arm
from tradeengine.model.instants import NANOS
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.server.faults import AnyFault, ArmedFaults, Fault, Stream


class Nowhere:
    """A venue without an exchange that remembers which streams were cut."""

    account_id = "engine"

    def __init__(self) -> None:
        self.cut: list[str] = []

    @property
    def exchange(self) -> Exchange:
        raise AssertionError("not for these faults")

    def catch_up(self) -> None: ...
    def settle(self) -> None: ...
    def tell_now(self) -> None: ...
    def shut_doors(self, seconds: float) -> None: ...

    def end_slow(self) -> int:
        return 0

    def drop(self, stream: Stream) -> int:
        self.cut.append(stream)
        return 1


def armed(text: str, now: int = 0) -> ArmedFaults:
    faults = ArmedFaults()
    faults.arm(msgspec.json.decode(text, type=AnyFault), now, Nowhere())
    return faults


def test_nothing_armed_changes_nothing() -> None:
    faults = ArmedFaults()
    assert faults.on_rest("POST", "/v2/orders", 0) is None
    assert faults.on_answer("POST", "/v2/orders", 200, 0) is None
    assert faults.on_data_auth(0) is None
    assert faults.data_channel_may_go("quotes", 0)
    assert faults.order_frame_may_go("fill", 0)


def test_muted_data_comes_back_after_its_seconds() -> None:
    faults = armed('{"fault":"mute_data","seconds":1.5}', now=NANOS)
    assert not faults.data_channel_may_go("quotes", 2 * NANOS)
    assert faults.data_channel_may_go("quotes", int(2.5 * NANOS))
    assert faults.active(3 * NANOS) == []


def test_muted_orders_stay_muted_until_cleared() -> None:
    faults = armed('{"fault":"mute_orders"}')
    assert not faults.order_frame_may_go("new", 10**18)
    assert faults.data_channel_may_go("quotes", 0)
    faults.clear("mute_data")
    assert not faults.order_frame_may_go("new", 0)
    faults.clear("mute_orders")
    assert faults.order_frame_may_go("new", 0)


def test_a_refused_data_connection_gets_406() -> None:
    assert armed('{"fault":"data_406","seconds":5}').on_data_auth(0) == 406


def test_only_the_next_fill_frame_is_lost() -> None:
    faults = armed('{"fault":"drop_fill_frame"}')
    events = ("new", "partial_fill", "fill")
    assert [faults.order_frame_may_go(event, 0) for event in events] == [True, False, True]


def test_the_next_accepted_order_is_answered_504_with_html() -> None:
    faults = armed('{"fault":"next_order_504_after_accept"}')
    assert faults.on_answer("POST", "/v2/orders", 403, 0) is None
    assert faults.on_answer("GET", "/v2/orders", 200, 0) is None
    answer = faults.on_answer("POST", "/v2/orders", 200, 0)
    assert answer is not None
    assert (answer.status, answer.content_type) == (504, "text/html")
    assert faults.on_answer("POST", "/v2/orders", 200, 0) is None


def test_the_next_orders_are_rejected_in_the_words_asked_for() -> None:
    faults = armed('{"fault":"reject_next_order","times":2,"message":"no \\"luck\\""}')
    answers = [faults.on_rest("POST", "/v2/orders", 0) for _ in range(3)]
    assert [answer is not None for answer in answers] == [True, True, False]
    assert answers[0] is not None
    assert msgspec.json.decode(answers[0].body) == {"code": 40310000, "message": 'no "luck"'}
    assert armed('{"fault":"reject_next_order"}').on_rest("GET", "/v2/orders", 0) is None


def test_dropping_a_connection_acts_at_once_and_leaves_nothing() -> None:
    faults, sockets = ArmedFaults(), Nowhere()
    fault = msgspec.json.decode('{"fault":"drop_connection","stream":"data"}', type=AnyFault)
    faults.arm(fault, 0, sockets)
    assert sockets.cut == ["data"]
    assert faults.active(0) == []


async def test_clear_waits_for_its_instant(controlled: Venue) -> None:
    await arm(controlled, "mute_data")
    await arm(controlled, "clear", after=5)
    faults = controlled.server.publisher.faults
    controlled.run_for(4)
    assert not faults.data_channel_may_go("quotes", controlled.clock.now())
    controlled.run_for(2)
    assert faults.data_channel_may_go("quotes", controlled.clock.now())


def test_clear_takes_away_everything() -> None:
    faults = armed('{"fault":"mute_data"}')
    faults.arm(msgspec.json.decode('{"fault":"clear"}', type=AnyFault), 0, Nowhere())
    assert faults.data_channel_may_go("quotes", 0)


@pytest.mark.parametrize(
    "text",
    [
        '{"fault":"rain"}',
        '{"fault":"drop_connection","stream":"x"}',
        '{"fault":"split","symbol":"KO","old":0}',
        '{"fault":"mute_data","seconds":-1}',
        '{"fault":"mute_data","at":"10:00:00Z"}',
        '{"fault":"partial_fill_then_cancel","share":0}',
    ],
)
def test_an_unknown_fault_or_option_cannot_be_read(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=AnyFault)


def test_a_fault_does_nothing_but_what_it_overrides() -> None:
    fault, sockets = Fault(), Nowhere()
    fault.strike(sockets)
    assert sockets.cut == []
    assert not fault.spent
    assert fault.on_order_frame("fill")
