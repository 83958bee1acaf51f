"""
Ways to say no: HTTP status and code of each kind of refusal.

The words are the broker's where they are known: recorded 2026-10-08 or quoted
by its users; the rules that use others say so.
"""

from decimal import Decimal

from tradeengine.venue.records import Refused


def malformed(message: str) -> Refused:
    """The request itself makes no sense."""
    return Refused(422, 40010001, message)


def unprocessable(message: str, **extra: str) -> Refused:
    """The request makes sense and breaks a rule of the market or the asset."""
    return Refused(422, 42210000, message, **extra)


def forbidden(message: str, **extra: str) -> Refused:
    """The account may not do this, or not now."""
    return Refused(403, 40310000, message, **extra)


def not_found(message: str) -> Refused:
    """There is no such thing."""
    return Refused(404, 40410000, message)


def plain(number: Decimal) -> str:
    """Write a number as the broker does: no exponent, no trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
