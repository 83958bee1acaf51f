"""Mail servers on loopback: one as strict as a provider, and one that never answers."""

import asyncio
import ssl
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import Message as Mail
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

CERTIFICATE = Path(__file__).parents[1] / "loopback.pem"
"""Of 127.0.0.1, signed by itself, with its key; good for nothing but these tests."""

USER, PASSWORD = "jo@example.com", "app pass&word"

PATIENCE_SECONDS = 10.0


def server_tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


def client_tls() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=CERTIFICATE)


class PostOffice:
    """Keeps the mails that it takes; says to each recipient what `answers` says first."""

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[Mail] = []
        self.envelopes: list[Envelope] = []
        self.secure: list[bool] = []
        self.answers: list[str] = []
        self._arrived = asyncio.Event()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content))
        self.envelopes.append(envelope)
        self.secure.append(session.ssl is not None)
        self._arrived.set()
        return "250 taken"

    async def wait_for(self, count: int) -> list[str]:
        """Wait for so many mails; give their texts."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.mails) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return [str(mail.get_payload()).strip() for mail in self.mails]


def is_known(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
) -> AuthResult:
    assert isinstance(given, LoginPassword)
    good = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False)


@asynccontextmanager
async def serving(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login: bool = False,
) -> AsyncIterator[PostOffice]:
    """Serve with TLS from the first byte, with STARTTLS required, or in the clear."""
    office = PostOffice()

    def conversation() -> SMTP:
        # aiosmtpd knows nothing of the TLS around it, and warns of a login in the clear.
        with warnings.catch_warnings(action="ignore"):
            return made()

    def made() -> SMTP:
        return SMTP(
            office,
            hostname="localhost",
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_required=login,
            auth_require_tls=starttls is not None,
            authenticator=is_known if login else None,
        )

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(conversation, "127.0.0.1", 0, ssl=tls)
    office.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield office


class BlackHole:
    """Accepts connections and never says a word."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.reached = asyncio.Event()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.reached.set()
        try:
            await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()


@asynccontextmanager
async def black_hole() -> AsyncIterator[BlackHole]:
    hole = BlackHole()
    listening = await asyncio.start_server(hole.take, "127.0.0.1", 0)
    hole.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield hole
