"""How the feed behaves; the section `feed` of the configuration."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from tradeengine.model.parameters import Parameters

Seconds = Annotated[float, Field(gt=0, le=3600)]


class Tape(StrEnum):
    """Which tape: one exchange's own trades, or all of them."""

    IEX = "iex"
    SIP = "sip"


class Encoding(StrEnum):
    """What the stream speaks. msgpack is the cheaper one to read (docs/feed.md)."""

    JSON = "json"
    MSGPACK = "msgpack"


class FeedParameters(Parameters):
    """Market data: one socket, its watchdog, and history by REST."""

    feed: Tape = Tape.IEX
    """Tape: `iex` (free, 2 to 3 % of the volume) or `sip` (all of it, paid)."""

    encoding: Encoding = Encoding.MSGPACK
    """Encoding asked of the stream; what comes is recognised by its first byte."""

    quotes: bool = True
    """Subscribe to quotes besides trades, bars, statuses and price bands."""

    canary: str = Field("SPY", pattern=r"^[A-Z][A-Z0-9.]{0,9}$")
    """Symbol whose bars tell a dead feed from a quiet market; always subscribed."""

    connect_timeout_seconds: Seconds = 10.0
    """Limit for the TCP, TLS and websocket handshakes together."""

    auth_timeout_seconds: Seconds = 10.0
    """Limit for each answer of the session's own handshake (Alpaca's is 10 s too)."""

    close_timeout_seconds: Seconds = 2.0
    """Limit for a polite close; after it the socket is cut."""

    ping_interval_seconds: Seconds = 10.0
    """Silence after which a ping is sent."""

    ping_timeout_seconds: Seconds = 10.0
    """Limit for the pong; without it the transport is down."""

    backoff_first_seconds: Seconds = 1.0
    """Upper edge of the first random wait before a reconnect; doubles each time."""

    backoff_cap_seconds: Seconds = 300.0
    """Highest upper edge."""

    healthy_seconds: Seconds = 60.0
    """Data must have flowed for so long before the back-off starts over."""

    slot_retry_seconds: Seconds = 5.0
    """Wait before asking again while another program holds the connection (406)."""

    mute_threshold_seconds: float = Field(60.0, ge=5, le=3600)
    """Market time without any data after which the feed is suspected to be mute."""

    check_interval_seconds: Seconds = 1.0
    """How often silence is judged."""

    probe_interval_seconds: Seconds = 5.0
    """Wait between REST probes while the feed stays silent and is not condemned."""

    probe_margin_seconds: Seconds = 2.0
    """What REST knows must be so much newer than what came last, and so old, to prove a loss."""

    probe_timeout_seconds: Seconds = 3.0
    """Limit for the answer to a REST probe; no answer speaks against a silent feed."""

    symbol_quiet_seconds: float = Field(300.0, ge=60, le=3600)
    """Market time of silence, at least, before a brisk symbol is called quiet."""

    brisk_gap_seconds: Seconds = 60.0
    """A symbol that was ever silent for longer is quiet by nature and never judged."""

    stable_interval_seconds: Seconds = 5.0
    """Length of one interval of market time that must bring data after trouble."""

    stable_intervals: int = Field(6, ge=1, le=1000)
    """Intervals with data, one after the other, that make the feed stable again."""

    conflate_above: int = Field(2_000, ge=1, le=1_000_000)
    """Messages in the inbox above which older quotes give way to newer ones."""

    frames_buffered: int = Field(20_000, ge=100, le=1_000_000)
    """Frames kept while the engine is behind; beyond that the socket is not read."""

    request_timeout_seconds: Seconds = 10.0
    """Limit for one REST request of history."""

    request_attempts: int = Field(4, ge=1, le=10)
    """Times one REST request is tried when its failure is transient."""

    refill_limit_minutes: int = Field(390, ge=1, le=10_000)
    """Longest gap that is refilled by REST; of a longer one the newest part is."""

    symbols_per_request: int = Field(50, ge=1, le=500)
    """Symbols asked for in one REST request of history."""

    @model_validator(mode="after")
    def _waits_fit_together(self) -> Self:
        if self.backoff_cap_seconds < self.backoff_first_seconds:
            raise ValueError("backoff_cap_seconds must not be below backoff_first_seconds")
        if self.probe_margin_seconds >= self.mute_threshold_seconds:
            raise ValueError("probe_margin_seconds must be below mute_threshold_seconds")
        if self.ping_timeout_seconds > self.ping_interval_seconds:
            raise ValueError("ping_timeout_seconds must not be above ping_interval_seconds")
        return self
