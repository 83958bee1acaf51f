"""
`tradeengine refresh-universe` and `tradeengine universe`: propose, look, accept, refuse.

Heavy parts are imported inside the commands.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tradeengine.flags import ConfigFlag, HomeFlag, JsonFlag
from tradeengine.layout import Home

if TYPE_CHECKING:
    from tradeengine.quant.universe_desk import UniverseDesk

universe = typer.Typer(
    no_args_is_help=True,
    help="Show the universe and its proposal, accept or refuse one, list what was in force.",
)

VenueFlag = Annotated[
    str | None,
    typer.Option("--venue", help="Whose data: embedded, paper or live. [default: run.venue]"),
]
SessionFlag = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="Session to prepare. [default: venue.date]"),
]
ProposalFlag = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="Day of the proposal. [default: newest]"),
]
WhoFlag = Annotated[str, typer.Option("--who", help="Who decides; kept in the history.")]


def refresh_universe(
    venue: VenueFlag = None,
    date: SessionFlag = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """
    Choose the universe anew and propose it, with what changes and why.

    Reads the index's members, their daily bars and filings, as known before the session. The
    proposal becomes active by `tradeengine universe accept`, after `universe.accept_after_days`,
    or at once when it is the first. The configuration is never changed.
    """
    from tradeengine.quant.connecting_universe import open_suppliers

    desk = _desk(venue, home, config, json=json, day=date)
    raise typer.Exit(desk.refresh(open_suppliers))


@universe.command()
def show(
    date: ProposalFlag = None,
    venue: VenueFlag = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """Show the list in force and a proposal: its names, what changes, who was refused and why."""
    desk = _desk(venue, home, config, json=json)
    raise typer.Exit(desk.show(date.date() if date else None))


@universe.command()
def accept(
    who: WhoFlag,
    date: ProposalFlag = None,
    venue: VenueFlag = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """Make a proposal the list in force from the next session on; a stale one is refused."""
    desk = _desk(venue, home, config, json=json)
    raise typer.Exit(desk.accept(date.date() if date else None, who))


@universe.command()
def refuse(
    who: WhoFlag,
    why: Annotated[str, typer.Option("--why", help="The reason; kept in the history.")],
    date: ProposalFlag = None,
    venue: VenueFlag = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """Turn a proposal down, so that waiting does not make it active."""
    desk = _desk(venue, home, config, json=json)
    raise typer.Exit(desk.refuse(date.date() if date else None, who, why))


@universe.command()
def history(
    venue: VenueFlag = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """List every list that was in force, from which day, and who accepted it."""
    desk = _desk(venue, home, config, json=json)
    raise typer.Exit(desk.history())


def _desk(
    venue: str | None, home: Path, config: Path | None, *, json: bool, day: datetime | None = None
) -> "UniverseDesk":
    """Read the options and open the desk. Raises BadConfiguration."""
    from tradeengine.options import Flags, read_options
    from tradeengine.quant.universe_desk import UniverseDesk

    flags = Flags(venue=venue, date=day.date() if day else None)
    options = read_options(flags, Home(home.absolute()), config, os.environ, json=json)
    return UniverseDesk(options)
