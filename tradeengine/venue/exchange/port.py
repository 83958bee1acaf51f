"""What the exchange needs of the market it trades in."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from tradeengine.model.message import Message
from tradeengine.model.sessions import Session


class Tick(Protocol):
    """What the tape shows at one instant."""

    @property
    def at(self) -> int:
        """Nanoseconds UTC."""
        ...

    @property
    def messages(self) -> tuple[Message, ...]:
        """Quotes, trades, bars, statuses and bands, in order."""
        ...


class Instrument(Protocol):
    """What the broker says of a share."""

    @property
    def asset_id(self) -> str: ...
    @property
    def tradable(self) -> bool: ...
    @property
    def fractionable(self) -> bool: ...
    @property
    def shortable(self) -> bool: ...
    @property
    def easy_to_borrow(self) -> bool: ...


class Market(Protocol):
    """The tape, the shares on it and the day."""

    @property
    def session(self) -> Session:
        """The session that the tape shows."""
        ...

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        """The shares on the tape, by symbol."""
        ...

    def ticks(self, start: int) -> Iterator[Tick]:
        """Give the tape from an instant on, in order."""
        ...

    def previous_close(self, symbol: str) -> float:
        """Give the official close before the session."""
        ...
