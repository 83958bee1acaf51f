"""Tables that lose nothing on a narrow terminal: what has no room goes on in the next line."""

from collections.abc import Collection

from rich.table import Table


def whole_table(
    *headers: str, right: Collection[str] = (), firm: Collection[str] = (), title: str | None = None
) -> Table:
    """
    Give a table with these columns; `right` are set to the right.

    `firm` are numbers and days, which stay in one line as long as the other columns can give
    way: a part of a number is another number. Where they cannot, a mark says what is missing.
    """
    made = Table(title=title)
    for header in headers:
        made.add_column(
            header,
            justify="right" if header in right else "left",
            no_wrap=header in firm,
            overflow="ellipsis" if header in firm else "fold",
        )
    return made
