"""What the operator can choose about the broker's edge."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from tradeengine.model.parameters import Parameters

Seconds = Annotated[float, Field(ge=0, le=600)]


class BrokerParameters(Parameters):
    """The `broker` section of `config/config.yaml`."""

    connect_timeout_seconds: float = Field(default=3.0, gt=0, le=60)
    """How long a TCP and TLS handshake may take."""

    read_timeout_seconds: float = Field(default=5.0, gt=0, le=120)
    """How long a connection may stay silent while an answer is due."""

    total_timeout_seconds: float = Field(default=8.0, gt=0, le=300)
    """How long a whole request may take. Past it an order's outcome is unknown."""

    keep_alive_seconds: float = Field(default=60.0, gt=0, le=600)
    """How long an idle connection is kept for the next request."""

    max_in_flight: int = Field(default=8, ge=1, le=64)
    """Commands carried out at once. 1 (lock-step) means strictly one after the other."""

    reserved_in_flight: int = Field(default=2, ge=0, le=63)
    """How many of those places entries may not take. Without effect when there is only one."""

    requests_per_minute: int = Field(default=200, ge=1, le=1_000_000)
    """The account's request limit until the broker's headers tell a lower or higher one."""

    reserved_requests: int = Field(default=40, ge=0, le=100_000)
    """Requests of the minute that only cancels, closes and looks may use."""

    entry_patience_seconds: float = Field(default=2.0, ge=0, le=60)
    """How long an entry may wait for the request budget before it is given up unsent."""

    too_many_requests_pause_seconds: float = Field(default=5.0, ge=0, le=120)
    """How long entries pause after a 429 that does not say when to come back."""

    lookup_spacing_seconds: tuple[Seconds, ...] = Field(
        default=(0.1, 0.4, 1.0, 1.5, 2.0), min_length=1, max_length=20
    )
    """Pauses before each look-up of an order whose outcome is unknown."""

    retry_spacing_seconds: tuple[Seconds, ...] = Field(
        default=(0.2, 0.6, 1.2), min_length=1, max_length=20
    )
    """Pauses before each repetition of a question or a cancel that got no answer."""

    orders_page_size: int = Field(default=500, ge=1, le=500)
    """Orders asked for on one page (Alpaca allows 500)."""

    activities_page_size: int = Field(default=100, ge=1, le=100)
    """Fills asked for on one page (Alpaca allows 100)."""

    stream_connect_timeout_seconds: float = Field(default=5.0, gt=0, le=60)
    """How long the order stream's handshake may take."""

    stream_authenticate_timeout_seconds: float = Field(default=5.0, gt=0, le=60)
    """How long the answer to `authenticate` may take."""

    stream_listen_timeout_seconds: float = Field(default=5.0, gt=0, le=60)
    """How long the answer to `listen` may take."""

    stream_ping_interval_seconds: float = Field(default=10.0, gt=0, le=300)
    """How often the order stream is pinged."""

    stream_ping_timeout_seconds: float = Field(default=20.0, gt=0, le=300)
    """How long a pong may take before the stream counts as lost."""

    stream_probe_interval_seconds: float = Field(default=30.0, gt=0, le=3600)
    """How often `listen` is said again: a stream that is mute does not acknowledge it."""

    backoff_base_seconds: float = Field(default=1.0, gt=0, le=60)
    """The first reconnection waits between 0 and this; each further one up to twice as long."""

    backoff_cap_seconds: float = Field(default=300.0, gt=0, le=3600)
    """The longest wait before a reconnection."""

    backoff_healthy_seconds: float = Field(default=60.0, ge=0, le=3600)
    """A stream that lived this long starts again at the first wait."""

    backoff_seed: int = Field(default=1, ge=0)
    """Seed of the waits' jitter."""

    handshake_refused_pause_seconds: float = Field(default=10.0, ge=0, le=600)
    """The least wait after a handshake that was answered 429."""

    sweep_interval_seconds: float = Field(default=30.0, gt=0, le=3600)
    """How often missed order events are looked for by REST while an order is open."""

    sweep_overlap_seconds: float = Field(default=5.0, ge=0, le=600)
    """How far before the last good instant a sweep begins."""

    sweep_settle_seconds: float = Field(default=3.0, ge=0, le=60)
    """A sweep leaves events younger than this to the order stream, unless it was just lost."""

    remembered_orders: int = Field(default=20_000, ge=100, le=1_000_000)
    """Orders and event ids kept to recognise what was told already."""

    buffered_updates: int = Field(default=10_000, ge=1, le=1_000_000)
    """Updates held back during a sweep; at this many they pass before it ends."""

    drain_seconds: float = Field(default=5.0, ge=0, le=120)
    """How long closing waits for commands under way."""

    @model_validator(mode="after")
    def _entries_have_room(self) -> Self:
        if self.reserved_requests >= self.requests_per_minute:
            raise ValueError("reserved_requests must be less than requests_per_minute")
        if 1 < self.max_in_flight <= self.reserved_in_flight:
            raise ValueError("reserved_in_flight must be less than max_in_flight")
        if self.backoff_base_seconds > self.backoff_cap_seconds:
            raise ValueError("backoff_base_seconds must not exceed backoff_cap_seconds")
        return self
