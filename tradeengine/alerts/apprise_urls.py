"""
Any of Apprise's services, by URL. Apprise is an optional extra.

It is imported when a URL is configured and not before. It runs each service in a
thread of the loop's default pool and says only whether all went well, so every failure
counts as transient; its own socket timeouts (4 s each) bound the threads.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol

from tradeengine.errors import AlertNotDelivered, BadConfiguration

INSTALL = "pip install 'tradeengine[apprise]', or leave the URLs out"


class Notifier(Protocol):
    """The part of `apprise.Apprise` that is used."""

    def add(self, servers: str) -> bool:
        """Take one URL; False when it is none that Apprise knows."""

    async def async_notify(self, body: str, title: str = "") -> bool | None:
        """Send; None when there is nothing to send by."""


class AppriseChannel:
    """
    Send by every URL of one channel.

    URLs hold tokens: they are secrets, and no message of this class shows one.
    """

    def __init__(self, name: str, notifier: Notifier, per_hour: int | None = None) -> None:
        self.name, self.per_hour = name, per_hour
        self._notifier = notifier

    async def send(self, subject: str, body: str) -> None:
        """Hand a message to all services. Raises AlertNotDelivered if any did not take it."""
        if not await self._notifier.async_notify(body=body, title=subject):
            raise AlertNotDelivered("Apprise could not deliver it", transient=True)


def notifier_of(urls: Sequence[str], place: str) -> Notifier:
    """
    Make Apprise's own object for some URLs; `place` names where they are configured.

    Raises BadConfiguration if Apprise is not installed or does not know one of them.
    """
    try:
        apprise = import_module("apprise")
    except ImportError:
        raise BadConfiguration(place, "needs Apprise, which is missing", INSTALL) from None
    notifier: Notifier = apprise.Apprise()
    for number, url in enumerate(urls, start=1):
        if not notifier.add(url):
            remedy = "see https://github.com/caronc/apprise/wiki for how URLs are written"
            raise BadConfiguration(place, f"Apprise does not know URL number {number}", remedy)
    return notifier
