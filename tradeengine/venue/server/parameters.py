"""What the venue's server lets the operator choose."""

from pydantic import Field

from tradeengine.model.parameters import Parameters


class ServerParameters(Parameters):
    """The `venue.server` section of `config/config.yaml`."""

    trading_requests_per_minute: int = Field(default=200, ge=1, le=1_000_000)
    """REST requests an account may make on the trading host, per minute of venue time."""

    data_requests_per_minute: int = Field(default=200, ge=1, le=1_000_000)
    """REST requests a key may make on the data host, per minute of venue time."""

    filings_requests_per_second: int = Field(default=10, ge=1, le=1_000_000)
    """Requests for filings that everybody together may make in a second (the SEC allows 10)."""

    data_connections_per_key: int = Field(default=1, ge=1, le=100)
    """Authenticated data sockets a key may hold on one feed; the next gets a 406."""

    data_symbol_limit: int = Field(default=0, ge=0, le=100_000)
    """Symbols per channel of a data socket (Alpaca's Basic plan: 30); 0 is no limit."""

    data_page_items: int = Field(default=10_000, ge=1, le=10_000)
    """Most items on a page of historical data; a request's `limit` may be lower."""

    auth_timeout_seconds: float = Field(default=10.0, gt=0, le=600)
    """How long a data socket may stay unauthenticated, in seconds of the machine."""

    send_queue_bytes: int = Field(default=8_388_608, ge=4_096, le=1_073_741_824)
    """Bytes that may wait for one slow client before it gets a 407 and is dropped."""

    remembered_updates: int = Field(default=100_000, ge=100, le=10_000_000)
    """Trade updates an account keeps for the `since` of the SSE endpoint."""

    paper: bool = True
    """Send trade updates as binary frames, as Alpaca's paper host does; live sends text."""

    legacy_account_fields: bool = False
    """Also serve the day-trading fields that Alpaca removed on 2026-07-06."""

    data_compression: bool = False
    """Offer permessage-deflate on the data sockets, as Alpaca does; costs CPU on loopback."""

    fake_quote_seconds: float = Field(default=5.0, gt=0, le=3_600)
    """Seconds of venue time between FAKEPACA's quotes on the test feed."""
