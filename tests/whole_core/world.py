"""The core, the broker and the wires between them, with what must hold at every order."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from tests.risk.world import CLOSE, NOW, OPEN, SYMBOLS, bar, limits, plan, quote, symbol_plan
from tests.whole_core.model_broker import ZERO, AtBroker, ModelBroker
from tradeengine.build_inputs import BuildInputs
from tradeengine.ledger.parameters import LedgerParameters
from tradeengine.model.commands import (
    AskBroker,
    CancelOrder,
    KeepBaseline,
    LockTrading,
    SubmitOrder,
)
from tradeengine.model.events import (
    BrokerSnapshot,
    FeedConnected,
    FillBusted,
    OrderFilled,
    OrderStreamReady,
    Reconciled,
    RunOpened,
    TimerFired,
    WarmUpEnded,
)
from tradeengine.model.instants import NANOS
from tradeengine.model.message import Message
from tradeengine.model.orders import EngineState, Purpose, Question, Side, StopTrigger
from tradeengine.router.parameters import RouterParameters
from tradeengine.strategy.parameters import HostParameters, StrategySpec
from tradeengine.wiring import build

GROSS, SECTOR, ORDER, MOST_NAMES = (
    Decimal("0.16"), Decimal("0.15"), Decimal("0.10"), 3,
)  # fmt: skip
LIMITS = limits(
    gross_exposure_max_fraction=GROSS,
    net_exposure_max_fraction=GROSS,
    sector_exposure_max_fraction=SECTOR,
    max_order_notional_fraction=ORDER,
    max_positions=MOST_NAMES,
    portfolio_beta_max="4",
    drawdown_max_fraction="0.5",
    cooldown_seconds=0,
    entries_per_hour=100_000,
    entries_per_symbol_per_hour=1000,
    entries_per_symbol_per_session=1000,
    orders_per_minute=100_000,
)


def _inputs() -> BuildInputs:
    session = plan()
    session.symbols["CCC"] = symbol_plan(sector="glass")
    session.symbols["DDD"] = symbol_plan(sector="glass")
    puppet = {"name": "test", "class": "tests.whole_core.puppet:Puppet"}
    return BuildInputs(
        plan=session,
        ledger=LedgerParameters(),
        risk=LIMITS,
        router=RouterParameters(),
        host=HostParameters(),
        strategies=(StrategySpec.model_validate(puppet),),
    )


class NoRecorder:
    """A recorder that keeps nothing."""

    def take_input(self, message: Message) -> None:
        """Forget an input."""

    def take_effect(self, message: Message) -> None:
        """Forget an effect."""


class World:
    """Everything between a wish and a fill, run by hand."""

    def __init__(self, held: defaultdict[str, Decimal]) -> None:
        self.broker = ModelBroker(now=NOW, held=held)
        self.middle = Decimal(50)
        self.names: set[str] = set()
        self.shown: dict[str, Decimal] = {}
        self.runs = 0
        self.open_run()

    # The outbox of the core: what leaves is looked at first, then waits on the wire.

    def send(self, command: Message) -> None:
        if isinstance(command, SubmitOrder):
            self.submits.append(command)
            self._check_order(command)
        elif isinstance(command, CancelOrder):
            self.cancels.append(command)
        elif isinstance(command, AskBroker):
            self.questions.append(command)
        else:
            assert isinstance(command, LockTrading | KeepBaseline)

    def _check_order(self, order: SubmitOrder) -> None:
        name = order.client_order_id
        assert name not in self.names, f"{name} is sent twice"
        self.names.add(name)
        self.sent[name] = order
        if order.purpose is Purpose.ENTRY:
            assert self.core.breaker.state is EngineState.TRADING
            self._check_exposure(order)
        else:
            self._check_closing(order)

    def _check_exposure(self, order: SubmitOrder) -> None:
        """Hold the limits against what the account can come to hold, in the broker's eyes."""
        # The gate hears of the equity at most every second; prices move meanwhile.
        equity = max(self.core.ledger.view().equity, self.core.gate.view.equity or ZERO)
        worst = {symbol: self._longest(symbol) for symbol in SYMBOLS}
        assert order.quantity * (order.limit_price or ZERO) <= ORDER * equity
        assert sum(worst.values()) <= GROSS * equity
        assert worst["AAA"] + worst["BBB"] <= SECTOR * equity
        assert worst["CCC"] + worst["DDD"] <= SECTOR * equity
        assert sum(1 for dollars in worst.values() if dollars) <= MOST_NAMES

    def _longest(self, symbol: str) -> Decimal:
        """
        Give the dollars in a symbol when all that we may still buy of it is bought.

        What a person has bought beside us counts once it is told.
        """
        due = [
            event.quantity * self.shown[symbol]
            for event in self.broker.news
            if isinstance(event, OrderFilled) and self._is_our_buy(event)
            if event.symbol == symbol
        ]
        due += [
            order.left * (order.price or ZERO)
            for order in self.broker.open.values()
            if order.symbol == symbol and order.side is Side.BUY and order.name in self.names
        ]
        due += [
            order.quantity * (order.limit_price or ZERO)
            for order in self.submits
            if order.symbol == symbol and order.side is Side.BUY
        ]
        held = max(ZERO, self.told[symbol]) * self.shown[symbol]
        return held + sum(due, ZERO)

    def _is_our_buy(self, fill: OrderFilled) -> bool:
        return fill.side is Side.BUY and fill.client_order_id in self.names

    def _check_closing(self, order: SubmitOrder) -> None:
        """An order that closes never reaches through zero, by what the ledger knows."""
        if order.purpose is Purpose.FLATTEN:
            return  # It follows the broker's word, which is looked at when it is taken.
        held = self.ledger_positions().get(order.symbol, ZERO)
        others = [
            event.quantity
            for event in self.broker.news
            if isinstance(event, OrderFilled) and event.client_order_id in self.sent
            if event.symbol == order.symbol and event.side is order.side
        ]
        others += [
            open_.left
            for open_ in self.broker.open.values()
            if open_.symbol == order.symbol and open_.side is order.side
            if open_.name in self.sent
        ]
        others += [
            going.quantity
            for going in self.submits
            if going.symbol == order.symbol and going.side is order.side and going is not order
        ]
        by_ledger = order.quantity + sum(others, ZERO) <= -order.side.sign * held
        # The gate may know it better, by the broker's own word, than a ledger that waits.
        going_too = sum((o.quantity for o in self.submits if o.symbol == order.symbol), ZERO)
        assert by_ledger or going_too <= self.broker.available(order.symbol), order

    # Runs.

    def open_run(self, read: Callable[[AskBroker], BrokerSnapshot] | None = None) -> None:
        """
        Build the core from nothing and start it as a run starts.

        `read` gives what the broker answers to the first question, in place of what it holds.
        """
        self.begin_run()
        now = self.broker.now
        self.step(FeedConnected(at=now, received_at=now, symbols=len(SYMBOLS)))
        self.step(OrderStreamReady(at=now, received_at=now))
        if read is None:
            self.answer()
        else:
            self.step(read(self.questions.pop()))
        self.step(Reconciled(at=now, received_at=now, unexplained=0))
        self.step(WarmUpEnded(at=now, received_at=now, bars=36))
        for symbol in SYMBOLS:
            self.show(symbol)
        self.pass_time(0.001)

    def begin_run(self) -> None:
        """Build the core from nothing; it knows of the run, and of nothing else yet."""
        self.runs += 1
        self.submits: list[SubmitOrder] = []
        self.cancels: list[CancelOrder] = []
        self.questions: list[AskBroker] = []
        self.sent: dict[str, SubmitOrder] = {}
        self.unresolved: dict[str, bool] = {}
        self.told_fills: dict[str, OrderFilled] = {}
        self.core = build(_inputs(), NoRecorder(), self)
        # What was told of an earlier run is not told again; the snapshot holds it.
        self.broker.news.clear()
        now = self.broker.now
        self.step(
            RunOpened(
                at=now,
                received_at=now,
                run_tag=f"run{self.runs}",
                session_open=OPEN,
                session_close=CLOSE,
                until=CLOSE,
                until_trigger=StopTrigger.CLOSE,
            )
        )
        self.told = self.broker.held.copy()

    def step(self, message: Message) -> list[Message]:
        return self.core.engine.step(message)

    def pass_time(self, seconds: float) -> list[Message]:
        """Let time go on; the heartbeat is heard."""
        self.broker.now += int(seconds * NANOS)
        now = self.broker.now
        return self.step(TimerFired(at=now, received_at=now, name="heartbeat", due=now))

    def show(self, symbol: str) -> None:
        """Show a quote and a bar of now."""
        now, middle = self.broker.now, float(self.middle)
        self.shown[symbol] = self.middle
        self.step(bar(symbol, middle, at=now - 60 * NANOS))
        self.step(quote(symbol, middle - 0.01, middle + 0.01, at=now))

    # The broker's words.

    def answer(self) -> list[Message]:
        """Answer the oldest question."""
        asked = self.questions.pop(0)
        if asked.why == Question.RECONCILE:
            # The broker's edge reads first what the stream has not told.
            while self.broker.news:
                self.tell(0)
        assert asked.at or asked.why != Question.START
        return self.step(self.broker.snapshot(asked.why, asked.at, self.middle))

    def tell(self, place: int) -> None:
        """Tell a piece of news; 0 is the oldest."""
        event = self.broker.news.pop(place)
        if isinstance(event, OrderFilled):
            self.told[event.symbol] += event.side.sign * event.quantity
            self.told_fills[event.execution_id] = event
        elif isinstance(event, FillBusted):
            busted = self.told_fills.pop(event.previous_execution_id)
            self.told[event.symbol] -= busted.side.sign * busted.quantity
        self.step(event)

    def ledger_positions(self) -> dict[str, Decimal]:
        rows = self.core.ledger.view().positions
        return {row.symbol: row.quantity for row in rows}

    def orders(self) -> list[AtBroker]:
        return list(self.broker.open.values())
