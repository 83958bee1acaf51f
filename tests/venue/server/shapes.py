"""Compare objects with the derived table of Alpaca's keys and JSON types."""

import json
from pathlib import Path
from typing import Any

from tests.venue.server.derive_shapes import type_of

SHAPES: dict[str, Any] = json.loads((Path(__file__).parent / "shapes.json").read_text())


def assert_shape(name: str, value: Any) -> None:  # noqa: ANN401 - any JSON
    """Check an object's keys and types, or those of every object in a list."""
    if isinstance(value, list):
        assert value, f"no {name} to look at"
        for item in value:
            assert_shape(name, item)
        return
    keys, optional = SHAPES[name]["keys"], set(SHAPES[name]["optional"])
    assert value.keys() <= keys.keys(), f"{name} has {value.keys() - keys.keys()}"
    missing = keys.keys() - value.keys() - optional
    assert not missing, f"{name} lacks {missing}"
    for key, item in value.items():
        allowed = keys[key]
        kind = type_of(item)
        fits = kind in allowed or (kind == "integer" and "number" in allowed)
        assert fits, f"{name}.{key} is {item!r}, not {allowed}"
