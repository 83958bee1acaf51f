"""Apprise is an extra: missed when it is needed, not before, and never quoted with its URLs."""

import sys
from types import ModuleType

import pytest

from tradeengine.alerts.apprise_urls import AppriseChannel, notifier_of
from tradeengine.errors import AlertNotDelivered, BadConfiguration

URL = "ntfy://token@example.com/topic"


class Apprise:
    """What is used of Apprise's own object."""

    def __init__(self, answer: bool | None = True) -> None:
        self.urls: list[str] = []
        self.told: list[tuple[str, str]] = []
        self.answer = answer

    def add(self, servers: str) -> bool:
        self.urls.append(servers)
        return "://" in servers

    async def async_notify(self, body: str, title: str = "") -> bool | None:
        self.told.append((title, body))
        return self.answer


@pytest.fixture
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("apprise")
    module.Apprise = Apprise  # type: ignore[attr-defined]  # a stand-in for the library
    monkeypatch.setitem(sys.modules, "apprise", module)


def test_a_missing_library_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)

    with pytest.raises(BadConfiguration, match="needs Apprise, which is missing") as caught:
        notifier_of([URL], "APPRISE_URLS")
    assert "pip install 'tradeengine[apprise]'" in str(caught.value)
    assert "token" not in str(caught.value)


@pytest.mark.usefixtures("_installed")
def test_every_url_is_added() -> None:
    notifier = notifier_of([URL, URL], "APPRISE_URLS")

    assert isinstance(notifier, Apprise)
    assert notifier.urls == [URL, URL]


@pytest.mark.usefixtures("_installed")
def test_a_url_of_no_service_is_named_by_its_place() -> None:
    with pytest.raises(BadConfiguration, match="does not know URL number 2") as caught:
        notifier_of([URL, "s3cret"], "APPRISE_URLS")
    assert "s3cret" not in str(caught.value)


async def test_a_message_goes_to_the_services() -> None:
    notifier = Apprise()
    await AppriseChannel("apprise", notifier).send("subject", "body")

    assert notifier.told == [("subject", "body")]


@pytest.mark.parametrize("answer", [False, None])
async def test_what_they_do_not_take_may_be_tried_again(answer: bool | None) -> None:
    with pytest.raises(AlertNotDelivered) as caught:
        await AppriseChannel("apprise", Apprise(answer)).send("subject", "body")
    assert caught.value.transient
