"""REST answers: JSON bodies, refusals of either host, and the gateway's own pages."""

from aiohttp import web

from tradeengine.venue.records import Refused
from tradeengine.venue.server.faults import Answer
from tradeengine.venue.server.json_value import Json, encode
from tradeengine.venue.server.wire_trading import refusal

JSON_TYPE = "application/json; charset=UTF-8"

UNAUTHORIZED_PAGE = (
    "<html>\r\n<head><title>401 Authorization Required</title></head>\r\n"
    "<body>\r\n<center><h1>401 Authorization Required</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


def answer(value: Json, status: int = 200) -> web.Response:
    """Answer with a JSON body."""
    return web.Response(body=encode(value), status=status, headers={"Content-Type": JSON_TYPE})


def no_content() -> web.Response:
    """Answer 204, without a body."""
    return web.Response(status=204)


def page(text: str, status: int) -> web.Response:
    """Answer as a gateway does, with HTML."""
    return web.Response(text=text, status=status, content_type="text/html")


def refused(refusal_: Refused, *, by_data_host: bool) -> web.Response:
    """Answer a refusal; the data host's bodies have no code, and it knows no 422."""
    if by_data_host:
        status = 400 if refusal_.status == 422 else refusal_.status
        return answer({"message": refusal_.message}, status)
    body = refusal(refusal_.code, refusal_.message, refusal_.extra)
    return answer(body, refusal_.status)


def scripted(scripted_answer: Answer) -> web.Response:
    """Answer what a fault wants to be answered."""
    return web.Response(
        text=scripted_answer.body,
        status=scripted_answer.status,
        content_type=scripted_answer.content_type,
        headers=scripted_answer.headers,
    )
