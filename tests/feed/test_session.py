"""The conversation with the stream, without a socket."""

import msgspec
import pytest

from tests.feed.frames import GOLDEN, NOW, QUOTE, TRADE, in_json, in_msgpack
from tradeengine.errors import BadConfiguration
from tradeengine.feed.codec import Codec
from tradeengine.feed.credentials import Credentials
from tradeengine.feed.parameters import Encoding
from tradeengine.feed.session import MOVES, Session, Signal, State
from tradeengine.model.events import FeedConnected, Input, MessageRejected

HELLO = {"T": "success", "msg": "connected"}
AUTHENTICATED = {"T": "success", "msg": "authenticated"}
ACK = {
    "T": "subscription",
    "trades": ["AAPL", "AMD"],
    "quotes": ["AAPL", "AMD"],
    "bars": ["AAPL", "AMD", "SPY"],
}
CONNECTED = FeedConnected(at=NOW, received_at=NOW, symbols=2)


def refusal(code: int) -> dict[str, object]:
    return {"T": "error", "code": code, "msg": "no"}


def session(encoding: Encoding = Encoding.JSON, *, quotes: bool = True) -> Session:
    return Session(
        codec=Codec(),
        credentials=Credentials("K", "S"),
        encoding=encoding,
        symbols=["AMD", "AAPL", "AMD"],
        canary="SPY",
        quotes=quotes,
    )


def state(talk: Session) -> State:
    return talk.state


def hear(talk: Session, *messages: object) -> list[Input]:
    received = talk.receive(in_json(list(messages)), NOW)
    return received.notices + received.data


def streaming() -> Session:
    talk = session()
    hear(talk, HELLO)
    hear(talk, AUTHENTICATED)
    hear(talk, ACK)
    talk.outgoing()
    return talk


def test_the_table_of_moves_is_total() -> None:
    assert set(MOVES) == {(state, signal) for state in State for signal in Signal}


@pytest.mark.parametrize(
    ("before", "signal", "after"),
    [
        (State.CONNECTING, Signal.CONNECTED, State.AUTHENTICATING),
        (State.CONNECTING, Signal.AUTHENTICATED, State.CONNECTING),
        (State.AUTHENTICATING, Signal.AUTHENTICATED, State.SUBSCRIBING),
        (State.AUTHENTICATING, Signal.SLOT_TAKEN, State.WAITING_FOR_SLOT),
        (State.AUTHENTICATING, Signal.ACKNOWLEDGED, State.AUTHENTICATING),
        (State.WAITING_FOR_SLOT, Signal.RETRY, State.AUTHENTICATING),
        (State.WAITING_FOR_SLOT, Signal.AUTHENTICATED, State.SUBSCRIBING),
        (State.SUBSCRIBING, Signal.ACKNOWLEDGED, State.STREAMING),
        (State.SUBSCRIBING, Signal.FORBIDDEN, State.REFUSED),
        (State.STREAMING, Signal.FAILED, State.BROKEN),
        (State.STREAMING, Signal.SLOT_TAKEN, State.WAITING_FOR_SLOT),
        (State.STREAMING, Signal.CONNECTED, State.STREAMING),
        (State.STREAMING, Signal.RETRY, State.STREAMING),
    ],
)
def test_a_signal_moves_the_session(before: State, signal: Signal, after: State) -> None:
    assert MOVES[before, signal] is after


@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("ended", [State.REFUSED, State.BROKEN])
def test_an_ended_session_stays_ended(ended: State, signal: Signal) -> None:
    assert MOVES[ended, signal] is ended


def test_it_authenticates_subscribes_and_streams() -> None:
    talk = session()
    assert state(talk) is State.CONNECTING
    assert talk.outgoing() == []

    assert hear(talk, HELLO) == []
    assert talk.outgoing() == [b'{"action":"auth","key":"K","secret":"S"}']

    assert hear(talk, AUTHENTICATED) == []
    [subscribe] = talk.outgoing()
    assert msgspec.json.decode(subscribe) == {
        "action": "subscribe",
        "trades": ["AAPL", "AMD"],
        "quotes": ["AAPL", "AMD"],
        "bars": ["AAPL", "AMD", "SPY"],
        "updatedBars": ["AAPL", "AMD"],
        "statuses": ["AAPL", "AMD"],
        "lulds": ["AAPL", "AMD"],
    }

    assert hear(talk, ACK) == [CONNECTED]
    assert state(talk) is State.STREAMING
    assert talk.outgoing() == []
    assert hear(talk, QUOTE, TRADE) == [GOLDEN["quote"][1], GOLDEN["trade"][1]]


def test_it_speaks_msgpack_when_asked() -> None:
    talk = session(Encoding.MSGPACK)
    talk.receive(in_msgpack([HELLO]), NOW)
    [auth] = talk.outgoing()
    assert msgspec.msgpack.decode(auth) == {"action": "auth", "key": "K", "secret": "S"}


def test_quotes_can_be_left_out() -> None:
    talk = session(quotes=False)
    hear(talk, HELLO)
    talk.outgoing()
    hear(talk, AUTHENTICATED)
    [subscribe] = talk.outgoing()
    assert "quotes" not in msgspec.json.decode(subscribe)
    assert hear(talk, {**ACK, "quotes": []}) == [CONNECTED]


def test_data_in_the_frame_of_the_acknowledgement_comes_after_it() -> None:
    talk = session()
    hear(talk, HELLO)
    hear(talk, AUTHENTICATED)
    assert hear(talk, ACK, QUOTE) == [CONNECTED, GOLDEN["quote"][1]]


def test_symbols_missing_from_the_acknowledgement_are_reported() -> None:
    talk = session()
    hear(talk, HELLO)
    hear(talk, AUTHENTICATED)
    [connected, shortfall] = hear(talk, {**ACK, "trades": ["AMD"], "bars": None})
    assert connected == CONNECTED
    assert isinstance(shortfall, MessageRejected)
    assert shortfall.problem == "not subscribed: trades AAPL; bars AAPL AMD SPY"


def test_a_second_acknowledgement_is_no_news() -> None:
    assert hear(streaming(), ACK) == []


def test_a_taken_slot_keeps_the_session_and_asks_again() -> None:
    talk = session()
    hear(talk, HELLO)
    talk.outgoing()
    hear(talk, refusal(406))
    assert state(talk) is State.WAITING_FOR_SLOT
    assert "another program holds the slot" in talk.trouble()
    assert talk.outgoing() == []
    talk.retry()
    assert talk.outgoing() == [b'{"action":"auth","key":"K","secret":"S"}']
    hear(talk, refusal(406))
    talk.retry()
    hear(talk, AUTHENTICATED)
    hear(talk, ACK)
    assert state(talk) is State.STREAMING


@pytest.mark.parametrize("code", [402, 405, 408, 409, 410, 411])
def test_a_final_refusal_raises_with_a_remedy(code: int) -> None:
    talk = session()
    hear(talk, HELLO)
    talk.raise_if_refused()
    hear(talk, refusal(code))
    assert state(talk) is State.REFUSED
    with pytest.raises(BadConfiguration, match=f"{code} no") as caught:
        talk.raise_if_refused()
    assert caught.value.remedy


@pytest.mark.parametrize("code", [400, 401, 404, 407, 500, 12345])
def test_any_other_refusal_breaks_the_session(code: int) -> None:
    talk = streaming()
    hear(talk, refusal(code))
    assert state(talk) is State.BROKEN
    assert talk.trouble() == f"the data stream refused: {code} no"
    talk.raise_if_refused()


def test_already_authenticated_is_as_good_as_authenticated() -> None:
    talk = session()
    hear(talk, HELLO)
    hear(talk, refusal(403))
    assert state(talk) is State.SUBSCRIBING


def test_a_success_that_nobody_knows_changes_nothing() -> None:
    talk = session()
    assert hear(talk, {"T": "success", "msg": "hooray"}) == []
    assert state(talk) is State.CONNECTING
    assert talk.trouble() == "the stream did not answer as expected"


def test_a_malformed_frame_does_not_disturb_the_session() -> None:
    talk = streaming()
    [rejection] = talk.receive(b"]", NOW).notices
    assert isinstance(rejection, MessageRejected)
    assert state(talk) is State.STREAMING


def test_frames_that_came_together_keep_their_order() -> None:
    talk = streaming()
    received = talk.receive_all([in_json([QUOTE]), in_json([TRADE])], NOW)
    assert received.data == [GOLDEN["quote"][1], GOLDEN["trade"][1]]


def test_the_secret_is_not_in_the_repr() -> None:
    assert "object at" in repr(session())
