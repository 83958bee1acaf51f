"""Every fault there is: what the control endpoint reads, and what the documents list."""

from dataclasses import dataclass
from inspect import cleandoc
from typing import Annotated, get_args, get_origin

import msgspec

from tradeengine.venue.server.faults.accounts import (
    BustLastFill,
    BustNextFill,
    CashTransfer,
    PartialFillThenCancel,
    RejectAfterAccept,
    RejectReplace,
    StrangerTrades,
    StuckCancel,
)
from tradeengine.venue.server.faults.connections import (
    DropConnection,
    HandshakeTooMany,
    RefuseConnections,
    RefuseDataConnections,
    SlowConsumer,
    SlowSlotRelease,
)
from tradeengine.venue.server.faults.fault import Fault, Momentary
from tradeengine.venue.server.faults.market import (
    ClockSkew,
    CrossedQuotes,
    Halt,
    LuldPause,
    PriceSpike,
    Resume,
    Split,
    ZeroQuotes,
)
from tradeengine.venue.server.faults.rest import (
    BadGateway,
    DelayAnswer,
    DuplicateIdAfterAccept,
    EmptyBody,
    RejectNextOrder,
    TimeoutAfterAccept,
    TooManyRequests,
)
from tradeengine.venue.server.faults.sites import (
    SiteDead,
    SiteHtml,
    SiteSlow,
    SiteTooMany,
    SiteTruncated,
)
from tradeengine.venue.server.faults.streams import (
    DropFrame,
    MalformedFrame,
    MissingField,
    MuteData,
    MuteOrders,
    TruncatedFrame,
    UnknownEnum,
    UnknownField,
)
from tradeengine.venue.server.faults.updates import (
    DropFillFrame,
    DuplicateUpdate,
    FillBeforeAnswer,
    NullUpdate,
    SwapUpdates,
)


class Clear(Momentary, tag="clear", kw_only=True):
    """Take away the fault called `name`, or all of them."""

    name: str | None = None


AnyFault = (
    RejectNextOrder
    | TimeoutAfterAccept
    | DuplicateIdAfterAccept
    | BadGateway
    | EmptyBody
    | TooManyRequests
    | DelayAnswer
    | DropConnection
    | HandshakeTooMany
    | RefuseConnections
    | RefuseDataConnections
    | SlowSlotRelease
    | SlowConsumer
    | MuteData
    | MuteOrders
    | DropFrame
    | TruncatedFrame
    | MalformedFrame
    | UnknownEnum
    | UnknownField
    | MissingField
    | DropFillFrame
    | NullUpdate
    | DuplicateUpdate
    | SwapUpdates
    | FillBeforeAnswer
    | PriceSpike
    | CrossedQuotes
    | ZeroQuotes
    | Halt
    | Resume
    | LuldPause
    | Split
    | ClockSkew
    | PartialFillThenCancel
    | RejectAfterAccept
    | RejectReplace
    | StuckCancel
    | BustLastFill
    | BustNextFill
    | StrangerTrades
    | CashTransfer
    | SiteDead
    | SiteSlow
    | SiteTooMany
    | SiteHtml
    | SiteTruncated
    | Clear
)
"""What the control endpoint reads; a new fault is added here."""

COMMON = tuple(Fault.__struct_fields__)
"""The options that every fault has."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a fault: its type and its default as a person writes them."""

    name: str
    type: str
    default: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A fault as the documents and the drill list it. `kind` is its module's name."""

    name: str
    kind: str
    options: tuple[Option, ...]
    description: str


def every_fault() -> tuple[Entry, ...]:
    """List all faults in the order of `AnyFault`; options without those all have."""
    return tuple(_entry(fault) for fault in get_args(AnyFault))


def _entry(fault: type[Fault]) -> Entry:
    options = [_option(f) for f in msgspec.structs.fields(fault) if f.name not in COMMON]
    lines = cleandoc(fault.__doc__ or "").splitlines()
    return Entry(
        name=str(fault.__struct_config__.tag),
        kind=fault.__module__.rsplit(".", 1)[-1],
        options=tuple(options),
        description=next(line for line in lines if line),
    )


def _option(field: msgspec.structs.FieldInfo) -> Option:
    default = "" if field.required else msgspec.json.encode(field.default).decode()
    return Option(field.encode_name, _words(field.type), default or "required")


def _words(kind: object) -> str:
    """Write a type: `float`, `"data" or "orders"`, `text or null`."""
    if get_origin(kind) is Annotated:
        return _words(get_args(kind)[0])
    parts = get_args(kind)
    if not parts:
        plain = {type(None): "null", str: "text"}
        named = kind if isinstance(kind, type) else None
        return plain.get(named, named.__name__) if named else f'"{kind}"'
    return " or ".join(dict.fromkeys(_words(part) for part in parts))
