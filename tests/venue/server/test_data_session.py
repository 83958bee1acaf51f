"""The data socket's protocol, message by message."""

import pytest

from tests.venue.server.conftest import ENGINE
from tradeengine.venue.server.auth import ApiKey
from tradeengine.venue.server.data_session import DataSession

AUTH = {"action": "auth", "key": "PKENGINE", "secret": "engine-secret", "paper": True}


def verdict(key: str, secret: str) -> ApiKey | int:
    return ENGINE if (key, secret) == (ENGINE.key, ENGINE.secret) else 402


def authenticated(symbol_limit: int = 0) -> DataSession:
    session = DataSession(verdict, symbol_limit)
    assert session.hear(AUTH) == {"T": "success", "msg": "authenticated"}
    return session


def code(session: DataSession, request: object) -> object:
    return session.hear(request).get("code")


def test_nothing_but_auth_is_heard_before_auth() -> None:
    session = DataSession(verdict, 0)
    assert session.hear({"action": "subscribe", "trades": ["AAPL"]}) == {
        "T": "error",
        "code": 401,
        "msg": "not authenticated",
    }


def test_a_refused_auth_may_be_repeated_on_the_same_session() -> None:
    session = DataSession(verdict, 0)
    assert code(session, {**AUTH, "secret": "x"}) == 402
    assert session.was_refused
    assert session.hear(AUTH)["msg"] == "authenticated"
    assert code(session, AUTH) == 403


@pytest.mark.parametrize("key", [None, 5, ["PKENGINE"]])
def test_a_key_that_is_no_text_fails(key: object) -> None:
    assert code(DataSession(verdict, 0), {**AUTH, "key": key}) == 402


@pytest.mark.parametrize("request_", [5, [], "auth", {}, {"action": "dance"}, {"action": None}])
def test_what_is_no_request_is_invalid_syntax(request_: object) -> None:
    assert code(authenticated(), request_) == 400


def test_subscriptions_add_up_and_the_answer_is_the_full_set() -> None:
    session = authenticated()
    session.hear({"action": "subscribe", "trades": ["AAPL"], "quotes": None})
    answer = session.hear({"action": "subscribe", "trades": ["SPY", "AAPL"], "bars": ["*"]})
    assert answer == {
        "T": "subscription",
        "trades": ["AAPL", "SPY"],
        "quotes": [],
        "bars": ["*"],
        "updatedBars": [],
        "dailyBars": [],
        "statuses": [],
        "lulds": [],
        "corrections": ["AAPL", "SPY"],
        "cancelErrors": ["AAPL", "SPY"],
    }


def test_unsubscribing_takes_away_and_ignores_what_is_not_there() -> None:
    session = authenticated()
    session.hear({"action": "subscribe", "trades": ["AAPL", "SPY"]})
    answer = session.hear({"action": "unsubscribe", "trades": ["AAPL", "KO"]})
    assert answer["trades"] == ["SPY"]
    assert session.wants("trades", "SPY")
    assert not session.wants("trades", "AAPL")


def test_a_star_wants_every_symbol() -> None:
    session = authenticated()
    session.hear({"action": "subscribe", "bars": ["*"]})
    assert session.wants("bars", "ANY")


def test_too_many_symbols_leave_the_earlier_set_unchanged() -> None:
    session = authenticated(symbol_limit=2)
    session.hear({"action": "subscribe", "trades": ["A", "B"]})
    assert code(session, {"action": "subscribe", "trades": ["C"]}) == 405
    assert session.subscription()["trades"] == ["A", "B"]


def test_channels_of_other_feeds_and_broken_lists_are_refused() -> None:
    session = authenticated()
    assert code(session, {"action": "subscribe", "news": ["*"]}) == 410
    assert code(session, {"action": "subscribe", "trades": "AAPL"}) == 400
    assert code(session, {"action": "subscribe", "trades": [1]}) == 400
