"""Faults of an account: what happens to its orders, fills and positions unasked."""

from decimal import Decimal
from functools import partial
from typing import Literal

from tradeengine.model.instants import NANOS
from tradeengine.venue.exchange.exchange import Exchange
from tradeengine.venue.records import AccountUpdate, OrderRequest, Refused
from tradeengine.venue.server.faults.fault import Counted, Momentary, Seconds, Share, World


class OfAccount(Momentary, kw_only=True):
    """A fault of one account, by default the engine's."""

    account: str | None = None

    def account_in(self, world: World) -> str:
        """Give the account's name. Raises Refused when there is none of it."""
        name = self.account or world.account_id
        world.exchange.account(name)
        return name


class PartialFillThenCancel(OfAccount, tag="partial_fill_then_cancel", kw_only=True):
    """The next order is filled by a `share` (one whole share at least), then cancelled."""

    share: Share = 0.5

    def strike(self, world: World) -> None:
        world.exchange.tampering.cut_next(self.account_in(world), Decimal(str(self.share)))


class RejectAfterAccept(OfAccount, tag="reject_after_accept", kw_only=True):
    """The next order is answered 200 and then `rejected` by the exchange."""

    reason: str = "rejected by fault injection"

    def strike(self, world: World) -> None:
        world.exchange.reject_next(self.account_in(world), self.reason)


class RejectReplace(OfAccount, tag="reject_replace", kw_only=True):
    """The next replace is answered 200 and then refused (`order_replace_rejected`)."""

    reason: str = "rejected by fault injection"

    def strike(self, world: World) -> None:
        world.exchange.reject_next_replace(self.account_in(world), self.reason)


class StuckCancel(OfAccount, tag="stuck_cancel", kw_only=True):
    """The next cancel is lost: the order stays `pending_cancel` until asked again."""

    def strike(self, world: World) -> None:
        world.exchange.stick_next_cancel(self.account_in(world))


class BustLastFill(OfAccount, tag="bust_last_fill", kw_only=True):
    """The last fill that stands is taken back (`trade_bust`)."""

    symbol: str | None = None

    def strike(self, world: World) -> None:
        account_id = self.account_in(world)
        execution_id = world.exchange.tampering.last_execution(account_id, self.symbol)
        world.exchange.bust(account_id, execution_id)


class BustNextFill(Counted, tag="bust_next_fill", kw_only=True):
    """The next fill is taken back (`trade_bust`) `delay` seconds of venue time later."""

    account: str | None = None
    delay: Seconds = 1.0

    def on_told(self, update: AccountUpdate, world: World) -> None:
        account_id = self.account or world.account_id
        execution_id = update.execution_id
        if update.account_id != account_id or execution_id is None:
            return
        if update.event in ("fill", "partial_fill"):
            self.use()
            at = world.exchange.now + int(self.delay * NANOS)
            bust = partial(_bust, world.exchange, account_id, execution_id)
            world.exchange.tampering.later(at, bust)


class StrangerTrades(OfAccount, tag="stranger_trades", kw_only=True):
    """
    Somebody else sends an order in the account: an order, and soon a position, not ours.

    Without a `limit_price` it is a market order.
    """

    symbol: str
    side: Literal["buy", "sell"] = "buy"
    qty: Decimal = Decimal(10)
    limit_price: Decimal | None = None
    client_order_id: str | None = None

    def strike(self, world: World) -> None:
        request = OrderRequest(
            symbol=self.symbol,
            side=self.side,
            type="market" if self.limit_price is None else "limit",
            time_in_force="day",
            qty=self.qty,
            limit_price=self.limit_price,
            client_order_id=self.client_order_id,
        )
        world.exchange.submit(self.account_in(world), request)


class CashTransfer(OfAccount, tag="cash_transfer", kw_only=True):
    """
    Cash comes into the account (`amount` above 0: a deposit) or leaves it.

    `kind` is the activity's type; null: CSD for a deposit, CSW for a withdrawal.
    """

    amount: Decimal
    kind: Literal["CSD", "CSW", "JNLC"] | None = None

    def strike(self, world: World) -> None:
        if not self.amount or not self.amount.is_finite():
            raise Refused(422, 40010001, f"invalid amount: {self.amount}")
        kind = self.kind or ("CSD" if self.amount > 0 else "CSW")
        world.exchange.tampering.transfer(self.account_in(world), kind, self.amount)


def _bust(exchange: Exchange, account_id: str, execution_id: str) -> None:
    try:
        exchange.bust(account_id, execution_id)
    except Refused:
        return  # Another fault has taken it back already.
