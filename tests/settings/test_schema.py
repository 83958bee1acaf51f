"""What can be set has an effect."""

import re
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from tradeengine.settings import Settings
from tradeengine.settings.schema import StrategyEntry
from tradeengine.settings.sections import section_in
from tradeengine.strategy.contrarian import Contrarian

PACKAGE = Path(__file__).parent.parent.parent / "tradeengine"

DECLARATIONS = {"parameters.py", "schema.py"}


def leaves(section: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Give every setting: the class that declares it, and its name."""
    for name, field in section.model_fields.items():
        inside = section_in(field.annotation)
        if section is StrategyEntry and name == "parameters":
            inside = Contrarian.parameters_class
        if inside is None:
            yield section.__name__, name
        else:
            yield from leaves(inside)


def test_every_setting_is_read_somewhere() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name not in DECLARATIONS
    )
    read = set(re.findall(r"\.(\w+)\b", code)) | set(re.findall(r"\"(\w+)\"", code))

    assert [leaf for leaf in leaves(Settings) if leaf[1] not in read] == []
