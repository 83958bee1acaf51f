"""
What a refusal of the stream means, by its code: who must act?

Source: Alpaca, error messages of the market data stream; 406 as measured on the
real endpoint (2026-09-30): the socket stays open and may ask again.
"""

from tradeengine.errors import BadConfiguration
from tradeengine.feed.wire import Refusal

ALREADY_AUTHENTICATED = 403
SLOT_TAKEN = 406

_REMEDIES = {
    402: "put the right ALPACA_API_KEY and ALPACA_SECRET_KEY into .env",
    405: "fewer symbols: universe.names (the free plan allows 30, and may count trades and quotes"
    " of a symbol as two) and `tradeengine refresh-universe`; or a data plan that allows more",
    408: "ask Alpaca to enable the v2 stream for this account",
    409: "set feed.feed to iex, or buy the plan that has this feed",
    410: "set feed.feed to a stock feed: iex or sip",
    411: "make a new key that may read market data",
}


def is_terminal(code: int) -> bool:
    """Tell whether only the operator can mend it: trying again cannot help."""
    return code in _REMEDIES


def is_slot_taken(code: int) -> bool:
    """Tell whether another connection with these keys is in the way."""
    return code == SLOT_TAKEN


def is_harmless(code: int) -> bool:
    """Tell whether the session may go on as if the refusal had not come."""
    return code == ALREADY_AUTHENTICATED


def in_words(refusal: Refusal) -> str:
    """Say in plain words what was refused."""
    if is_slot_taken(refusal.code):
        return (
            "another program holds the slot: Alpaca allows one data connection "
            "for these keys (406 connection limit exceeded); stop that program"
        )
    return f"the data stream refused: {refusal.code} {refusal.message}".rstrip()


def as_configuration_error(refusal: Refusal) -> BadConfiguration:
    """Make the error that tells the operator what to mend."""
    return BadConfiguration("data stream", in_words(refusal), _REMEDIES.get(refusal.code, ""))
