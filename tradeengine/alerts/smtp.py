"""
E-mail, and SMS by way of a carrier's e-mail gateway.

Nothing goes over a network in the clear: port 465 begins with TLS, every other port
must offer STARTTLS, and only a server on this very machine may do without. A message
whose answer is lost may arrive twice; it never gets lost for that.
"""

import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from enum import StrEnum

from aiosmtplib import SMTP, SMTPException

from tradeengine.alerts.channels import is_transient
from tradeengine.clock import Clock
from tradeengine.errors import AlertNotDelivered
from tradeengine.model.instants import NANOS

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

QUIT_SECONDS = 1.0
"""How long a server that has taken a message may take to say goodbye."""


class Security(StrEnum):
    """When a connection is made safe."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


def security_of(host: str, port: int) -> Security:
    """Give how a server must be spoken to."""
    if port == 465:
        return Security.TLS
    return Security.NONE if host.lower() in LOOPBACK else Security.STARTTLS


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """
    A mail server and the account there.

    `security` is what `security_of` says unless given; `tls` takes the place of the
    machine's own certificates. The user, the password and the addresses are secrets.
    """

    host: str
    port: int
    sender: str = field(repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    security: Security | None = None
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    def client(self, timeout_seconds: float) -> SMTP:
        """Make a client for one conversation, not yet connected."""
        security = self.security or security_of(self.host, self.port)
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.user or None,
            password=self.password or None,
            timeout=timeout_seconds,
            use_tls=security is Security.TLS,
            start_tls=security is Security.STARTTLS,
            tls_context=self.tls,
            # Else the machine's own name is looked up, which may take long.
            local_hostname=self.domain,
        )

    @property
    def domain(self) -> str:
        """The domain that messages are sent from."""
        return self.sender.rpartition("@")[2].strip("<> ") or "localhost"


@dataclass(frozen=True, slots=True)
class SmtpChannel:
    """
    Send to one address through a mail server.

    Gateways put a subject before the text and count it in; with `subjects` false
    there is none.
    """

    name: str
    server: SmtpServer
    recipient: str = field(repr=False)
    clock: Clock
    timeout_seconds: float
    per_hour: int | None = None
    subjects: bool = True

    async def send(self, subject: str, body: str) -> None:
        """Hold one conversation with the server. Raises AlertNotDelivered."""
        client = self.server.client(self.timeout_seconds)
        try:
            await client.connect()
            await client.send_message(self._mail(subject, body))
            with suppress(SMTPException, OSError):
                await client.quit(timeout=QUIT_SECONDS)
        except (SMTPException, OSError, ValueError) as error:
            # ValueError: an address or a password that no mail can be written with.
            raise AlertNotDelivered(_words(error), transient=is_transient(error)) from error
        finally:
            client.close()

    def _mail(self, subject: str, body: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"] = self.server.sender, self.recipient
        if self.subjects:
            mail["Subject"] = subject
        mail["Date"] = format_datetime(datetime.fromtimestamp(self.clock.now() / NANOS, UTC))
        mail["Message-ID"] = make_msgid(domain=self.server.domain)
        mail.set_content(body, cte="7bit")
        return mail


def _words(error: Exception) -> str:
    """Say what happened on one line: the kind of error and what it says."""
    return f"{type(error).__name__}: " + " ".join(str(part) for part in _parts(error))


def _parts(error: Exception) -> Iterator[object]:
    for part in error.args:
        if isinstance(part, list):  # SMTPRecipientsRefused holds one error a recipient.
            for refusal in part:
                yield from _parts(refusal)
        else:
            yield part
