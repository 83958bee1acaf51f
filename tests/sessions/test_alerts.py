"""Alerts of whole runs, over a real mail server."""

import asyncio
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.sessions.programs import engine

HomeWith = Callable[..., Path]

PHONE = "5550100@txt.example.com"


class Mailbox:
    """Keeps what was sent: to whom, and the text."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, str]] = []

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        text = message_from_bytes(envelope.content).get_payload()
        self.mails.append((envelope.rcpt_tos[0], str(text).strip()))
        return "250 taken"

    def to(self, address: str) -> str:
        return "\n".join(text for recipient, text in self.mails if recipient == address)


class Listening(Controller):
    """Listens on any free port."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd has no types here


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    server = Listening(box, hostname="127.0.0.1", port=0)
    server.start()
    try:
        yield box, server.port
    finally:
        server.stop()


def with_mail(home: Path, port: int) -> None:
    (home / ".env").write_text(
        f"SMTP_HOST=127.0.0.1\nSMTP_PORT={port}\nSMTP_FROM=engine@example.com\n"
        f"SMTP_TO=jo@example.com\nSMTP_TO_SMS={PHONE}\n"
    )


def test_a_run_says_when_it_starts_and_how_it_ended(
    mailbox: tuple[Mailbox, int], home_with: HomeWith
) -> None:
    box, port = mailbox
    home = home_with("BuyOnce")
    with_mail(home, port)
    run = engine(
        "run", "--venue", "simulated", "--start", "10:30", "--until", "10:40", "--speed", "max",
        home=home,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    for address in ("jo@example.com", PHONE):
        assert "FLAT" in box.to(address)
        assert "START" in box.to(address).upper()
    assert all(len(text) <= 160 for recipient, text in box.mails if recipient == PHONE)
    assert PHONE not in "".join(text for _, text in box.mails)

    listed = engine("alerts", "list", home=home)
    assert listed.stdout.startswith("unacknowledged criticals: none\n")
    assert "mail: sent" in listed.stdout
    assert engine("alerts", "ack", home=home).stdout == "nothing waits for an acknowledgement\n"


def test_the_channels_can_be_tried(mailbox: tuple[Mailbox, int], home_with: HomeWith) -> None:
    box, port = mailbox
    home = home_with("BuyOnce")
    with_mail(home, port)
    tried = engine("alerts", "test", home=home)
    assert (tried.returncode, tried.stderr) == (0, "")
    assert tried.stdout.count("taken by the server") == 2
    assert len(box.mails) == 2


def test_a_channel_that_fails_is_said_with_exit_code_1(home_with: HomeWith) -> None:
    home = home_with("BuyOnce")
    with_mail(home, 1)
    tried = engine("alerts", "test", home=home)
    assert tried.returncode == 1
    assert tried.stdout.count("FAILED") == 2
    assert "Traceback" not in tried.stderr


def test_without_channels_the_try_says_what_to_set(home_with: HomeWith) -> None:
    tried = engine("alerts", "test", home=home_with("BuyOnce"))
    assert tried.returncode == 1
    assert "SMTP_HOST" in tried.stdout


def test_half_a_channel_stops_a_run_before_it_begins(home_with: HomeWith) -> None:
    home = home_with("BuyOnce")
    (home / ".env").write_text("SMTP_HOST=127.0.0.1\n")
    run = engine("run", "--venue", "simulated", home=home)
    assert run.returncode == 2
    assert "SMTP_FROM: is missing" in run.stderr
