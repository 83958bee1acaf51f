"""The order stream's conversation, frame by frame, without a socket."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.broker.scripted import Json, fill_json, order_json, update_json
from tradeengine.broker.access import AlpacaAccess
from tradeengine.broker.stream_session import Heard, OrderStreamSession, Phase
from tradeengine.broker.updates import event_of
from tradeengine.model.events import OrderAccepted, OrderExpired
from tradeengine.model.instants import parse_instant

ACCESS = AlpacaAccess(trading_url="http://x", stream_url="ws://x", key="K", secret="S")


def frame(stream: str, data: object) -> bytes:
    return msgspec.json.encode({"stream": stream, "data": data})


AUTHORIZED = frame("authorization", {"status": "authorized", "action": "authenticate"})
LISTENING = frame("listening", {"streams": ["trade_updates"]})


def ready() -> OrderStreamSession:
    session = OrderStreamSession(ACCESS)
    session.receive(AUTHORIZED, 0)
    session.receive(LISTENING, 0)
    return session


def test_it_authenticates_listens_and_is_ready() -> None:
    session = OrderStreamSession(ACCESS)
    assert msgspec.json.decode(session.opening()) == {
        "action": "authenticate",
        "data": {"key_id": "K", "secret_key": "S"},
    }
    heard = session.receive(AUTHORIZED, 0)
    assert session.phase is Phase.ASKING
    assert msgspec.json.decode(heard.reply or "") == {
        "action": "listen",
        "data": {"streams": ["trade_updates"]},
    }
    assert session.receive(LISTENING, 0).acknowledged


def test_it_is_ready_once_listening_is_acknowledged() -> None:
    assert ready().phase is Phase.READY


def test_unauthorized_is_a_refusal_in_the_brokers_words() -> None:
    session = OrderStreamSession(ACCESS)
    session.receive(frame("authorization", {"status": "unauthorized"}), 0)
    assert session.refusal == "unauthorized"
    session.receive(frame("authorization", {}), 0)
    assert session.refusal == "no status"


def test_a_second_authorization_asks_nothing_more() -> None:
    assert ready().receive(AUTHORIZED, 0) == Heard()


@pytest.mark.parametrize("streams", [[], None, ["account_updates"]])
def test_listening_to_something_else_is_not_ready(streams: object) -> None:
    session = OrderStreamSession(ACCESS)
    session.receive(AUTHORIZED, 0)
    assert not session.receive(frame("listening", {"streams": streams}), 0).acknowledged
    assert session.phase is Phase.ASKING


def test_a_nested_list_of_streams_counts_too() -> None:
    heard = ready().receive(frame("listening", {"streams": [["trade_updates"]]}), 0)
    assert heard.acknowledged


ENCODINGS = {
    "json": lambda data: frame("trade_updates", data),
    "json with space": lambda data: b" \n" + frame("trade_updates", data),
    "msgpack": lambda data: msgspec.msgpack.encode({"stream": "trade_updates", "data": data}),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_update_is_read_by_its_content(encoding: str) -> None:
    (report,) = ready().receive(ENCODINGS[encoding](fill_json()), 0).reports
    assert report.word == "fill"
    assert report.at == parse_instant("2026-10-08T15:10:19.061299123Z")
    assert (report.event_id, report.execution_id) == ("E2", "X1")
    assert (report.quantity, report.price, report.position) == (
        Decimal(10),
        Decimal("86.87"),
        Decimal(10),
    )
    assert (report.client_order_id, report.order_id, report.symbol) == ("c-1", "o-1", "KO")
    assert report.created_at == parse_instant("2026-10-08T15:10:18.0952164Z")


@pytest.mark.parametrize(("lasts", "kind"), [("day", OrderExpired), ("gtc", OrderAccepted)])
def test_an_order_that_lasts_is_told_to_be_alive_after_the_day(
    lasts: str, kind: type[OrderAccepted]
) -> None:
    data = update_json("done_for_day", order=order_json(time_in_force=lasts))
    (report,) = ready().receive(frame("trade_updates", data), 0).reports
    assert type(event_of(report, 0)) is kind


def test_the_time_of_sending_stands_in_for_a_missing_timestamp() -> None:
    data = update_json("new", timestamp=None)
    (report,) = ready().receive(frame("trade_updates", data), 5).reports
    assert report.at == parse_instant("2026-10-08T15:10:19.061299Z")
    (report,) = ready().receive(frame("trade_updates", data | {"at": "late"}), 5).reports
    assert report.at == 5


@pytest.mark.parametrize("nothing", [b"", b"\x01", frame("trade_updates", None)])
def test_heartbeats_and_null_data_mean_nothing(nothing: bytes) -> None:
    assert ready().receive(nothing, 0) == Heard()


UNREADABLE: dict[str, bytes] = {
    "truncated": AUTHORIZED[:20],
    "truncated update": frame("trade_updates", update_json("new"))[:-30],
    "not an object": b"[1]",
    "html": b"<html></html>",
    "unknown stream": frame("news", {}),
    "update without an order": frame("trade_updates", {"event": "new"}),
    "authorization of another kind": frame("authorization", "yes"),
    "bytes that are no text": b'{"stream":"\xff"}',
    "update without its data": b'{"stream":"trade_updates"}',
    "nested without end": b'{"stream":"x","data":' + b"[" * 100_000,
    "msgpack nested without end": b"\x91" * 100_000,
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_set_aside_with_its_text(what: str) -> None:
    session = ready()
    heard = session.receive(UNREADABLE[what], 0)
    assert len(heard.unreadable) == 1
    assert heard.unreadable[0].problem
    assert session.receive(frame("trade_updates", fill_json()), 0).reports


@given(st.binary())
def test_no_frame_whatever_raises(data: bytes) -> None:
    ready().receive(data, 0)


JSON: st.SearchStrategy[object] = st.sampled_from(
    [None, True, -1, 1.5, 1e300, "", "x", "NaN", "1e9", "2026-10-08T25:00:00Z", [], [None], {}]
)


@given(st.dictionaries(st.sampled_from([*update_json("new"), "price", "qty"]), JSON), st.booleans())
def test_no_update_whatever_raises(changes: Json, packed: bool) -> None:
    data = {"stream": "trade_updates", "data": fill_json() | changes}
    encode = msgspec.msgpack.encode if packed else msgspec.json.encode
    ready().receive(encode(data), 0)
