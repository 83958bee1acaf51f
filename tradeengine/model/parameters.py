"""The base of every room's parameters: frozen, complete, no unknown keys."""

from pydantic import BaseModel, ConfigDict


class Parameters(BaseModel):
    """
    A section of `config/config.yaml`.

    Each room declares its own subclass with ranges and units in the names;
    `settings.py` puts them together. Unknown keys are errors.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)
