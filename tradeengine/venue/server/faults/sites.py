"""Faults of the public sites (the SEC's EDGAR, Cboe, FRED): dead, slow, refusing, not JSON."""

from typing import Annotated

from msgspec import Meta

from tradeengine.venue.server.faults.fault import (
    Answer,
    Count,
    Lasting,
    Seconds,
    Share,
    Site,
    Trouble,
)

HTML_PAGE = (
    "<!DOCTYPE html>\n<html>\n<head><title>Maintenance</title></head>\n"
    "<body><h1>This page is temporarily unavailable.</h1></body>\n</html>\n"
)
RATE_PAGE = (
    "<!DOCTYPE html>\n<html>\n<head><title>Request Rate Threshold Exceeded</title></head>\n"
    "<body><h1>Request Rate Threshold Exceeded</h1></body>\n</html>\n"
)


class OfSite(Lasting, kw_only=True):
    """
    A fault of the requests to a public `site` whose path starts with `path`.

    It lasts `seconds` of venue time, or until it struck `times` times (None: no limit).
    """

    site: Site = "edgar"
    path: str = "/"
    times: Count | None = None

    @property
    def spent(self) -> bool:
        return self.times is not None and self.times <= 0

    def on_site(self, site: Site, path: str) -> Trouble | None:
        if self.spent or site != self.site or not path.startswith(self.path):
            return None
        if self.times is not None:
            self.times -= 1
        return self.trouble()

    def trouble(self) -> Trouble:
        """Say what goes wrong."""
        return Trouble()


class SiteDead(OfSite, tag="site_dead", kw_only=True):
    """The site is dead: every connection to it is reset without an answer."""

    def trouble(self) -> Trouble:
        return Trouble(cut=True)


class SiteSlow(OfSite, tag="site_slow", kw_only=True):
    """The site's answers come `hold` seconds of venue time late."""

    hold: Seconds = 60.0

    def trouble(self) -> Trouble:
        return Trouble(hold=self.hold)


class SiteTooMany(OfSite, tag="site_429", kw_only=True):
    """The site answers 429 with HTML, with `Retry-After` seconds or without."""

    retry_after: Count | None = 10

    def trouble(self) -> Trouble:
        extra = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        return Trouble(answer=Answer(429, RATE_PAGE, "text/html", extra))


class SiteHtml(OfSite, tag="site_html", kw_only=True):
    """The site answers HTML instead of data, with a status of choice: 200, 403, 503."""

    status: Annotated[int, Meta(ge=200, le=599)] = 200

    def trouble(self) -> Trouble:
        return Trouble(answer=Answer(self.status, HTML_PAGE, "text/html"))


class SiteTruncated(OfSite, tag="site_truncated", kw_only=True):
    """The site's pages end after a `share` of their bytes, and the answer says nothing of it."""

    share: Share = 0.5

    def trouble(self) -> Trouble:
        return Trouble(share=self.share)
