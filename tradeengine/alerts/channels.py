"""
The port that a message leaves by, and whose fault it is when it does not.

A failure is transient when the same attempt may succeed later: nobody answered, the
line broke, the server said 4xx. All else is permanent: a person must correct a name,
a password or an address, and trying again would only get the account locked.
"""

import ssl
from collections.abc import Iterator
from typing import Protocol

from aiosmtplib import (
    SMTPConnectError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)


class Channel(Protocol):
    """A way to a person."""

    @property
    def name(self) -> str:
        """A short name, by which records and the ladder know it."""

    @property
    def per_hour(self) -> int | None:
        """Messages it takes an hour, criticals aside; None: any number."""

    async def send(self, subject: str, body: str) -> None:
        """Send one message, or raise AlertNotDelivered. May be cancelled at any time."""


def is_transient(error: BaseException) -> bool:
    """Tell whether the same attempt may succeed later."""
    if isinstance(error, SMTPRecipientsRefused):
        return all(is_transient(refusal) for refusal in error.recipients)
    if isinstance(error, SMTPResponseException):
        return 400 <= error.code < 500
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in _causes(error)):
        return False
    passing = (SMTPServerDisconnected, SMTPConnectError, SMTPTimeoutError, OSError, TimeoutError)
    return isinstance(error, passing)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__
