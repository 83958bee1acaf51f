"""
The channels that `.env` asks for, in the order of the ladder: SMS, e-mail, the others.

Nothing configured is fine: there are no channels then, and alerts are only recorded.
Half of something is an error at start-up, not a silence when it matters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from ssl import SSLContext

from tradeengine.alerts.apprise_urls import AppriseChannel, notifier_of
from tradeengine.alerts.channels import Channel
from tradeengine.alerts.parameters import AlertParameters
from tradeengine.alerts.smtp import SmtpChannel, SmtpServer
from tradeengine.clock import Clock
from tradeengine.errors import BadConfiguration

SMS, MAIL, APPRISE = "sms", "mail", "apprise"
"""The names of the channels."""

WHERE = "see docs/alerts.md"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """What `.env` gives: SMTP_HOST, SMTP_PORT, SMTP_USER and so on; "" when not given."""

    host: str = ""
    port: int = 587
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    sender: str = field(default="", repr=False)
    to_sms: str = field(default="", repr=False)
    to: str = field(default="", repr=False)
    tls: SSLContext | None = field(default=None, repr=False)


def configured_channels(
    mail: MailSettings, urls: Sequence[str], parameters: AlertParameters, clock: Clock
) -> tuple[Channel, ...]:
    """Make the channels. Raises BadConfiguration when something is missing."""
    return (*_by_smtp(mail, parameters, clock), *_by_apprise(urls))


def _by_smtp(
    mail: MailSettings, parameters: AlertParameters, clock: Clock
) -> tuple[SmtpChannel, ...]:
    if not (mail.host or mail.sender or mail.to_sms or mail.to):
        return ()
    _check(mail)
    server = SmtpServer(mail.host, mail.port, mail.sender, mail.user, mail.password, tls=mail.tls)
    seconds = parameters.attempt_timeout_seconds
    ladder = (
        SmtpChannel(
            SMS, server, mail.to_sms, clock, seconds, parameters.sms_per_hour, subjects=False
        ),
        SmtpChannel(MAIL, server, mail.to, clock, seconds),
    )
    return tuple(channel for channel in ladder if channel.recipient)


def _by_apprise(urls: Sequence[str]) -> tuple[AppriseChannel, ...]:
    return (AppriseChannel(APPRISE, notifier_of(urls, "APPRISE_URLS")),) if urls else ()


def _check(mail: MailSettings) -> None:
    """Refuse half of a configuration, by the names of what is missing."""
    if not mail.host:
        raise BadConfiguration("SMTP_HOST", "is missing, and other SMTP names are set", WHERE)
    if not mail.sender:
        raise BadConfiguration("SMTP_FROM", "is missing, and SMTP_HOST is set", WHERE)
    if not (mail.to_sms or mail.to):
        raise BadConfiguration("SMTP_TO", "is missing, and so is SMTP_TO_SMS", WHERE)
    if bool(mail.user) != bool(mail.password):
        missing = "SMTP_PASSWORD" if mail.user else "SMTP_USER"
        raise BadConfiguration(missing, "is missing, and the other half of the pair is set", WHERE)
    given = (("SMTP_FROM", mail.sender), ("SMTP_TO_SMS", mail.to_sms), ("SMTP_TO", mail.to))
    for name, address in given:
        if address and not _is_address(address):
            raise BadConfiguration(name, "is not one e-mail address", WHERE)


def _is_address(text: str) -> bool:
    local, at, domain = text.partition("@")
    plain = text.isascii() and text.isprintable() and not set(text) & set(' ,;<>"')
    return bool(plain and local and at and domain and "@" not in domain)
