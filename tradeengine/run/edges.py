"""What a run needs of the outside, whichever venue it trades on."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from tradeengine.bus.inbox import Inbox
from tradeengine.clock import Clock
from tradeengine.model.message import Message
from tradeengine.model.sessions import Session
from tradeengine.quiescence import Quiescence

Work = Callable[[], Awaitable[None]]
"""A long-lived coroutine function that the run owns."""

Durable = Callable[[], Awaitable[None]]
"""Wait until all that was journaled so far is on the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOrder:
    """What the broker says of one order: its filled shares."""

    filled: Decimal


class Edges(Protocol):
    """The feed and the broker of one venue, and what moves its time."""

    def send(self, command: Message) -> None:
        """Take a command from the core; carry it out after it is durable."""

    def works(self) -> Sequence[tuple[str, Work]]:
        """Name the coroutines that must run for the whole session."""

    async def connect(self) -> None:
        """Return when order stream and feed are ready. Raises TradeEngineError."""

    async def session_hours(self) -> tuple[int, int] | None:
        """Ask the broker for the session's open and close; None if it lists no session."""

    async def warm_up(self, start: int, end: int) -> int:
        """Put history bars into the inbox; return how many."""

    async def find_order(self, client_order_id: str) -> FoundOrder | None:
        """Look an order up; None if the broker does not know it."""

    async def pace(self, ended: Callable[[], bool]) -> None:
        """Move venue time until `ended()`, where that is ours to do."""

    def high_water(self) -> Mapping[str, int]:
        """Give by name the most that ever waited in each queue of feed and broker."""

    async def flatten_past_core(self) -> bool:
        """Cancel and close everything without the core; return whether it is flat."""

    async def close(self) -> None:
        """Close feed and broker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """
    Where and when a run trades.

    `quiescence` is there at speed max only, where `speed` (world seconds per real
    second) is None. `connect` makes the edges once
    inbox and journal exist.
    """

    venue: str
    run_tag: str
    clock: Clock
    session: Session
    symbols: tuple[str, ...]
    quiescence: Quiescence | None
    speed: float | None
    connect: Callable[[Inbox, Durable], Edges]
    fresh_account: bool
    account_number: str = ""
