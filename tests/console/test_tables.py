"""Tables on a narrow terminal: whole words, whole numbers."""

from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

import tradeengine
from tradeengine.console.tables import whole_table


def drawn(table: Table, width: int) -> str:
    """Draw a table at a width; give what is in its cells, without frame and spaces."""
    console = Console(width=width)
    with console.capture() as shown:
        console.print(table)
    lines = shown.get().splitlines()
    assert max(map(len, lines)) <= width
    return "\n".join(line.replace(" ", "").strip("│") for line in lines)


def a_table() -> Table:
    made = whole_table("rule", "value", "filed", right={"value"}, firm={"value", "filed"})
    made.add_row("AvailableForSaleSecuritiesCurrent", "51,123,000,000", "2010-04-21")
    return made


@pytest.mark.parametrize("width", [40, 60, 120])
def test_a_narrow_terminal_cuts_no_number(width: int) -> None:
    shown = drawn(a_table(), width)

    assert "│51,123,000,000│2010-04-21" in shown
    assert "…" not in shown


def test_words_without_room_go_on_in_the_next_line() -> None:
    rows = [line.split("│")[0] for line in drawn(a_table(), 48).splitlines()]

    assert "AvailableForSaleSecuritiesCurrent" in "".join(rows)


def test_a_number_without_any_room_says_that_it_is_cut() -> None:
    assert "…" in drawn(a_table(), 24)


def test_the_desk_draws_its_tables_in_this_way() -> None:
    desk = Path(tradeengine.__file__).parent / "quant"
    own = [path.name for path in desk.glob("*.py") if " Table(" in path.read_text()]

    assert own == []
