"""
Redaction: secret values are cut out of finished lines.

Working on the finished bytes, and not on the fields, leaves no way around it: a
secret inside a URL, an exception's text or a nested value is found all the same.
Fields whose name says that they hold a secret are emptied besides.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, quote_plus

import orjson

REDACTED = "[redacted]"

_TELLING = re.compile(r"secret|passw|token|authorization|api_?key|credential", re.IGNORECASE)


class Redactor:
    """Take the values of `secrets`, in every spelling they may have in a line, out of text."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {form for secret in secrets if secret for form in _spellings(secret)}
        # The longest first: one secret may be a part of another.
        self._spellings = sorted(spellings, key=lambda form: (-len(form), form))
        self._telling: dict[str, bool] = {}

    def text(self, line: bytes) -> bytes:
        """Replace each secret in `line`."""
        for form in self._spellings:
            if form in line:
                line = line.replace(form, REDACTED.encode())
        return line

    def fields(self, fields: Mapping[str, object]) -> dict[str, object]:
        """Replace the values of fields whose name tells that they hold a secret."""
        return {
            name: REDACTED if self._is_telling(name) else value for name, value in fields.items()
        }

    def _is_telling(self, name: str) -> bool:
        known = self._telling.get(name)
        if known is None:
            known = self._telling[name] = _TELLING.search(name) is not None
        return known


def _spellings(secret: str) -> set[bytes]:
    """Give the ways to write a secret: as it is, in JSON, in repr() and in a URL."""
    in_json = orjson.dumps(secret).decode()[1:-1]
    in_repr = repr(secret)[1:-1]
    forms = {secret, in_json, in_repr, quote(secret, safe=""), quote_plus(secret)}
    return {form.encode() for form in forms | {orjson.dumps(in_repr).decode()[1:-1]}}
