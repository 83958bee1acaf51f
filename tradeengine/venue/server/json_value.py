"""The type of a JSON value, and the one place that turns it into bytes."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec
from msgspec import Struct

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | Struct | None"
"""A `Struct` is an object whose keys are the names of its fields."""

JsonObject: TypeAlias = dict[str, Json]

_ENCODER = msgspec.json.Encoder()


def encode(value: Json) -> bytes:
    """Write a JSON value without spaces, keys in their given order."""
    return _ENCODER.encode(value)
