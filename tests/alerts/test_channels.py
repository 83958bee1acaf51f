"""Failures, sorted by who must act."""

import ssl

import aiosmtplib as smtp
import pytest

from tradeengine.alerts.channels import is_transient


def caused_by_certificate() -> BaseException:
    error = smtp.SMTPConnectError("Error connecting")
    error.__cause__ = ssl.SSLCertVerificationError("self-signed certificate")
    return error


REFUSED_NOW = smtp.SMTPRecipientRefused(450, "busy", "a@b.c")
REFUSED_EVER = smtp.SMTPRecipientRefused(550, "unknown", "a@b.c")


@pytest.mark.parametrize(
    "error",
    [
        TimeoutError(),
        ConnectionResetError(),
        OSError("no route to host"),
        smtp.SMTPServerDisconnected("gone"),
        smtp.SMTPConnectError("no answer"),
        smtp.SMTPReadTimeoutError("silence"),
        smtp.SMTPResponseException(421, "closing"),
        smtp.SMTPAuthenticationError(454, "try later"),
        smtp.SMTPRecipientsRefused([REFUSED_NOW]),
    ],
    ids=repr,
)
def test_what_may_pass(error: BaseException) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        smtp.SMTPAuthenticationError(535, "bad credentials"),
        smtp.SMTPConnectResponseError(554, "not you"),
        smtp.SMTPRecipientsRefused([REFUSED_NOW, REFUSED_EVER]),
        smtp.SMTPNotSupported("no SMTPUTF8"),
        smtp.SMTPException("no STARTTLS"),
        ssl.SSLCertVerificationError("self-signed certificate"),
        caused_by_certificate(),
        ValueError("no mail can have this header"),
    ],
    ids=repr,
)
def test_what_a_person_must_mend(error: BaseException) -> None:
    assert not is_transient(error)
