"""
The protocol of one market-data socket, without the socket.

    connected ── auth ok ──> authenticated ── subscribe, unsubscribe ──> ...
        │
        └── auth refused (402, 406): stays open and may ask again on the same socket

Every request gets exactly one answer, an array of exactly one message: the Go
client demands it. Facts: vendor's documentation, and a measurement on the real
feed of 2026-09-30 for the 406.
"""

from collections.abc import Callable, Iterable, Mapping

from tradeengine.venue.server.auth import ApiKey
from tradeengine.venue.server.json_value import JsonObject

CHANNELS = ("trades", "quotes", "bars", "updatedBars", "dailyBars", "statuses", "lulds")
"""What can be subscribed to; corrections and cancelErrors follow trades."""

_OF_OTHER_FEEDS = ("news", "orderbooks")

ERRORS = {
    400: "invalid syntax",
    401: "not authenticated",
    402: "auth failed",
    403: "already authenticated",
    404: "auth timeout",
    405: "symbol limit exceeded",
    406: "connection limit exceeded",
    407: "slow client",
    409: "insufficient subscription",
    410: "invalid subscribe action for this feed",
    500: "internal error",
}

Authenticator = Callable[[str, str], ApiKey | int]
"""Checks a key and a secret; an integer is the error code of a refusal."""


def error(code: int) -> JsonObject:
    """Make an error message."""
    return {"T": "error", "code": code, "msg": ERRORS[code]}


CONNECTED: JsonObject = {"T": "success", "msg": "connected"}
AUTHENTICATED: JsonObject = {"T": "success", "msg": "authenticated"}


class DataSession:
    """Where one data socket stands and what it subscribed to."""

    def __init__(self, authenticate: Authenticator, symbol_limit: int) -> None:
        self.owner: ApiKey | None = None
        self.was_refused = False
        self._authenticate, self._symbol_limit = authenticate, symbol_limit
        self._wanted: dict[str, dict[str, None]] = {channel: {} for channel in CHANNELS}

    def wants(self, channel: str, symbol: str) -> bool:
        """Say whether a message of a channel and symbol goes to this socket."""
        wanted = self._wanted[channel]
        return symbol in wanted or "*" in wanted

    def hear(self, request: object) -> JsonObject:
        """Answer one request."""
        if not isinstance(request, Mapping):
            return error(400)
        match request.get("action"):
            case "auth":
                return self.authenticate(request.get("key"), request.get("secret"))
            case "subscribe" | "unsubscribe" as action:
                return self._change(request, adding=action == "subscribe")
            case _:
                return error(400)

    def authenticate(self, key: object, secret: object) -> JsonObject:
        """Answer a request to authenticate."""
        if self.owner is not None:
            return error(403)
        if not isinstance(key, str) or not isinstance(secret, str):
            return error(402)
        verdict = self._authenticate(key, secret)
        if isinstance(verdict, int):
            self.was_refused = True
            return error(verdict)
        self.owner = verdict
        return AUTHENTICATED

    def _change(self, request: Mapping[object, object], *, adding: bool) -> JsonObject:
        if self.owner is None:
            return error(401)
        if any(request.get(channel) for channel in _OF_OTHER_FEEDS):
            return error(410)
        asked = {channel: _symbols(request.get(channel)) for channel in CHANNELS}
        changed = {}
        for channel, symbols in asked.items():
            if symbols is None:
                return error(400)
            changed[channel] = self._with_change(channel, symbols, adding=adding)
        if self._symbol_limit and any(len(s) > self._symbol_limit for s in changed.values()):
            return error(405)
        self._wanted = changed
        return self.subscription()

    def _with_change(
        self, channel: str, symbols: Iterable[str], *, adding: bool
    ) -> dict[str, None]:
        wanted = dict(self._wanted[channel])
        for symbol in symbols:
            if adding:
                wanted[symbol] = None
            else:
                wanted.pop(symbol, None)
        return wanted

    def subscription(self) -> JsonObject:
        """Make the acknowledgement: always the full set."""
        lists = {channel: list(symbols) for channel, symbols in self._wanted.items()}
        trades = lists["trades"]
        return {"T": "subscription", **lists, "corrections": trades, "cancelErrors": trades}


def _symbols(value: object) -> list[str] | None:
    """Read a list of symbols; null is empty, anything else than texts is None."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return None
    return value
