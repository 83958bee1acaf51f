"""When the broker is right and our books were not, that alone is no loss and no short sale."""

from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from tests.runs import PERMISSIVE, make_home
from tests.sessions.watched import Watched, watch
from tradeengine.errors import ExitCode
from tradeengine.model.instants import NANOS, parse_instant
from tradeengine.venue.records import AccountUpdate, OrderRequest
from tradeengine.venue.server.faults import MuteData, StrangerTrades, World
from tradeengine.venue.server.faults.fault import Body, Fault

D = Decimal
NOTICED_WITHIN_SECONDS = 35.0
A_MINUTE = 61 * NANOS
HALF_THE_ACCOUNT = PERMISSIVE | {
    "max_order_notional_dollars": 400_000,
    "adv_percent": 25,
    "gross_exposure_max_fraction": 4,
    "net_exposure_max_fraction": 4,
    "sector_exposure_max_fraction": 4,
}


class CloseByHand(Fault, kw_only=True):
    """A person cancels the stop of AAPL after a minute and sells all; no frame tells the sale."""

    cancelled: bool = False
    sold_at: int = 0

    def on_told(self, update: AccountUpdate, world: World) -> None:
        order, exchange, account = update.order, world.exchange, world.account_id
        if order.symbol != "AAPL" or order.type != "stop":
            return
        if update.event == "new" and not self.cancelled:
            self.cancelled = True
            cancel = partial(exchange.cancel, account, order.id)
            exchange.tampering.later(update.at + A_MINUTE, cancel)
        if update.event == "canceled" and not self.sold_at:
            self.sold_at = update.at
            sale = OrderRequest(
                symbol="AAPL",
                side="sell",
                type="market",
                time_in_force="day",
                qty=order.qty,
                client_order_id="by-hand",
            )
            exchange.submit(account, sale)

    def on_update(self, _account_id: str, message: Body) -> list[Body]:
        order = message.get("data", {}).get("order", {})
        return [] if order.get("client_order_id") == "by-hand" else [message]


class LoseBusts(Fault, kw_only=True):
    """All fills of AAPL's entry are taken back after a minute, and no frame tells it."""

    busted_at: int = 0

    def on_told(self, update: AccountUpdate, world: World) -> None:
        of_entry = update.order.symbol == "AAPL" and update.order.side == "buy"
        if not of_entry or update.event != "fill" or self.busted_at:
            return
        self.busted_at = update.at + A_MINUTE
        world.exchange.tampering.later(self.busted_at, partial(self._bust, world))

    def _bust(self, world: World) -> None:
        exchange, account = world.exchange, world.account_id
        while any(row.symbol == "AAPL" for row in exchange.positions(account)):
            exchange.bust(account, exchange.tampering.last_execution(account, "AAPL"))

    def on_update(self, _account_id: str, message: Body) -> list[Body]:
        return [] if message.get("data", {}).get("event") == "trade_bust" else [message]


def seconds_until(run: Watched, code: str, since: int) -> float:
    """Give the seconds of venue time until an event of the log."""
    at = parse_instant(run.events(code)[0]["timestamp"])
    return (at - since) / NANOS


def test_a_big_position_closed_by_hand_is_noticed_and_not_sold_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = CloseByHand()

    run = watch(monkeypatch, make_home(tmp_path, "BuyBig", risk=HALF_THE_ACCOUNT), hand)

    assert run.exit_code is ExitCode.CLEAN
    assert "LOCKED" not in run.alerts()
    assert seconds_until(run, "SYMBOL_FROZEN", hand.sold_at) < NOTICED_WITHIN_SECONDS
    sold = [fill.qty for fill in run.fills("sell") if fill.order.symbol == "AAPL"]
    assert sold == [D(250)]
    assert min(u.position_qty for u in run.updates if u.position_qty is not None) == 0


def test_a_lost_bust_of_half_the_account_is_no_drawdown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    busts = LoseBusts()

    run = watch(monkeypatch, make_home(tmp_path, "BuyBig", risk=HALF_THE_ACCOUNT), busts)

    assert seconds_until(run, "HOLDINGS_DIFFER", busts.busted_at) < NOTICED_WITHIN_SECONDS
    assert run.exit_code is ExitCode.CLEAN
    assert "LOCKED" not in run.alerts()
    assert min(u.position_qty for u in run.updates if u.position_qty is not None) == 0


def test_shares_that_were_ignored_are_no_obstacle_after_a_flatten_of_the_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SAFETY closes them too; then broker and books are both flat, and trading goes on."""
    home = make_home(tmp_path, ledger={"foreign": "ignore"})
    stranger = StrangerTrades(symbol="SPY", after=100)

    run = watch(monkeypatch, home, stranger, MuteData(seconds=100, after=240), until="10:42")

    assert run.exit_code is ExitCode.CLEAN
    assert "NOT_ALIKE" not in run.alerts()
    assert run.events("SYMBOL_FROZEN") == []
    states = [event["message"] for event in run.events("STATE_CHANGED")]
    assert "SAFETY -> TRADING: the feed is stable, broker and ledger are flat" in states
