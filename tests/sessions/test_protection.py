"""Every share has a stop at the broker within two seconds, by the venue's own books."""

import json
import signal
from collections.abc import Callable
from datetime import time
from decimal import Decimal
from functools import partial
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.runs import DAY, PERMISSIVE, SYMBOLS, make_home, run_folder
from tests.sessions.programs import PATIENCE_SECONDS, Venue, engine_running, venue_running
from tests.sessions.watched import Watched, watch
from tradeengine.errors import ExitCode
from tradeengine.model.denials import Denial
from tradeengine.model.instants import NANOS, instant_of
from tradeengine.run import startup
from tradeengine.venue.exchange.splitting import OpenOrders
from tradeengine.venue.records import AccountUpdate
from tradeengine.venue.server.faults import (
    BadGateway,
    MissingField,
    PartialFillThenCancel,
    Split,
    StrangerTrades,
    TimeoutAfterAccept,
    World,
)
from tradeengine.venue.server.faults.fault import Counted

D = Decimal
WITHIN_SECONDS = 2.0
FREELY = PERMISSIVE | {
    "cooldown_seconds": 0,
    "entries_per_symbol_per_hour": 1000,
    "entries_per_symbol_per_session": 10_000,
    "entries_per_hour": 10_000,
    "orders_per_minute": 10_000,
    "max_order_notional_dollars": 400_000,
    "adv_percent": 25,
    "gross_exposure_max_fraction": 4,
    "net_exposure_max_fraction": 4,
    "sector_exposure_max_fraction": 4,
}


class RefuseStops(Counted, kw_only=True):
    """The next stops are taken and then rejected by the exchange."""

    def on_told(self, update: AccountUpdate, world: World) -> None:
        # The shares of an entry have come, or a stop has just been rejected: a stop follows.
        of_entry = update.order.side == "buy" and update.order.status == "filled"
        again = update.order.type == "stop" and update.event == "rejected"
        if self.times and (of_entry or again):
            self.times -= 1
            world.exchange.reject_next(world.account_id, "a test")


class CancelStops(Counted, kw_only=True):
    """A stranger cancels the next stops, each half a second after it works."""

    def on_told(self, update: AccountUpdate, world: World) -> None:
        if self.times and update.order.type == "stop" and update.event == "new":
            self.times -= 1
            cancel = partial(world.exchange.cancel, world.account_id, update.order.id)
            world.exchange.tampering.later(update.at + NANOS // 2, cancel)


def assert_protected(run: Watched) -> None:
    """Check every fill of a run, and that nothing was ever sold beyond what was held."""
    assert run.exit_code is ExitCode.CLEAN
    assert run.fills("buy")
    assert [row for row in run.uncovered() if row.seconds >= WITHIN_SECONDS] == []
    assert min(u.position_qty for u in run.updates if u.position_qty is not None) >= 0


def test_a_whole_day_of_fills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_home(tmp_path, "Churn", risk=FREELY)

    run = watch(monkeypatch, home, start="09:30", until="close")

    assert len(run.fills("buy")) > 200
    cut_short = [row for row in run.uncovered() if row.because.startswith("partial_fill")]
    assert len(cut_short) > 20
    assert_protected(run)
    assert run.alerts() == []
    naked = json.loads(run_folder(home).receipt.read_text())["naked"]
    assert naked["uncovered_dollars"] == {}
    # The engine's meter sees what the venue's books say, but for a stop's way from POST to `new`.
    longest = max(row.seconds for row in run.uncovered())
    assert naked["longest_seconds"] == pytest.approx(longest, abs=0.02)


def test_shares_of_an_entry_that_was_filled_in_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = watch(monkeypatch, make_home(tmp_path), PartialFillThenCancel(share=0.5))

    assert [fill.qty for fill in run.fills("buy")] == [D(5), D(10)]
    assert_protected(run)


def test_a_stop_that_the_exchange_rejects_is_made_again_under_a_new_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = watch(monkeypatch, make_home(tmp_path), RefuseStops(times=1))

    assert run.alerts() == ["NAKED"]
    assert_protected(run)


def test_a_stop_that_somebody_else_cancels_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = watch(monkeypatch, make_home(tmp_path), CancelStops(times=3))

    cancelled = [row for row in run.uncovered() if row.because.startswith("canceled")]
    assert len(cancelled) == 3 + len(SYMBOLS)  # those of the stranger, and the flatten's own
    assert_protected(run)


def test_a_position_whose_stops_are_all_refused_is_closed_at_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    risk = FREELY | {"naked_exposure_max_dollar_seconds": 10_000}
    home = make_home(tmp_path, "Restless", risk=risk, logs={"level": "debug"})
    run = watch(monkeypatch, home, RefuseStops(times=1000), until="10:33")

    denied = {event["fields"]["reason"] for event in run.events("ORDER_DENIED")}
    assert Denial.NAKED_EXPOSURE.value in denied
    # The limit is reached after 10 s; the exchange refuses the first sale too, as it does the
    # order after each refused stop; the second comes 10 s later.
    assert 10 < max(row.seconds for row in run.uncovered()) < 22
    assert "NAKED_EXPOSURE" in run.alerts()
    assert run.exit_code is ExitCode.CLEAN


@pytest.mark.parametrize("orders", ["adjust", "cancel", "keep"])
def test_a_split_in_the_session_gets_a_scaled_stop_for_all_shares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, orders: OpenOrders
) -> None:
    run = watch(monkeypatch, make_home(tmp_path), Split(symbol="AAPL", orders=orders, after=180))

    before, after = (u for u in run.updates if is_new_stop(u) and u.order.symbol == "AAPL")
    assert (before.order.qty, before.order.stop_price) == (D(10), D("169.55"))
    assert (after.order.qty, after.order.stop_price) == (D(20), D("84.77"))
    assert after.at - instant_of(DAY, time(10, 33)) < WITHIN_SECONDS * NANOS
    assert run.alerts() == ["STOP_MISFIT"]
    assert [fill.qty for fill in run.fills("sell") if fill.order.symbol == "AAPL"] == [D(20)]
    assert_protected(run)


def is_new_stop(update: AccountUpdate) -> bool:
    return update.order.type == "stop" and update.event == "new"


def test_after_a_restart_on_a_split_every_share_has_a_right_stop(
    home_with: Callable[..., Path],
) -> None:
    """Halted symbols stand in for the night: nothing trades between split and start."""
    home = home_with("BuyOnce")
    splits = {"AAPL": "adjust", "JPM": "cancel", "MSFT": "keep"}
    with venue_running("--start", "10:30", "--speed", "30", home=home) as venue:
        with engine_running("--venue", venue.urls["trading_url"], home=home) as first:
            first.wait_for("POSITION_CHANGED", times=3)
            wait_for_stops(venue, dict.fromkeys(splits, (10, ANY_PRICE)))
            first.kill()
        for symbol, orders in splits.items():
            venue.fault(fault="halt", symbol=symbol)
            venue.fault(fault="split", symbol=symbol, orders=orders)
        costs = {row["symbol"]: float(row["avg_entry_price"]) for row in positions(venue)}
        with engine_running("--venue", venue.urls["trading_url"], home=home) as second:
            wait_for_stops(venue, {s: (20, (0.95 * costs[s], costs[s])) for s in splits})
            for symbol in splits:
                venue.fault(fault="resume", symbol=symbol)
            second.stop(signal.SIGINT)
        assert venue.positions() == {}
        assert {row["qty"] for row in venue.orders() if row["type"] == "market"} <= {"20"}


Range = tuple[float, float]
ANY_PRICE: Range = (0.0, 1e9)


def positions(venue: Venue) -> list[dict[str, str]]:
    found = venue.get("/v2/positions")
    assert isinstance(found, list)
    return found


def wait_for_stops(venue: Venue, wanted: dict[str, tuple[int, Range]]) -> None:
    """Wait until each symbol has stops for so many shares, all within a range of prices."""
    end = monotonic() + PATIENCE_SECONDS
    while True:
        found = venue.get("/v2/orders?status=open&limit=500")
        assert isinstance(found, list)
        stops = [row for row in found if row["type"] == "stop" and row["status"] == "new"]
        if all(_has(stops, symbol, *what) for symbol, what in wanted.items()):
            return
        open_now = [(row["symbol"], row["qty"], row["stop_price"]) for row in stops]
        assert monotonic() < end, f"wanted {wanted}, open are {open_now}"
        sleep(0.05)  # The venue is another process: there is no clock to advance.


def _has(stops: list[dict[str, str]], symbol: str, shares: int, prices: Range) -> bool:
    mine = [row for row in stops if row["symbol"] == symbol]
    low, high = prices
    fit = all(low < float(row["stop_price"]) < high for row in mine)
    return fit and sum(int(row["qty"]) for row in mine) == shares


def test_shares_with_a_fraction_that_a_person_has_bought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path, ledger={"foreign": "adopt"})
    bought = StrangerTrades(symbol="SPY", side="buy", qty=D("10.5"))

    run = watch(monkeypatch, home, bought, until="10:40")

    stops = [u.order for u in run.updates if u.order.type == "stop" and u.order.symbol == "SPY"]
    assert {(stop.qty, stop.time_in_force) for stop in stops} == {(D(10), "gtc"), (D("0.5"), "day")}
    assert run.exit_code is ExitCode.CLEAN
    assert "NAKED" not in run.alerts()


def test_fills_whose_orders_never_say_how_much_of_them_is_filled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path, "Churn", risk=FREELY)

    run = watch(monkeypatch, home, MissingField(times=100_000), start="09:30", until="09:50")

    assert any(fill.event == "partial_fill" for fill in run.fills("sell"))
    assert (run.exit_code, run.alerts()) == (ExitCode.CLEAN, [])


def test_an_order_without_an_answer_whose_look_up_fails_for_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = BadGateway(times=1_000_000, path="/v2/orders:by_client_order_id", method="GET")

    run = watch(monkeypatch, make_home(tmp_path), dead, TimeoutAfterAccept())

    assert len({fill.order.client_order_id for fill in run.fills("buy")}) == len(SYMBOLS)
    assert_protected(run)


def test_a_flatten_while_the_account_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = BadGateway(times=1_000_000, path="/v2/account", method="GET", after=120.0)
    home = make_home(tmp_path)

    run = watch(monkeypatch, home, dead)

    assert_protected(run)
    assert json.loads(run_folder(home).receipt.read_text())["seconds"] < 5


def test_a_start_that_gets_no_answer_ends_instead_of_standing_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(startup, "SNAPSHOT_SECONDS", 0.5)
    dead = BadGateway(times=1_000_000, path="/v2/account/activities", method="GET")
    home = make_home(tmp_path)

    run = watch(monkeypatch, home, dead)

    assert run.exit_code is ExitCode.FAILED
    assert json.loads(run_folder(home).receipt.read_text())["flat"] is True
