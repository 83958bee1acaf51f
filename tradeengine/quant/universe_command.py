"""
`tradeengine refresh-universe` and `tradeengine universe`: propose, look, accept, refuse.

Heavy parts are imported inside the commands.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from tradeengine.flags import PreparedFlag
from tradeengine.quant.desk_command import Shared, desk_command

if TYPE_CHECKING:
    from tradeengine.quant.universe_desk import UniverseDesk

universe = typer.Typer(
    no_args_is_help=True,
    help="Show the universe and its proposal, accept or refuse one, list what was in force.",
)

ProposalFlag = Annotated[
    datetime | None,
    typer.Option(
        "--date",
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="Day of the proposal.",
        show_default="newest",
    ),
]
WhoFlag = Annotated[str, typer.Option("--who", help="Who decides; kept in the history.")]

_LOOK = "look with `tradeengine universe show` whether it was done"


@desk_command(
    "bars and filings that came are kept: look with `tradeengine universe show` whether there is"
    " a proposal, and run it again"
)
def refresh_universe(shared: Shared, date: PreparedFlag = None) -> int:
    """
    Choose the universe anew and propose it, with what changes and why.

    Reads the index's members, their daily bars and filings, as known before the session. The
    proposal becomes active by `tradeengine universe accept`, after `universe.accept_after_days`,
    or at once when it is the first. The configuration is never changed.
    """
    from tradeengine.quant.connecting_universe import open_suppliers

    return _desk(shared, date).refresh(open_suppliers)


@universe.command()
@desk_command("nothing was changed")
def show(shared: Shared, date: ProposalFlag = None) -> int:
    """Show the list in force and a proposal: its names, what changes, who was refused and why."""
    return _desk(shared).show(date.date() if date else None)


@universe.command()
@desk_command(_LOOK)
def accept(shared: Shared, who: WhoFlag, date: ProposalFlag = None) -> int:
    """Make a proposal the list in force from the next session on; a stale one is refused."""
    return _desk(shared).accept(date.date() if date else None, who)


@universe.command()
@desk_command(_LOOK)
def refuse(
    shared: Shared,
    who: WhoFlag,
    why: Annotated[str, typer.Option("--why", help="The reason; kept in the history.")],
    date: ProposalFlag = None,
) -> int:
    """Turn a proposal down, so that waiting does not make it active."""
    return _desk(shared).refuse(date.date() if date else None, who, why)


@universe.command()
@desk_command("nothing was changed")
def history(shared: Shared) -> int:
    """List every list that was in force, from which day, and who accepted it."""
    return _desk(shared).history()


def _desk(shared: Shared, day: datetime | None = None) -> "UniverseDesk":
    """Read the options and open the desk. Raises BadConfiguration."""
    from tradeengine.quant.universe_desk import open_universe

    return open_universe(shared.options(day))
