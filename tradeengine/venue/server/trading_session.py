"""
The protocol of one trade-updates socket, without the socket.

`authenticate` (or the data feed's `auth`), then `listen`, which replaces the
whole set of streams; an empty list stops. Recorded 2026-07-24. Some clients nest
the list of streams, so it is flattened.
"""

from collections.abc import Callable, Iterator, Mapping

from tradeengine.venue.server.auth import ApiKey
from tradeengine.venue.server.json_value import JsonObject

TRADE_UPDATES = "trade_updates"

MISUNDERSTOOD: JsonObject = {
    "action": "error",
    "data": {"error_message": "invalid request"},
}
"""The form that Alpaca's TypeScript client 4.0 reads errors in; the words are ours."""

Authenticator = Callable[[str, str], ApiKey | None]


def authorization(status: str, action: str) -> JsonObject:
    """Make the answer to a request that needs or gives authority."""
    return {"stream": "authorization", "data": {"status": status, "action": action}}


class TradingSession:
    """Where one trade-updates socket stands."""

    def __init__(self, authenticate: Authenticator) -> None:
        self.owner: ApiKey | None = None
        self.listening = False
        self._authenticate = authenticate

    def hear(self, request: object) -> JsonObject:
        """Answer one request."""
        if not isinstance(request, Mapping):
            return MISUNDERSTOOD
        data = request.get("data")
        details = data if isinstance(data, Mapping) else request
        match request.get("action"):
            case "authenticate" | "auth":
                key = details.get("key_id", details.get("key"))
                return self.authenticate(key, details.get("secret_key", details.get("secret")))
            case "listen":
                return self._listen(details.get("streams"))
            case _:
                return MISUNDERSTOOD

    def authenticate(self, key: object, secret: object) -> JsonObject:
        """Answer a request to authenticate."""
        readable = isinstance(key, str) and isinstance(secret, str)
        owner = self._authenticate(str(key), str(secret)) if readable else None
        if owner is None:
            return authorization("unauthorized", "authenticate")
        self.owner = owner
        return authorization("authorized", "authenticate")

    def _listen(self, streams: object) -> JsonObject:
        if self.owner is None:
            return authorization("unauthorized", "listen")
        self.listening = TRADE_UPDATES in _flat(streams)
        heard = [TRADE_UPDATES] if self.listening else []
        return {"stream": "listening", "data": {"streams": heard}}


def _flat(value: object) -> Iterator[object]:
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    else:
        yield value
