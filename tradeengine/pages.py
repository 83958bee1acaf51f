"""
All pages of `docs/` that are made from code: `python -m tradeengine.pages docs`.

The tables of states and the wiring table are data, so their diagrams cannot be
wrong; a test fails when a page is not current.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tradeengine.build_inputs import BuildInputs
from tradeengine.bus.dispatch import Routes
from tradeengine.fundamentals.page import fundamentals_page
from tradeengine.model.commands import Command
from tradeengine.model.plan import Regime, SessionPlan
from tradeengine.risk.moves import MOVES
from tradeengine.router.states import LIFE, Row
from tradeengine.run.recovery import NullRecorder
from tradeengine.settings import Settings
from tradeengine.settings.reference import configuration_page, denials_page
from tradeengine.venue.server.faults.page import faults_page
from tradeengine.wiring import NowhereOutbox, build

STATES = """\
# States

Made from code by `make docs`: do not edit.

## The engine

Entries are allowed in TRADING only; exits, cancels and flatten always are. LOCKED
is left by a person's review only (`tradeengine review`). SAFETY is
left when the feed is stable, the order stream listens and broker and ledger are flat.

"""

ORDERS = """
## The life of an order

At our side, from the moment it is sent. Every happening has a row in every state; the odd ones
say why they can be. They are applied as written and reported as `OrderStale`.

"""

MESSAGES = """\
# Messages

Made from code by `make docs`: do not edit. The table is in execution order: handlers from left to
right. Inputs come from outside; everything else follows from one. `outbox` is the broker's edge,
and the state file for a lock.

| message | kind | heard by |
|---|---|---|
"""


def states_page() -> str:
    """Draw both state machines as diagrams and tables."""
    return STATES + _diagram(_engine_moves()) + ORDERS + _diagram(_order_moves()) + _notes()


def _engine_moves() -> Iterator[tuple[str, str, str]]:
    for state, moves in MOVES.items():
        for signal, after in moves.items():
            yield state.value, after.value, signal.value


def _order_moves() -> Iterator[tuple[str, str, str]]:
    for state, rows in LIFE.items():
        for happening, row in rows.items():
            if row.becomes is not state and not row.note:
                yield state.value, row.becomes.value, happening.value


def _diagram(moves: Iterator[tuple[str, str, str]]) -> str:
    listed = list(moves)
    arrows = "\n".join(f"    {_name(a)} --> {_name(b)}: {words}" for a, b, words in listed)
    rows = "\n".join(f"| {a} | {words} | {b} |" for a, b, words in listed)
    return (
        f"```mermaid\nstateDiagram-v2\n{arrows}\n```\n\n"
        f"| in | when | becomes |\n|---|---|---|\n{rows}\n"
    )


def _name(state: str) -> str:
    return state.replace(" ", "_")


def _notes() -> str:
    odd: Mapping[tuple[str, str], Row] = {
        (state.value, happening.value): row
        for state, rows in LIFE.items()
        for happening, row in rows.items()
        if row.note
    }
    rows = "\n".join(
        f"| {state} | {happening} | {row.becomes.value} | {row.note} |"
        for (state, happening), row in odd.items()
    )
    return f"\nOdd rows:\n\n| in | when | stays or becomes | why |\n|---|---|---|---|\n{rows}\n"


def messages_page(routes: Routes) -> str:
    """Write the wiring table."""
    rows = (
        f"| `{kind.__name__}` | {_kind(kind)} | {_heard_by(handlers)} |"
        for kind, handlers in routes.items()
    )
    return MESSAGES + "\n".join(rows) + "\n"


def _kind(kind: type) -> str:
    if issubclass(kind, Command):
        return "command"
    return "input" if "received_at" in kind.__struct_fields__ else "event"  # type: ignore[attr-defined]  # a msgspec struct


def _heard_by(handlers: object) -> str:
    names = [_room(handler) for handler in handlers]  # type: ignore[attr-defined]  # a sequence
    return ", ".join(dict.fromkeys(names)) or "log and journal only"


def _room(handler: Callable[..., object]) -> str:
    owner = type(getattr(handler, "__self__", None)).__name__
    return "outbox" if owner == "NowhereOutbox" else owner


def _shipped_routes() -> Routes:
    """Build the core that ships, on an empty plan, and give its table."""
    shipped = Settings()
    inputs = BuildInputs(
        plan=SessionPlan(source="none", regime=Regime.UNKNOWN, vix=None, symbols={}),
        ledger=shipped.ledger,
        risk=shipped.risk,
        router=shipped.router,
        host=shipped.host,
        strategies=shipped.strategy,
    )
    return build(inputs, NullRecorder(), NowhereOutbox()).routes


def write_pages(docs: Path) -> None:
    """Write every page that is made from code."""
    pages = {
        "configuration.md": configuration_page(),
        "denials.md": denials_page(),
        "faults.md": faults_page(),
        "fundamentals.md": fundamentals_page(),
        "states.md": states_page(),
        "messages.md": messages_page(_shipped_routes()),
    }
    for name, text in pages.items():
        (docs / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
