"""Mail over real sockets: login, TLS from the start, STARTTLS, refusals, silence."""

import ssl
from dataclasses import replace

import pytest

from tests.alerts.fakes import T0
from tests.alerts.post_office import (
    PASSWORD,
    USER,
    black_hole,
    client_tls,
    server_tls,
    serving,
)
from tradeengine.alerts.smtp import Security, SmtpChannel, SmtpServer, security_of
from tradeengine.clock import SimulatedClock
from tradeengine.errors import AlertNotDelivered


def channel_to(
    port: int,
    security: Security | None = None,
    tls: ssl.SSLContext | None = None,
    *,
    password: str = PASSWORD,
    timeout_seconds: float = 10,
) -> SmtpChannel:
    server = SmtpServer(
        "127.0.0.1", port, "engine@example.com", USER, password, security=security, tls=tls
    )
    return SmtpChannel(
        "mail", server, "5551234@sms.example.com", SimulatedClock(T0), timeout_seconds
    )


def anonymous(channel: SmtpChannel) -> SmtpChannel:
    return replace(channel, server=replace(channel.server, user="", password=""))


async def refusal(channel: SmtpChannel) -> AlertNotDelivered:
    with pytest.raises(AlertNotDelivered) as caught:
        await channel.send("subject", "body")
    return caught.value


async def test_starttls_and_login() -> None:
    async with serving(starttls=server_tls(), login=True) as office:
        await channel_to(office.port, Security.STARTTLS, client_tls()).send("subject", "it broke")

        assert await office.wait_for(1) == ["it broke"]
        assert office.secure == [True]


async def test_tls_from_the_first_byte_and_login() -> None:
    async with serving(tls=server_tls(), login=True) as office:
        await channel_to(office.port, Security.TLS, client_tls()).send("subject", "it broke")

        assert await office.wait_for(1) == ["it broke"]


async def test_in_the_clear_on_this_machine() -> None:
    async with serving() as office:
        await anonymous(channel_to(office.port)).send("subject", "it broke")

        [mail] = office.mails
        assert mail["From"] == "engine@example.com"
        assert mail["To"] == "5551234@sms.example.com"
        assert mail["Subject"] == "subject"
        assert mail["Date"] == "Thu, 08 Oct 2026 15:10:00 +0000"
        assert mail["Message-ID"].endswith("@example.com>")
        assert office.envelopes[0].rcpt_tos == ["5551234@sms.example.com"]


async def test_a_gateway_gets_no_subject() -> None:
    async with serving() as office:
        await replace(anonymous(channel_to(office.port)), subjects=False).send("subject", "body")

        assert office.mails[0]["Subject"] is None


@pytest.mark.parametrize(
    ("host", "port", "security"),
    [
        ("smtp.example.com", 587, Security.STARTTLS),
        ("smtp.example.com", 25, Security.STARTTLS),
        ("smtp.example.com", 465, Security.TLS),
        ("localhost", 465, Security.TLS),
        ("LOCALHOST", 587, Security.NONE),
        ("127.0.0.1", 1025, Security.NONE),
        ("::1", 1025, Security.NONE),
        ("127.0.0.1.example.com", 587, Security.STARTTLS),
    ],
)
def test_only_this_machine_may_do_without_tls(host: str, port: int, security: Security) -> None:
    assert security_of(host, port) is security


async def test_a_server_without_starttls_gets_neither_password_nor_mail() -> None:
    async with serving(login=False) as office:
        error = await refusal(channel_to(office.port, Security.STARTTLS, client_tls()))

        assert not error.transient
        assert "STARTTLS extension not supported" in error.reason
        assert office.mails == []


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_server_that_nobody_vouches_for_is_not_spoken_to(security: Security) -> None:
    from_the_start = server_tls() if security is Security.TLS else None
    later = server_tls() if security is Security.STARTTLS else None
    async with serving(tls=from_the_start, starttls=later) as office:
        error = await refusal(channel_to(office.port, security, ssl.create_default_context()))

        assert not error.transient
        assert "CERTIFICATE_VERIFY_FAILED" in error.reason
        assert office.mails == []


async def test_a_wrong_password_is_for_a_person_to_mend() -> None:
    async with serving(starttls=server_tls(), login=True) as office:
        wrong = channel_to(office.port, Security.STARTTLS, client_tls(), password="wrong one")
        error = await refusal(wrong)

        assert not error.transient
        assert "535" in error.reason
        assert "wrong one" not in error.reason


@pytest.mark.parametrize(
    ("answer", "transient"), [("450 mailbox busy", True), ("550 no such user", False)]
)
async def test_a_refused_recipient_is_sorted_by_its_code(answer: str, transient: bool) -> None:
    async with serving() as office:
        office.answers = [answer]
        error = await refusal(anonymous(channel_to(office.port)))

        assert error.transient is transient
        assert answer[4:] in error.reason


async def test_a_server_that_is_not_there_may_come_back() -> None:
    async with serving() as office:
        port = office.port
    error = await refusal(anonymous(channel_to(port)))

    assert error.transient


async def test_a_server_that_never_answers_is_left_after_its_time() -> None:
    async with black_hole() as hole:
        error = await refusal(anonymous(channel_to(hole.port, timeout_seconds=0.05)))

        assert error.transient
        assert "Timed out" in error.reason


async def test_an_address_that_would_add_a_header_is_refused() -> None:
    async with serving() as office:
        bad = replace(anonymous(channel_to(office.port)), recipient="a@b.c\nBcc: d@e.f")
        error = await refusal(bad)

        assert not error.transient
        assert office.mails == []


def test_nothing_secret_is_shown() -> None:
    shown = repr(channel_to(587))

    assert [word for word in (USER, PASSWORD, "engine@", "5551234") if word in shown] == []
