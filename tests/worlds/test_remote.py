"""Alpaca, or a venue of its own: its addresses, its clock, its session."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import aiohttp
import pytest
from aiohttp import web

from tests.runs import make_home
from tradeengine.broker.access import AlpacaAccess
from tradeengine.bus.inbox import Inbox
from tradeengine.clock import ScaledClock, SimulatedClock, SystemClock
from tradeengine.errors import BadConfiguration, RefusedByBroker, VenueUnreachable
from tradeengine.layout import Home
from tradeengine.model.instants import NANOS, format_instant, parse_instant
from tradeengine.options import Flags, Options, read_options
from tradeengine.run.edges import World
from tradeengine.settings import VenueChoice, VenueKind
from tradeengine.venue.server.auth import ApiKey
from tradeengine.worlds import addresses, asking, open_world, remote, socket_edges
from tradeengine.worlds.addresses import Addresses, addresses_of
from tradeengine.worlds.asking import ask_account_number, ask_clock
from tradeengine.worlds.remote import remote_world
from tradeengine.worlds.socket_edges import SocketEdges

KEYS = {"ALPACA_API_KEY": "PKTEST1234", "ALPACA_SECRET_KEY": "verysecret99"}
NOON = parse_instant("2019-02-13T17:00:00Z")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path)


def addresses_with(options: Options) -> Addresses:
    return addresses_of(options.settings, options.choice, options.seed)


def options_on(home: Home, venue: str, **environ: str) -> Options:
    flags = Flags(venue=venue)
    return read_options(flags, home, None, environ, json=False)


# Addresses and keys.


def test_paper_has_its_addresses(home: Home) -> None:
    found = addresses_with(options_on(home, "paper", **KEYS))

    assert found.access.trading_url == "https://paper-api.alpaca.markets"
    assert found.access.stream_url == "wss://paper-api.alpaca.markets/stream"
    assert found.data_url == "https://data.alpaca.markets"
    assert found.data_stream == "wss://stream.data.alpaca.markets/v2/iex"
    assert (found.access.key, found.access.secret) == ("PKTEST1234", "verysecret99")


def test_live_has_its_own(tmp_path: Path) -> None:
    home = make_home(tmp_path, account={"live_account_numbers": ["1"]}, feed={"feed": "sip"})

    found = addresses_with(options_on(home, "live", ALPACA_LIVE="true", **KEYS))

    assert found.access.trading_url == "https://api.alpaca.markets"
    assert found.access.stream_url == "wss://api.alpaca.markets/stream"
    assert found.data_stream == "wss://stream.data.alpaca.markets/v2/sip"


@pytest.mark.parametrize(
    ("url", "sockets"),
    [
        ("http://127.0.0.1:9999", "ws://127.0.0.1:9999"),
        ("https://venue.example", "wss://venue.example"),
    ],
)
def test_a_venue_of_its_own_serves_everything_at_one_place(
    home: Home, url: str, sockets: str
) -> None:
    found = addresses_with(options_on(home, url))

    made = ApiKey.made_from(7, "engine")
    assert (found.access.trading_url, found.data_url) == (url, url)
    assert found.access.stream_url == f"{sockets}/stream"
    assert found.data_stream == f"{sockets}/v2/iex"
    assert (found.access.key, found.access.secret) == (made.key, made.secret)


def test_keys_that_are_given_go_before_those_that_are_made(home: Home) -> None:
    found = addresses_with(options_on(home, "http://127.0.0.1:9999", **KEYS))

    assert (found.access.key, found.access.secret) == ("PKTEST1234", "verysecret99")


def test_paper_without_keys_is_refused(home: Home) -> None:
    options = replace(options_on(home, "embedded"), choice=VenueChoice(VenueKind.PAPER))

    with pytest.raises(BadConfiguration, match="ALPACA_API_KEY: is not set"):
        addresses_with(options)


# The account.


async def test_the_account_is_known_before_anything_can_trade(
    home: Home, server: "ClockServer"
) -> None:
    server.says(NOON, **{"X-Venue-Speed": "60"})
    async with remote_world(options_on(home, server.url), print) as world:
        assert world.account_number == "PA9"


@pytest.mark.parametrize("body", ['{"id": 1}', "[" * 9999, '{"id":' + "[" * 9999])
async def test_an_account_without_a_number_is_refused(server: "ClockServer", body: str) -> None:
    server.account = body
    with pytest.raises(VenueUnreachable, match="says what is no account"):
        await ask_account_number(server.access())


BLOCKS = ("trading_blocked", "account_blocked", "trade_suspended_by_user")


@pytest.mark.parametrize("block", BLOCKS)
async def test_an_account_that_may_place_no_orders_is_refused(
    home: Home, server: "ClockServer", block: str
) -> None:
    """Three flags of the specification's Account; each means that every order is refused."""
    server.says(NOON)
    server.account = json.dumps(
        {"account_number": "PA9"} | {name: name == block for name in BLOCKS}
    )
    with pytest.raises(BadConfiguration, match=f"account PA9: may place no orders: .* {block}"):
        async with remote_world(options_on(home, server.url), print):
            raise AssertionError("it was opened")


async def test_an_account_whose_flags_are_down_or_not_told_may_trade(
    home: Home, server: "ClockServer"
) -> None:
    server.says(NOON)
    for value in (False, None):
        server.account = json.dumps({"account_number": "PA9"} | dict.fromkeys(BLOCKS, value))
        async with remote_world(options_on(home, server.url), print) as world:
            assert world.account_number == "PA9"


async def test_live_keys_of_another_account_are_refused_before_anything_connects(
    tmp_path: Path, server: "ClockServer", monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path, account={"live_account_numbers": ["1"]})
    options = options_on(home, "live", ALPACA_LIVE="true", **KEYS)
    server.says(SystemClock().now())
    monkeypatch.setattr(addresses, "_LIVE", server.url)
    with pytest.raises(BadConfiguration, match="belong to account PA9"):
        async with remote_world(options, print):
            raise AssertionError("it was opened")


# The clock.


class ClockServer:
    """A venue that has nothing but a clock, and an account with a number."""

    def __init__(self) -> None:
        self.account = '{"account_number": "PA9"}'
        self.status, self.body, self.headers = 200, "", dict[str, str]()
        self.asked: list[web.Request] = []
        self.url, self.hangs = "", False

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        if self.hangs:
            await asyncio.Event().wait()
        return web.Response(status=self.status, text=self.body, headers=self.headers)

    async def number(self, _: web.Request) -> web.Response:
        return web.Response(text=self.account)

    def says(self, at: int, **headers: str) -> None:
        self.body = f'{{"timestamp": "{format_instant(at)}", "is_open": true}}'
        self.headers = headers

    def access(self) -> AlpacaAccess:
        return AlpacaAccess(trading_url=self.url, stream_url="", key="k", secret="s")


@pytest.fixture
async def server() -> AsyncIterator[ClockServer]:
    made = ClockServer()
    application = web.Application()
    application.router.add_get("/v2/clock", made.answer)
    application.router.add_get("/v2/account", made.number)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    _, port = runner.addresses[0][:2]
    made.url = f"http://127.0.0.1:{port}"
    yield made
    await runner.cleanup()


async def test_a_clock_is_read_with_our_keys(server: ClockServer) -> None:
    server.says(NOON)

    clock = await ask_clock(server.access())

    assert (clock.at, clock.speed) == (NOON, 1.0)
    assert server.asked[0].headers["APCA-API-KEY-ID"] == "k"
    assert server.asked[0].headers["APCA-API-SECRET-KEY"] == "s"


async def test_a_venue_says_how_fast_its_clock_runs(server: ClockServer) -> None:
    server.says(NOON, **{"X-Venue-Speed": "60"})

    assert (await ask_clock(server.access())).speed == 60.0


@pytest.mark.parametrize("speed", ["0", "-1", "nan", "inf", "fast"])
async def test_a_speed_that_is_none_is_refused(server: ClockServer, speed: str) -> None:
    server.says(NOON, **{"X-Venue-Speed": speed})

    with pytest.raises(VenueUnreachable, match="says what is no clock"):
        await ask_clock(server.access())


@pytest.mark.parametrize(
    "body",
    ["<html>welcome</html>", "{}", '{"timestamp": "yesterday"}', '{"x":' + "[" * 9999],
)
async def test_an_answer_that_is_no_clock_is_told_in_words(server: ClockServer, body: str) -> None:
    server.body = body

    with pytest.raises(VenueUnreachable, match="/v2/clock says what is no clock"):
        await ask_clock(server.access())


@pytest.mark.parametrize("status", [401, 403])
async def test_keys_that_are_not_accepted_are_named(server: ClockServer, status: int) -> None:
    server.status = status

    with pytest.raises(BadConfiguration, match=f"does not accept the keys .HTTP {status}."):
        await ask_clock(server.access())


async def test_a_refusal_is_told_with_its_beginning(server: ClockServer) -> None:
    server.status, server.body = 503, "x" * 500

    with pytest.raises(RefusedByBroker, match=r"^HTTP 503 code 0: .*/v2/clock: x{200}$"):
        await ask_clock(server.access())


async def test_keys_do_not_follow_a_redirect(server: ClockServer) -> None:
    server.status, server.headers = 302, {"Location": f"{server.url}/v2/clock?elsewhere"}

    with pytest.raises(RefusedByBroker, match="HTTP 302"):
        await ask_clock(server.access())
    assert len(server.asked) == 1


async def test_nobody_there_is_told_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    access = AlpacaAccess(
        trading_url=f"http://127.0.0.1:{port}", stream_url="", key="k", secret="s"
    )

    with pytest.raises(VenueUnreachable, match="does not answer: nobody listens there") as told:
        await ask_clock(access)
    assert "`tradeengine venue` starts a venue" in str(told.value)


@pytest.mark.parametrize("host", ["paper-api", "api"])
async def test_nobody_at_alpaca_is_told_with_what_helps_there(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_network(*_: object, **__: object) -> NoReturn:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(aiohttp.TCPConnector, "_resolve_host", no_network)
    access = AlpacaAccess(
        trading_url=f"https://{host}.alpaca.markets", stream_url="", key="k", secret="s"
    )

    with pytest.raises(VenueUnreachable, match=r"does not answer: .*unreachable") as told:
        await ask_clock(access)
    assert "https://status.alpaca.markets" in str(told.value)
    assert "tradeengine venue" not in str(told.value)


async def test_a_venue_that_hangs_is_given_up(
    server: ClockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_ASK_SECONDS", 0.05)
    server.hangs = True

    with pytest.raises(VenueUnreachable, match=r"does not answer: .*imeout"):
        await ask_clock(server.access())


# The whole world.


@asynccontextmanager
async def opened(options: Options) -> AsyncIterator[World]:
    said: list[str] = []
    async with open_world(options, said.append) as world:
        assert said[0].startswith("reaching http")
        yield world


@pytest.mark.parametrize(
    ("now", "opens", "closes"),
    [
        ("2019-02-13T17:00:00Z", "2019-02-13T14:30:00Z", "2019-02-13T21:00:00Z"),
        ("2019-02-13T12:00:00Z", "2019-02-13T14:30:00Z", "2019-02-13T21:00:00Z"),
        ("2019-02-13T21:00:00Z", "2019-02-14T14:30:00Z", "2019-02-14T21:00:00Z"),
        ("2019-02-14T04:00:00Z", "2019-02-14T14:30:00Z", "2019-02-14T21:00:00Z"),
        ("2019-02-16T17:00:00Z", "2019-02-19T14:30:00Z", "2019-02-19T21:00:00Z"),
        ("2019-07-03T16:00:00Z", "2019-07-03T13:30:00Z", "2019-07-03T17:00:00Z"),
        ("2019-07-03T17:30:00Z", "2019-07-05T13:30:00Z", "2019-07-05T20:00:00Z"),
    ],
    ids=[
        "in the session", "before it", "at the close", "at night", "a long weekend",
        "a half day", "after a half day",
    ],
)  # fmt: skip
async def test_the_session_is_the_one_that_is_on_or_comes_next(
    home: Home, server: ClockServer, now: str, opens: str, closes: str
) -> None:
    server.says(parse_instant(now))

    async with opened(options_on(home, server.url)) as world:
        session = world.session

    assert (format_instant(session.open_at), format_instant(session.close_at)) == (opens, closes)


async def test_a_year_without_a_calendar_is_refused(home: Home, server: ClockServer) -> None:
    server.says(parse_instant("2035-02-13T17:00:00Z"))

    with pytest.raises(BadConfiguration, match="the exchange calendar covers"):
        async with opened(options_on(home, server.url)):
            raise AssertionError("opened")


async def test_a_venue_of_its_own_keeps_its_own_time(home: Home, server: ClockServer) -> None:
    server.says(NOON, **{"X-Venue-Speed": "60"})

    async with opened(options_on(home, server.url)) as world:
        assert isinstance(world.clock, ScaledClock)
        assert NOON <= world.clock.now() < NOON + 60 * NANOS * 60
        assert (world.venue, world.speed) == (server.url, 60.0)
        assert world.symbols == ("SPY", "AAPL", "JPM")
        assert not world.fresh_account
        assert world.quiescence is None


async def test_it_connects_by_sockets(home: Home, server: ClockServer) -> None:
    server.says(NOON)

    async def durable() -> None:
        raise AssertionError("nothing is sent")

    async with opened(options_on(home, server.url)) as world:
        edges = world.connect(Inbox(), durable)
        assert isinstance(edges, SocketEdges)
        await edges.close()


async def test_streams_that_do_not_come_up_are_named(
    home: Home, server: ClockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_edges, "CONNECT_SECONDS", 0.01)
    server.says(NOON)

    async def durable() -> None:
        raise AssertionError("nothing is sent")

    async with opened(options_on(home, server.url)) as world:
        edges = world.connect(Inbox(), durable)
        with pytest.raises(VenueUnreachable, match="the order stream was not ready within"):
            await edges.connect()
        await edges.close()


async def test_an_order_that_the_venue_does_not_know_is_not_found(
    home: Home, server: ClockServer
) -> None:
    server.says(NOON)

    async def durable() -> None:
        raise AssertionError("nothing is sent")

    async with opened(options_on(home, server.url)) as world:
        edges = world.connect(Inbox(), durable)
        assert await edges.find_order("te-1") is None
        await edges.close()


async def test_two_runs_have_two_tags(
    home: Home, server: ClockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.says(NOON)
    monkeypatch.setattr(socket, "gethostname", lambda: "my-trading-machine")
    tags = []

    for milliseconds in (1, 2):
        started = SimulatedClock(milliseconds * 1_000_000)
        monkeypatch.setattr(remote, "SystemClock", lambda started=started: started)
        async with opened(options_on(home, server.url)) as world:
            tags.append(world.run_tag)

    assert tags == ["mytradi1", "mytradi2"]


def on_paper(home: Home, server: ClockServer, monkeypatch: pytest.MonkeyPatch) -> Options:
    monkeypatch.setattr(addresses, "_PAPER", server.url)
    return options_on(home, "paper", **KEYS)


async def test_a_broker_whose_clock_agrees_is_traded_by_the_machines(
    home: Home, server: ClockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.says(SystemClock().now())

    async with opened(on_paper(home, server, monkeypatch)) as world:
        assert isinstance(world.clock, SystemClock)
        assert (world.venue, world.speed) == ("paper", 1.0)


@pytest.mark.parametrize("seconds", [-3600, 30])
async def test_a_machine_whose_clock_is_wrong_does_not_trade(
    home: Home, server: ClockServer, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    server.says(SystemClock().now() + seconds * NANOS)

    with pytest.raises(BadConfiguration, match=r"the machine's clock: is .* s away"):
        async with remote_world(on_paper(home, server, monkeypatch), print):
            raise AssertionError("opened")
