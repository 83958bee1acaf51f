"""
Loading: from a name in the configuration to a strategy that stands ready.

`class` is `module:Class`, or the name of an entry point in the group
`tradeengine.strategies`, by which other packages offer theirs.
"""

from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from pydantic import ValidationError

from tradeengine.errors import BadConfiguration
from tradeengine.model.parameters import Parameters
from tradeengine.model.plan import SessionPlan
from tradeengine.strategy.parameters import StrategySpec
from tradeengine.strategy.port import Context, Strategy

GROUP = "tradeengine.strategies"
"""The entry-point group of strategies from other packages."""

StrategyClass = type[Strategy[Parameters]]


def load_strategies(
    specs: Sequence[StrategySpec], plan: SessionPlan
) -> tuple[Strategy[Parameters], ...]:
    """
    Make the strategies of a configuration, in its order.

    Raises BadConfiguration for a name used twice, code that cannot be found or
    is no Strategy, and parameters that its class refuses.
    """
    seen: set[str] = set()
    for spec in specs:
        if spec.name in seen:
            remedy = "give each strategy of the list its own name"
            raise BadConfiguration(_place(spec, "name"), "another strategy has this name", remedy)
        seen.add(spec.name)
    return tuple(_load(spec, plan) for spec in specs)


def _load(spec: StrategySpec, plan: SessionPlan) -> Strategy[Parameters]:
    kind = _resolve(spec)
    return kind(Context(spec.name, plan, _parameters(spec, kind)))


def _place(spec: StrategySpec, field: str) -> str:
    return f"strategy[{spec.name}].{field}"


def _resolve(spec: StrategySpec) -> StrategyClass:
    found = _import(spec) if ":" in spec.class_path else _registered(spec)
    if not (isinstance(found, type) and issubclass(found, Strategy)):
        raise BadConfiguration(
            _place(spec, "class"),
            f"{spec.class_path} is not a Strategy",
            "derive the class from tradeengine.strategy.port.Strategy",
        )
    return found


def _import(spec: StrategySpec) -> object:
    module_name, _, class_name = spec.class_path.partition(":")
    try:
        module = import_module(module_name)
    except (ImportError, ValueError) as error:
        raise BadConfiguration(
            _place(spec, "class"),
            f"cannot import {module_name!r}: {error}",
            "check the spelling, and that its package is installed beside tradeengine",
        ) from error
    found: object = getattr(module, class_name, None)
    if found is None:
        near = get_close_matches(class_name, vars(module), n=1)
        remedy = f"did you mean {module_name}:{near[0]}?" if near else ""
        raise BadConfiguration(
            _place(spec, "class"), f"{module_name} has no {class_name!r}", remedy
        )
    return found


def _registered(spec: StrategySpec) -> object:
    offered: dict[str, EntryPoint] = {entry.name: entry for entry in entry_points(group=GROUP)}
    if spec.class_path not in offered:
        names = ", ".join(sorted(offered)) or "none"
        raise BadConfiguration(
            _place(spec, "class"),
            f"no installed package offers a strategy {spec.class_path!r}",
            f"write module:Class, or one of the offered names: {names}",
        )
    try:
        return offered[spec.class_path].load()
    except (ImportError, AttributeError) as error:
        raise BadConfiguration(
            _place(spec, "class"),
            f"{offered[spec.class_path].value} cannot be loaded: {error}",
            "install the package that offers it again",
        ) from error


def _parameters(spec: StrategySpec, kind: StrategyClass) -> Parameters:
    known = kind.parameters_class.model_fields
    try:
        return kind.parameters_class.model_validate(spec.parameters)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        path = ".".join(str(part) for part in ("parameters", *first["loc"]))
        near = get_close_matches(str(first["loc"][-1]) if first["loc"] else "", known, n=1)
        unknown = first["type"] == "extra_forbidden"
        problem = "unknown key" if unknown else f"{first['msg']} (it is {first['input']!r})"
        remedy = f"did you mean {near[0]!r}?" if unknown and near else ""
        raise BadConfiguration(_place(spec, path), problem, remedy) from error
