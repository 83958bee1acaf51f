"""
The code of a strategy and its parameters, found by name when the settings are read.

A name is `module:Class`, or one that an installed package offers in the entry-point
group `tradeengine.strategies`. The class says by `parameters_class` which
parameters it takes.
"""

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points

import orjson

from tradeengine.model.parameters import Parameters
from tradeengine.settings.problems import nearest

GROUP = "tradeengine.strategies"


class NoSuchStrategy(ValueError):
    """The name of a strategy's class leads nowhere."""


@cache
def strategy_class(class_path: str) -> type:
    """Import the class that a name means. Raises NoSuchStrategy."""
    module_name, _, name = _full_path(class_path).partition(":")
    try:
        module = import_module(module_name)
    except (ImportError, ValueError) as error:
        raise NoSuchStrategy(f"cannot import `{module_name}`: {error}") from None
    found = getattr(module, name, None)
    if not isinstance(found, type):
        meant = nearest(name, [key for key, value in vars(module).items() if _is_class(value)])
        hint = f"; did you mean `{module_name}:{meant}`?" if meant else ""
        raise NoSuchStrategy(f"there is no class `{name}` in `{module_name}`{hint}")
    return found


@cache
def parameters_class(class_path: str) -> type[Parameters]:
    """Give the class of a strategy's parameters. Raises NoSuchStrategy."""
    wanted = getattr(strategy_class(class_path), "parameters_class", None)
    if not (isinstance(wanted, type) and issubclass(wanted, Parameters)):
        raise NoSuchStrategy(f"`{class_path}` is not a strategy: it has no `parameters_class`")
    return wanted


def typed_parameters(class_path: str, given: dict[str, object]) -> Parameters:
    """Check parameters by their class, as strictly as the rest of the file."""
    return parameters_class(class_path).model_validate_json(orjson.dumps(given), strict=True)


def _full_path(class_path: str) -> str:
    if ":" in class_path:
        return class_path
    offered = {entry.name: entry.value for entry in entry_points(group=GROUP)}
    if class_path not in offered:
        names = ", ".join(sorted(offered)) or "none"
        raise NoSuchStrategy(
            f"`{class_path}` is not module:Class, nor offered by a package (offered: {names})"
        )
    return offered[class_path]


def _is_class(value: object) -> bool:
    return isinstance(value, type)
