"""
Text that every phone shows and that costs one place a character.

The GSM 03.38 alphabet has no backtick, and writes each of `[]{}\\^~|` in two places;
an SMS with one letter outside of it is cut at 70 characters instead of 160. What is
left is the part that ASCII shares with it.
"""

import string
import unicodedata

_STAND_INS = str.maketrans(
    {
        "[": "(", "]": ")", "{": "(", "}": ")", "\\": "/", "^": "'", "~": "-", "|": "/", "`": "'",
        "\u2018": "'", "\u2019": "'", "“": '"', "”": '"', "\u2013": "-", "—": "-",
        "\u2212": "-", "\u00d7": "x",
        "≤": "<=", "≥": ">=", "→": "->", "€": "EUR", "£": "GBP", "ß": "ss", "…": "...",
    }
)  # fmt: skip

SAFE = frozenset(string.ascii_letters + string.digits + " !\"#$%&'()*+,-./:;<=>?@_")
"""Every character that a message may hold."""


def gsm(text: str) -> str:
    """Write text in safe characters on one line: accents go, what has no stand-in is a `?`."""
    plain = unicodedata.normalize("NFKD", text.translate(_STAND_INS))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    # Once more: normal forms may hold signs that have stand-ins.
    words = bare.translate(_STAND_INS).split()
    return "".join(letter if letter in SAFE else "?" for letter in " ".join(words))
