"""
`tradeengine refresh-universe` and `tradeengine universe`: propose, look, accept, refuse.

Heavy parts are imported inside the commands.
"""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from tradeengine.flags import ConfigFlag, HomeFlag, JsonFlag
from tradeengine.layout import Home

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
    from tradeengine.quant.universe_desk import UniverseDesk

    day = date.date() if date else None
    desk = UniverseDesk.at(Home(home.absolute()), config, os.environ, venue, day)
    raise typer.Exit(desk.refresh(open_suppliers, json=json))


@universe.command()
def show(
    date: ProposalFlag = None,
    venue: VenueFlag = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """Show the list in force and a proposal: its names, what changes, who was refused and why."""
    from tradeengine.quant.universe_desk import UniverseDesk

    desk = UniverseDesk.at(Home(home.absolute()), config, os.environ, venue)
    raise typer.Exit(desk.show(date.date() if date else None, json=json))


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
    from tradeengine.quant.universe_desk import UniverseDesk

    desk = UniverseDesk.at(Home(home.absolute()), config, os.environ, venue)
    raise typer.Exit(desk.accept(date.date() if date else None, who, json=json))


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
    from tradeengine.quant.universe_desk import UniverseDesk

    desk = UniverseDesk.at(Home(home.absolute()), config, os.environ, venue)
    raise typer.Exit(desk.refuse(date.date() if date else None, who, why, json=json))


@universe.command()
def history(
    venue: VenueFlag = None,
    home: HomeFlag = Path(),
    config: ConfigFlag = None,
    json: JsonFlag = False,
) -> None:
    """List every list that was in force, from which day, and who accepted it."""
    from tradeengine.quant.universe_desk import UniverseDesk

    desk = UniverseDesk.at(Home(home.absolute()), config, os.environ, venue)
    raise typer.Exit(desk.history(json=json))
