"""Keys are matched from every kind of credentials that clients send."""

import base64

import pytest
from multidict import CIMultiDict

from tests.venue.server.conftest import ENGINE, OTHER
from tradeengine.venue.server.auth import ApiKey, Unproven, VenueKeys

KEYS = VenueKeys(ENGINE, [OTHER])


def proven(**headers: str) -> ApiKey | Unproven:
    return KEYS.proven_by(CIMultiDict({k.replace("_", "-"): v for k, v in headers.items()}))


def test_headers_of_any_case_prove_a_key() -> None:
    assert proven(apca_api_key_id="PKENGINE", Apca_Api_Secret_Key="engine-secret") is ENGINE


def test_a_wrong_secret_and_a_lone_key_are_wrong_credentials() -> None:
    wrong = Unproven.WRONG_CREDENTIALS
    assert proven(APCA_API_KEY_ID="PKENGINE", APCA_API_SECRET_KEY="x") is wrong
    assert proven(APCA_API_KEY_ID="PKENGINE") is wrong
    assert proven(APCA_API_SECRET_KEY="engine-secret") is wrong


def test_nothing_at_all_is_another_case() -> None:
    assert proven() is Unproven.NO_CREDENTIALS
    assert proven(Authorization="Digest x") is Unproven.NO_CREDENTIALS


def test_a_bearer_token_is_the_secret() -> None:
    assert proven(Authorization="Bearer other-secret") is OTHER
    assert proven(Authorization="Bearer x") is Unproven.WRONG_CREDENTIALS
    assert KEYS.match("oauth", "other-secret") is OTHER


@pytest.mark.parametrize("text", ["PKOTHER:other-secret"])
def test_basic_credentials_hold_key_and_secret(text: str) -> None:
    assert proven(Authorization="Basic " + base64.b64encode(text.encode()).decode()) is OTHER


@pytest.mark.parametrize("value", ["***", base64.b64encode(b"\xff").decode(), "bm8="])
def test_broken_basic_credentials_are_wrong(value: str) -> None:
    assert proven(Authorization=f"Basic {value}") is Unproven.WRONG_CREDENTIALS


def test_the_same_seed_makes_the_same_key_and_never_shows_its_secret() -> None:
    one, again, other = (ApiKey.made_from(seed, "engine") for seed in (7, 7, 8))
    assert one == again != other
    assert one.key.startswith("PK")
    assert len(one.secret) == 40
    assert one.secret not in repr(one)


def test_every_account_with_a_key_is_named_once() -> None:
    assert KEYS.account_ids == ("engine", "other")
