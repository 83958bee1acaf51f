"""
Keys of the venue and how a request proves that it holds one.

Alpaca takes the two `APCA-API-…` headers in any case, a bearer token, or HTTP
basic. Our bearer token is the secret itself. The keys open nothing but a play
account on loopback, so they are made from the seed: equal runs, equal keys.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key pair and the account that it opens."""

    key: str
    secret: str
    account_id: str

    @classmethod
    def made_from(cls, seed: int, account_id: str) -> "ApiKey":
        """Make the key pair of an account, the same for the same seed."""
        digest = hashlib.sha512(f"{seed}/{account_id}".encode()).digest()
        letters = "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest)
        return cls("PK" + letters[:18], letters[18:58].lower(), account_id)

    def __repr__(self) -> str:
        return f"ApiKey(key={self.key!r}, account_id={self.account_id!r})"


class Unproven(Enum):
    """Why a request opens no account; the two are answered differently."""

    NO_CREDENTIALS = "no credentials at all"
    WRONG_CREDENTIALS = "credentials that open nothing"


class VenueKeys:
    """All keys of a venue. `engine` is the one whose frames are counted in lock-step."""

    def __init__(self, engine: ApiKey, others: Iterable[ApiKey] = ()) -> None:
        self.engine = engine
        self._by_key = {pair.key: pair for pair in (engine, *others)}

    @property
    def account_ids(self) -> tuple[str, ...]:
        """The accounts that have a key, in the order the keys were given."""
        return tuple(dict.fromkeys(pair.account_id for pair in self._by_key.values()))

    def match(self, key: str, secret: str) -> ApiKey | None:
        """Find the pair, comparing the secret in constant time. OAuth: key `oauth`."""
        if key == "oauth":
            return self.match_token(secret)
        pair = self._by_key.get(key)
        return pair if pair is not None and _same(pair.secret, secret) else None

    def match_token(self, token: str) -> ApiKey | None:
        """Find the pair whose secret is the bearer token."""
        return next((pair for pair in self._by_key.values() if _same(pair.secret, token)), None)

    def proven_by(self, headers: Mapping[str, str]) -> ApiKey | Unproven:
        """Read the credentials of a request. `headers` must ignore the case of names."""
        key = headers.get("APCA-API-KEY-ID")
        secret = headers.get("APCA-API-SECRET-KEY")
        if key is not None or secret is not None:
            return self.match(key or "", secret or "") or Unproven.WRONG_CREDENTIALS
        scheme, _, value = headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.match_token(value) or Unproven.WRONG_CREDENTIALS
        if scheme.lower() == "basic":
            return self._of_basic(value) or Unproven.WRONG_CREDENTIALS
        return Unproven.NO_CREDENTIALS

    def _of_basic(self, value: str) -> ApiKey | None:
        try:
            key, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self.match(key, secret)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
