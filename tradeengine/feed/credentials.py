"""The key pair of the data account, which no repr, log or error ever shows."""


class Credentials:
    """Key and secret for Alpaca's data services."""

    __slots__ = ("_key", "_secret")

    def __init__(self, key: str, secret: str) -> None:
        self._key, self._secret = key, secret

    def __repr__(self) -> str:
        return "Credentials(hidden)"

    def headers(self) -> dict[str, str]:
        """Give the headers that sign a REST request."""
        return {"APCA-API-KEY-ID": self._key, "APCA-API-SECRET-KEY": self._secret}

    def auth_message(self) -> dict[str, str]:
        """Give the message that signs a stream."""
        return {"action": "auth", "key": self._key, "secret": self._secret}
