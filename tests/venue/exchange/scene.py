"""A scene: an exchange on a scripted tape, with constant latencies, told in seconds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from msgspec import convert

from tradeengine.model.events import PriceBand, Quote, Trade, TradingStatus
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.sessions import Session, session_on
from tradeengine.venue.exchange import Exchange
from tradeengine.venue.parameters import VenueParameters
from tradeengine.venue.records import AccountUpdate, OrderRequest, Refused, VenueOrder

DAY = date(2019, 2, 13)
ME = "me"


def the_session(day: date = DAY) -> Session:
    session = session_on(day)
    assert session is not None
    return session


OPEN = the_session().open_at
CLOSE_SECONDS = 23_400.0
"""16:00, in seconds after the open."""


def instant(seconds: float) -> int:
    """Give the instant so many seconds after the open of 2019-02-13."""
    return OPEN + round(seconds * NANOS)


@dataclass(frozen=True)
class Share:
    asset_id: str
    tradable: bool = True
    fractionable: bool = True
    shortable: bool = True
    easy_to_borrow: bool = True


@dataclass(frozen=True)
class ScriptedTick:
    at: int
    messages: tuple[Message, ...]


def quote(
    seconds: float, bid: float, ask: float, *, size: int = 100, symbol: str = "KO"
) -> ScriptedTick:
    at = instant(seconds)
    shown = Quote(
        at=at, received_at=at, symbol=symbol, bid=bid, bid_size=size, ask=ask, ask_size=size
    )
    return ScriptedTick(at, (shown,))


def trade(seconds: float, price: float, *, size: float = 100, symbol: str = "KO") -> ScriptedTick:
    at = instant(seconds)
    printed = Trade(at=at, received_at=at, symbol=symbol, price=price, size=size, trade_id=1)
    return ScriptedTick(at, (printed,))


def band(seconds: float, low: float, high: float) -> ScriptedTick:
    at = instant(seconds)
    return ScriptedTick(at, (PriceBand(at=at, received_at=at, symbol="KO", low=low, high=high),))


def status(seconds: float, *, halted: bool) -> ScriptedTick:
    at, code = instant(seconds), "H" if halted else "T"
    said = TradingStatus(at=at, received_at=at, symbol="KO", code=code, halted=halted)
    return ScriptedTick(at, (said,))


@dataclass
class ScriptedMarket:
    script: Sequence[ScriptedTick] = ()
    instruments: Mapping[str, Share] = field(
        default_factory=lambda: {
            "KO": Share("asset-ko"),
            "PEP": Share("asset-pep"),
            "OCGN": Share("asset-ocgn", fractionable=False),
            "HARD": Share("asset-hard", easy_to_borrow=False),
            "DEAD": Share("asset-dead", tradable=False),
        }
    )
    session: Session = field(default_factory=the_session)

    def ticks(self, start: int) -> Iterator[ScriptedTick]:
        return (tick for tick in self.script if tick.at >= start)

    def previous_close(self, symbol: str) -> float:
        return {"KO": 99.0, "OCGN": 0.98}.get(symbol, 50.0)


FLAT = {"latency_jitter": 0.0, "fill_latency_ms": 10.0}
"""accept 5 ms, then 10 ms to the book, cancel 4 ms, replace 5 ms, in-house 3 ms."""


class Scene:
    """One account, `me`, on a scripted market that shows KO at 99.99 / 100.01."""

    def __init__(
        self,
        *script: ScriptedTick,
        start: float = 0.0,
        cash: int | None = None,
        begin: bool = True,
        seed: int = 7,
        slow: Mapping[str, float] = MappingProxyType({}),
        **parameters: object,
    ) -> None:
        first = (quote(0.0, 99.99, 100.01), trade(0.0, 100.0)) if begin else ()
        chosen = VenueParameters.model_validate({**FLAT, **slow, **parameters})
        self.exchange = Exchange(
            ScriptedMarket((*first, *script)), parameters=chosen, seed=seed, start=instant(start)
        )
        self.exchange.open_account(ME, cash=None if cash is None else Decimal(cash))
        self.updates: list[AccountUpdate] = []
        self.run_to(start)

    def run_to(self, seconds: float) -> "Scene":
        """Carry out everything up to an instant and stand there."""
        end = instant(seconds)
        while (due := self.exchange.next_at()) is not None and due <= end:
            self.updates += self.exchange.advance().updates
        self.exchange.pass_time(end)
        return self

    def order(
        self, side: object, qty: object, kind: object = "market", **fields: object
    ) -> VenueOrder:
        """Submit an order for KO; numbers may be text. Msgspec checks the types."""
        values = {"symbol": "KO", "time_in_force": "day", "qty": qty, "side": side, "type": kind}
        request = convert(_exact(values | fields), OrderRequest)
        made = self.exchange.submit(ME, request)
        self.updates += self.exchange.drain()
        return made

    def cancel(self, order: VenueOrder) -> None:
        self.exchange.cancel(ME, order.id)
        self.updates += self.exchange.drain()

    def seen(self, order: VenueOrder) -> VenueOrder:
        """Look the order up as it is now."""
        return self.exchange.order(ME, order.id)

    def status(self, order: VenueOrder) -> str:
        return self.seen(order).status

    def events(self, order: VenueOrder | None = None) -> list[str]:
        """Give the words of the updates so far, of one order or of all."""
        return [u.event for u in self.updates if order is None or u.order.id == order.id]

    def fills(self, order: VenueOrder) -> list[tuple[str, str]]:
        """Give quantity and price of each execution of an order."""
        return [
            (str(u.qty), str(u.price))
            for u in self.updates
            if u.order.id == order.id and u.event in {"fill", "partial_fill"}
        ]

    def qty(self, symbol: str = "KO") -> Decimal:
        held = {row.symbol: row.qty for row in self.exchange.positions(ME)}
        return held.get(symbol, Decimal(0))

    def buying_power(self) -> Decimal:
        return self.exchange.account(ME).buying_power


NUMBERS = frozenset(
    {
        "qty",
        "notional",
        "limit_price",
        "stop_price",
        "trail_price",
        "trail_percent",
        "take_profit_limit",
        "stop_loss_stop",
        "stop_loss_limit",
    }
)


def _exact(values: dict[str, object]) -> dict[str, object]:
    return {
        name: Decimal(str(value)) if name in NUMBERS and value is not None else value
        for name, value in values.items()
    }


def words(refusal: Refused) -> tuple[int, int, str]:
    """Give status, code and message of a refusal."""
    return refusal.status, refusal.code, refusal.message
