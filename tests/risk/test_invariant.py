"""
Whatever happens in whatever order, the account's exposure stays within its limits.

A small broker that we play ourselves fills, cancels and rejects as it likes; the
ledger's word follows each fill, as the wiring table has it. The exposure is
counted here from the broker's side, not from the gate's books.
"""

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.risk.world import (
    NOW,
    SYMBOLS,
    ask,
    bar,
    ended,
    fill,
    intent,
    open_gate,
    plan,
    position,
    quote,
    seconds,
    submitted,
    symbol_plan,
)
from tradeengine.model.commands import ApprovedOrder
from tradeengine.model.orders import Purpose, Side

PRICE = Decimal("50.01")
EQUITY = Decimal(100_000)
GROSS = EQUITY * Decimal("0.16")
SECTOR = EQUITY * Decimal("0.15")
BETA = EQUITY * Decimal("0.15")
ORDER = EQUITY * Decimal("0.10")
# None: sized by the gate. 199 shares are the most that one order may have.
QUANTITIES = st.sampled_from((None, 10, 101, 150, 190, 199, 200))


@dataclass
class AtBroker:
    """An order as the broker has it."""

    name: str
    symbol: str
    side: Side
    purpose: Purpose
    quantity: Decimal
    filled: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        return self.quantity - self.filled


class AnyInterleaving(RuleBasedStateMachine):
    """Intents, fills, cancels and rejects in any order."""

    def __init__(self) -> None:
        super().__init__()
        session = plan(beta=0.5)
        session.symbols["BBB"] = symbol_plan(beta=0.5)
        session.symbols["CCC"] = symbol_plan(sector="glass")
        session.symbols["DDD"] = symbol_plan(sector="glass")
        self.gate = open_gate(
            session,
            gross_exposure_max_fraction="0.16",
            sector_exposure_max_fraction="0.15",
            portfolio_beta_max="0.15",
            max_order_notional_fraction="0.10",
            max_positions=3,
            cooldown_seconds=0,
            entries_per_symbol_per_hour=1000,
            entries_per_symbol_per_session=1000,
        )
        self.held = dict.fromkeys(SYMBOLS, Decimal(0))
        self.orders: list[AtBroker] = []
        self.now = NOW
        self.count = 0

    def send(self, symbol: str, side: Side, purpose: Purpose, quantity: int | None) -> None:
        self.now += seconds(2)
        self.gate.on_quote(quote(symbol, at=self.now))
        self.gate.on_bar(bar(symbol, at=self.now - seconds(60)))
        wanted = intent(
            symbol,
            side,
            purpose,
            quantity=None if quantity is None else str(quantity),
            limit_price=str(PRICE),
            at=self.now,
        )
        answer = ask(self.gate, wanted)
        if isinstance(answer.message, ApprovedOrder):
            self.count += 1
            name = f"o{self.count}"
            self.gate.on_submitted(submitted(symbol, side, purpose, name))
            self.orders.append(AtBroker(name, symbol, side, purpose, answer.message.quantity))

    @rule(symbol=st.sampled_from(SYMBOLS), quantity=QUANTITIES)
    def enter(self, symbol: str, quantity: int | None) -> None:
        self.send(symbol, Side.BUY, Purpose.ENTRY, quantity)

    @rule(symbol=st.sampled_from(SYMBOLS), quantity=QUANTITIES)
    def leave(self, symbol: str, quantity: int | None) -> None:
        self.send(symbol, Side.SELL, Purpose.EXIT, quantity)

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), twice=st.booleans())
    def fill_some(self, data: st.DataObject, twice: bool) -> None:
        order = data.draw(st.sampled_from(self.orders))
        shares = Decimal(data.draw(st.integers(1, int(order.left))))
        order.filled += shares
        self.held[order.symbol] += order.side.sign * shares
        told = fill(
            order.symbol, order.side, str(shares), str(order.filled), order.name, at=self.now
        )
        for _ in range(1 + twice):
            self.gate.on_fill(told)
        self.gate.on_position(position(order.symbol, str(self.held[order.symbol]), "50"))
        if not order.left:
            self.end(order)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def cancel_or_reject(self, data: st.DataObject) -> None:
        self.end(data.draw(st.sampled_from(self.orders)))

    def end(self, order: AtBroker) -> None:
        self.orders.remove(order)
        self.gate.on_order_ended(ended(order.symbol, order.side, order.purpose, order.name))

    @invariant()
    def exposure_stays_within_the_limits(self) -> None:
        longest = {
            symbol: self.held[symbol] + self.promised(symbol, Side.BUY) for symbol in SYMBOLS
        }
        exposure = {symbol: shares * PRICE for symbol, shares in longest.items()}
        assert sum(exposure.values()) <= GROSS
        assert max(exposure.values()) <= ORDER
        steel, glass = exposure["AAA"] + exposure["BBB"], exposure["CCC"] + exposure["DDD"]
        assert max(steel, glass) <= SECTOR
        assert steel / 2 + glass <= BETA
        assert sum(1 for shares in longest.values() if shares) <= 3

    @invariant()
    def no_sale_can_open_a_short(self) -> None:
        for symbol in SYMBOLS:
            assert self.held[symbol] - self.promised(symbol, Side.SELL) >= 0

    @invariant()
    def the_gate_promises_what_the_broker_may_still_fill(self) -> None:
        for symbol in SYMBOLS:
            for side in Side:
                assert self.gate.view.exposure.left(symbol, side) == self.promised(symbol, side)

    def promised(self, symbol: str, side: Side) -> Decimal:
        orders = (o for o in self.orders if o.symbol == symbol and o.side is side)
        return sum((order.left for order in orders), Decimal(0))


TestAnyInterleaving = AnyInterleaving.TestCase
TestAnyInterleaving.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
