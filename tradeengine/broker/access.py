"""Where the broker is and who we are to it. The secrets never print."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class AlpacaAccess:
    """Addresses without the `/v2` prefix, and the two keys of an account."""

    trading_url: str
    stream_url: str
    key: str = field(repr=False)
    secret: str = field(repr=False)

    def headers(self) -> dict[str, str]:
        """Give the headers that authenticate a request."""
        return {"APCA-API-KEY-ID": self.key, "APCA-API-SECRET-KEY": self.secret}
