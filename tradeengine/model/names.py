"""
What an order's name says of it: whether some run of ours made it, and what for.

Every name of ours begins with `PREFIX` and ends with the letter of its purpose.
"""

from tradeengine.model.orders import Purpose

PREFIX = "te-"

LETTERS = {
    Purpose.ENTRY: "e",
    Purpose.EXIT: "x",
    Purpose.PROTECT: "p",
    Purpose.FLATTEN: "f",
}
PURPOSES = {letter: purpose for purpose, letter in LETTERS.items()}


def is_ours(client_order_id: str) -> bool:
    """Tell whether some run of this engine made the order."""
    return client_order_id.startswith(PREFIX) and client_order_id[-1:] in PURPOSES


def purpose_of(client_order_id: str) -> Purpose:
    """Read the purpose out of a name of ours. Raises KeyError for a stranger's."""
    return PURPOSES[client_order_id[-1:]]
