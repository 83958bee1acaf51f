"""The type of a JSON value, and the one place that turns it into bytes."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"

JsonObject: TypeAlias = dict[str, Json]

_ENCODER = msgspec.json.Encoder()


def encode(value: Json) -> bytes:
    """Write a JSON value without spaces, keys in their given order."""
    return _ENCODER.encode(value)
