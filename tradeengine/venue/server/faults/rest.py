"""Faults of REST answers: what comes back is not what was done, or comes late."""

from typing import Annotated, Literal

from msgspec import Meta

from tradeengine.venue.server.faults.fault import Answer, Count, Counted, Done, Seconds, World
from tradeengine.venue.server.json_value import encode

GATEWAY_TIMEOUT = (
    "<html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n"
    "<body>\r\n<center><h1>504 Gateway Time-out</h1></center>\r\n</body>\r\n</html>\r\n"
)
BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n"
    "<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)

Method = Literal["GET", "POST", "PATCH", "DELETE"]


def submits(method: str, path: str) -> bool:
    """Say whether a request is a new order."""
    return method == "POST" and path == "/v2/orders"


class OfRequests(Counted, kw_only=True):
    """A fault of the next requests by `method` (None: any) whose path starts with `path`."""

    method: Method | None = None
    path: str = "/v"

    def meets(self, method: str, path: str) -> bool:
        """Say whether a request is one of those, and count it."""
        if self.method not in (None, method) or not path.startswith(self.path):
            return False
        self.use()
        return True


class RejectNextOrder(Counted, tag="reject_next_order", kw_only=True):
    """The next order is refused with a code and words of choice."""

    status: Annotated[int, Meta(ge=400, le=599)] = 403
    code: int = 40310000
    message: str = "new orders are rejected by fault injection"

    def on_rest(self, method: str, path: str) -> Answer | None:
        if not submits(method, path):
            return None
        self.use()
        body = encode({"code": self.code, "message": self.message})
        return Answer(self.status, body.decode())


class TimeoutAfterAccept(Counted, tag="next_order_504_after_accept", kw_only=True):
    """The next order is accepted, and the gateway answers 504 with HTML."""

    def on_answer(self, method: str, path: str, status: int) -> Answer | None:
        if not submits(method, path) or status != 200:
            return None
        self.use()
        return Answer(504, GATEWAY_TIMEOUT, "text/html")


class DuplicateIdAfterAccept(Counted, tag="next_order_422_after_accept", kw_only=True):
    """The next order is new and accepted, and the answer is 422: its id is not unique."""

    def on_answer(self, method: str, path: str, status: int) -> Answer | None:
        if not submits(method, path) or status != 200:
            return None
        self.use()
        body = encode({"code": 40010001, "message": "client_order_id must be unique"})
        return Answer(422, body.decode())


class BadGateway(OfRequests, tag="bad_gateway", kw_only=True):
    """A gateway answers 502 with HTML, before the request is carried out or after it."""

    carried_out: bool = False

    def on_rest(self, method: str, path: str) -> Answer | None:
        return None if self.carried_out else self._page(method, path)

    def on_answer(self, method: str, path: str, status: int) -> Answer | None:  # noqa: ARG002 - a hook
        return self._page(method, path) if self.carried_out else None

    def _page(self, method: str, path: str) -> Answer | None:
        if not self.meets(method, path):
            return None
        return Answer(502, BAD_GATEWAY, "text/html", bare=True)


class EmptyBody(OfRequests, tag="empty_body", kw_only=True):
    """The request is carried out and answered with its status, but without a body."""

    def on_answer(self, method: str, path: str, status: int) -> Answer | None:
        return Answer(status, "") if self.meets(method, path) else None


class TooManyRequests(OfRequests, tag="too_many_requests", kw_only=True):
    """Requests are answered 429: with the rate headers, or without any of them."""

    headers: bool = True
    retry_after: Count | None = None

    def on_rest(self, method: str, path: str) -> Answer | None:
        if not self.meets(method, path):
            return None
        extra = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.headers:
            extra["X-Ratelimit-Remaining"] = "0"
        body = encode({"code": 42910000, "message": "too many requests"})
        return Answer(429, body.decode(), headers=extra, bare=not self.headers)


class DelayAnswer(OfRequests, tag="delay_answer", kw_only=True):
    """
    The request is carried out, and its answer comes `hold` seconds of venue time later.

    In lock-step venue time waits for the client to give the request up.
    """

    hold: Seconds = 60.0

    def on_done(self, done: Done, world: World) -> float | None:  # noqa: ARG002 - a hook
        return self.hold if self.meets(done.method, done.path) else None
