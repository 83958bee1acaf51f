"""The trade-updates protocol, message by message."""

import pytest

from tests.venue.server.conftest import ENGINE
from tradeengine.venue.server.auth import ApiKey
from tradeengine.venue.server.trading_session import TradingSession

AUTHENTICATE = {
    "action": "authenticate",
    "data": {"key_id": "PKENGINE", "secret_key": "engine-secret"},
}


def owner_of(key: str, secret: str) -> ApiKey | None:
    return ENGINE if (key, secret) == (ENGINE.key, ENGINE.secret) else None


def listen(streams: object) -> dict[str, object]:
    return {"action": "listen", "data": {"streams": streams}}


@pytest.mark.parametrize(
    "request_", [AUTHENTICATE, {"action": "auth", "key": "PKENGINE", "secret": "engine-secret"}]
)
def test_both_ways_to_authenticate(request_: dict[str, object]) -> None:
    session = TradingSession(owner_of)
    assert session.hear(request_) == {
        "stream": "authorization",
        "data": {"status": "authorized", "action": "authenticate"},
    }
    assert session.owner is ENGINE


@pytest.mark.parametrize("data", [{}, {"key_id": "x", "secret_key": "y"}, {"key_id": 5}])
def test_wrong_credentials_are_unauthorized(data: dict[str, object]) -> None:
    answer = TradingSession(owner_of).hear({"action": "authenticate", "data": data})
    assert answer == {
        "stream": "authorization",
        "data": {"status": "unauthorized", "action": "authenticate"},
    }


def test_listening_needs_authority() -> None:
    session = TradingSession(owner_of)
    assert session.hear(listen(["trade_updates"])) == {
        "stream": "authorization",
        "data": {"status": "unauthorized", "action": "listen"},
    }
    assert not session.listening


@pytest.mark.parametrize(
    "streams", [["trade_updates"], [["trade_updates"]], ["x", "trade_updates"]]
)
def test_listen_replaces_the_whole_set(streams: object) -> None:
    session = TradingSession(owner_of)
    session.hear(AUTHENTICATE)
    heard = {"stream": "listening", "data": {"streams": ["trade_updates"]}}
    assert session.hear(listen(streams)) == heard
    assert session.hear(listen([])) == {"stream": "listening", "data": {"streams": []}}
    assert not session.listening


@pytest.mark.parametrize("request_", [5, {"action": "dance"}, {}, []])
def test_what_is_not_understood_is_an_error(request_: object) -> None:
    assert TradingSession(owner_of).hear(request_)["action"] == "error"
