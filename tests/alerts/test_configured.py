"""From `.env` to channels; half of something is an error at the start."""

from dataclasses import replace

import pytest

from tests.alerts.fakes import T0
from tests.alerts.test_apprise import URL
from tests.alerts.test_apprise import _installed as _apprise_installed
from tradeengine.alerts.configured import MailSettings, configured_channels
from tradeengine.alerts.parameters import AlertParameters
from tradeengine.alerts.smtp import SmtpChannel
from tradeengine.clock import SimulatedClock
from tradeengine.errors import BadConfiguration

RULES = AlertParameters(sms_per_hour=7)

FULL = MailSettings(
    host="smtp.example.com",
    user="jo@example.com",
    password="app password",
    sender="engine@example.com",
    to_sms="5551234@vtext.com",
    to="jo@example.com",
)

__all__ = ["_apprise_installed"]


def ladder(mail: MailSettings, *urls: str) -> list[str]:
    return [c.name for c in configured_channels(mail, urls, RULES, SimulatedClock(T0))]


def test_nothing_configured_is_no_channel() -> None:
    assert ladder(MailSettings()) == []


@pytest.mark.usefixtures("_apprise_installed")
def test_the_ladder_is_sms_then_mail_then_the_others() -> None:
    assert ladder(FULL, URL) == ["sms", "mail", "apprise"]
    assert ladder(replace(FULL, to="")) == ["sms"]
    assert ladder(replace(FULL, to_sms="")) == ["mail"]
    assert ladder(MailSettings(), URL) == ["apprise"]


def test_only_the_gateway_is_limited_and_without_subjects() -> None:
    sms, mail = configured_channels(FULL, (), RULES, SimulatedClock(T0))

    assert isinstance(sms, SmtpChannel)
    assert isinstance(mail, SmtpChannel)
    assert (sms.per_hour, sms.subjects, sms.recipient) == (7, False, "5551234@vtext.com")
    assert (mail.per_hour, mail.subjects, mail.recipient) == (None, True, "jo@example.com")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"host": ""}, "SMTP_HOST"),
        ({"sender": ""}, "SMTP_FROM"),
        ({"to": "", "to_sms": ""}, "SMTP_TO"),
        ({"password": ""}, "SMTP_PASSWORD"),
        ({"user": ""}, "SMTP_USER"),
        ({"to": "jo"}, "SMTP_TO"),
        ({"to": "a@b.c, d@e.f"}, "SMTP_TO"),
        ({"to_sms": "5551234@"}, "SMTP_TO_SMS"),
        ({"sender": "Jö <jo@example.com>"}, "SMTP_FROM"),
    ],
)
def test_half_of_a_configuration_is_refused_by_name_and_not_by_value(
    changes: dict[str, str], place: str
) -> None:
    with pytest.raises(BadConfiguration) as caught:
        ladder(replace(FULL, **changes))  # type: ignore[arg-type]  # only texts are changed

    assert caught.value.place == place
    assert [value for value in changes.values() if value and value in str(caught.value)] == []


def test_settings_show_no_secret() -> None:
    assert "5551234" not in repr(FULL)
    assert "app password" not in repr(FULL)
