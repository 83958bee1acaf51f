"""
What all commands of the quant desk share: four flags, and what they say after Ctrl-C.

Nothing heavy is imported here, so that `--help` and `halt` stay quick.
"""

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import typer

from tradeengine.ending import told_when_interrupted, told_without_right
from tradeengine.flags import ConfigFlag, DataVenueFlag, HomeFlag, JsonFlag
from tradeengine.layout import Home

if TYPE_CHECKING:
    from tradeengine.options import Options
    from tradeengine.quant.desk_day import DeskFlags

P = ParamSpec("P")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The flags that every command of the desk has."""

    venue: str | None
    home: Home
    config: Path | None
    json: bool

    def options(self, day: datetime | None = None) -> "Options":
        """Read the options that the flags mean. Raises BadConfiguration."""
        from tradeengine.options import Flags, read_options

        flags = Flags(venue=self.venue, date=day.date() if day else None)
        return read_options(flags, self.home, self.config, os.environ, json=self.json)

    def desk_flags(self, day: datetime | None) -> "DeskFlags":
        """Give the flags as those want them who read the desk's stores and nothing else."""
        from tradeengine.quant.desk_day import DeskFlags

        return DeskFlags(
            home=self.home,
            config=self.config,
            environ=os.environ,
            venue=self.venue,
            day=day.date() if day else None,
            json=self.json,
        )


def desk_command(
    kept: str,
) -> Callable[[Callable[Concatenate[Shared, P], int]], Callable[..., None]]:
    """
    Make a command of a function of `Shared` and of flags of its own, which gives the exit code.

    `kept` is what it says after Ctrl-C: what stays, and what to do.
    """

    def made(function: Callable[Concatenate[Shared, P], int]) -> Callable[..., None]:
        shared = inspect.signature(_shared).parameters
        _, *own = inspect.signature(function).parameters.values()

        def command(*args: P.args, **kwargs: P.kwargs) -> None:
            # Typer gives all by name, the four of `_shared` among them.
            four: dict[str, Any] = {name: kwargs.pop(name) for name in shared}
            with told_when_interrupted(kept), told_without_right():
                code = function(_shared(**four), *args, **kwargs)
            if code:
                raise typer.Exit(code)

        command.__name__, command.__doc__ = function.__name__, function.__doc__
        # Typer reads a command's flags from its signature.
        command.__signature__ = inspect.Signature([*own, *shared.values()])  # type: ignore[attr-defined]  # every function may have one
        command.__annotations__ = {}
        return command

    return made


def _shared(
    *,
    venue: DataVenueFlag = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> Shared:
    return Shared(venue=venue, home=Home(home.absolute()), config=config, json=json)
