"""One message of every kind, made from the vocabulary itself."""

import enum
import typing
from decimal import Decimal
from types import NoneType, UnionType

import msgspec

from tests.runs import NOON
from tradeengine.bus.records import message_types
from tradeengine.model.message import Message

_SIMPLE: dict[object, object] = {
    int: 7,
    float: 1.5,
    str: "word",
    bool: True,
    Decimal: Decimal("12.34"),
}


def every_message() -> list[Message]:
    """Give a message of each kind, all of its fields filled."""
    return [filled(kind) for kind in message_types()]


def filled(kind: type[Message]) -> Message:
    """Give a message of a kind with a value in each of its fields."""
    made = _struct(kind)
    assert isinstance(made, kind)
    return made


def _struct(kind: type[msgspec.Struct]) -> msgspec.Struct:
    fields = {field.name: _value(field.type) for field in msgspec.structs.fields(kind)}
    instants = {name: NOON for name in ("at", "received_at") if name in fields}
    return kind(**fields | instants)


def _value(wanted: object) -> object:
    if wanted in _SIMPLE:
        return _SIMPLE[wanted]
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in {typing.Union, UnionType}:
        return _value(next(one for one in arguments if one is not NoneType))
    if origin is tuple:
        return (_value(arguments[0]),)
    if origin is dict:
        return {_value(arguments[0]): _value(arguments[1])}
    assert isinstance(wanted, type)
    if issubclass(wanted, enum.Enum):
        return next(iter(wanted))
    assert issubclass(wanted, msgspec.Struct)
    return _struct(wanted)
