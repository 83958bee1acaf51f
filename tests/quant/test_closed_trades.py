"""Closed trips are read back from the journals of earlier sessions on the same terms."""

import os
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from tests.risk.world import fill
from tests.run.test_recovery import journal_of
from tests.runs import NOON, make_home, opened, options_for, snapshot
from tradeengine.layout import Home
from tradeengine.model.events import BrokerPosition, OrderFilled, RunOpened
from tradeengine.model.instants import instant_of
from tradeengine.model.orders import Side
from tradeengine.model.sessions import session_days
from tradeengine.options import build_inputs
from tradeengine.quant.closed_trades import MOST_SESSIONS, MOST_TRADES, Whose, closed_returns

B, S = Side.BUY, Side.SELL
FIRST, SECOND, TODAY = date(2019, 2, 11), date(2019, 2, 12), date(2019, 2, 13)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = make_home(tmp_path)
    made.prepare()
    return made


def found(
    home: Home, account: str = "PA1", venue: str = "v", strategies: object = None
) -> tuple[float, ...]:
    inputs = msgspec.json.decode(build_inputs(options_for(home)).to_text())
    ours = inputs["strategies"] if strategies is None else strategies
    return closed_returns(home, Whose(venue=venue, account=account, strategies=ours), TODAY)


def session_of(day: date) -> RunOpened:
    return structs.replace(opened(), session_open=instant_of(day, time(9, 30)))


def trade(side: Side, quantity: str, price: str, order: str, symbol: str = "AAA") -> OrderFilled:
    return structs.replace(fill(symbol, side, quantity, order=order), price=Decimal(price))


def held(quantity: str, symbol: str = "AAA") -> BrokerPosition:
    amount = Decimal(quantity)
    return BrokerPosition(
        symbol=symbol, quantity=amount, available=amount, average_price=Decimal(100)
    )


async def ran(
    home: Home, day: date, *fills: OrderFilled, found: tuple[BrokerPosition, ...] = ()
) -> None:
    """Record a run of a session, which found positions; what is recorded later is newer."""
    name = f"run{len(home.runs())}"
    files = await journal_of(home, session_of(day), snapshot(*found), *fills, run_id=name)
    stamp = len(home.runs())
    os.utime(files.journal, ns=(stamp, stamp))


async def test_a_trip_is_from_flat_to_flat(home: Home) -> None:
    await ran(
        home, FIRST,
        trade(B, "10", "100", "a"), trade(B, "10", "110", "b"), trade(S, "5", "120", "c"),
        trade(S, "15", "108", "d"),
        trade(B, "1", "50", "e", "BBB"), trade(S, "1", "49", "f", "BBB"),
        trade(B, "1", "10", "g", "CCC"),
    )  # fmt: skip

    # 5 x 120 + 15 x 108 = 2,220 for 2,100; 49 for 50; CCC is still held.
    assert found(home) == pytest.approx((2220 / 2100 - 1, -0.02))


async def test_a_short_trip_counts_what_it_sold(home: Home) -> None:
    await ran(home, FIRST, trade(S, "10", "100", "a"), trade(B, "10", "90", "b"))

    assert found(home) == pytest.approx((0.1,))


async def test_a_fill_that_is_told_twice_counts_once(home: Home) -> None:
    bought, sold = trade(B, "10", "100", "a"), trade(S, "10", "101", "b")
    await ran(home, FIRST, bought, bought, sold, sold)

    assert found(home) == pytest.approx((0.01,))


async def test_sessions_stand_in_their_order(home: Home) -> None:
    await ran(home, FIRST, trade(B, "1", "100", "a"), trade(S, "1", "101", "b"))
    await ran(home, SECOND, trade(B, "1", "100", "c"), trade(S, "1", "102", "d"))

    assert found(home) == pytest.approx((0.01, 0.02))


async def test_the_day_itself_and_later_ones_are_not_known_yet(home: Home) -> None:
    await ran(home, TODAY, trade(B, "1", "100", "a"), trade(S, "1", "101", "b"))

    assert found(home) == ()


async def test_only_the_last_year_of_sessions_counts(home: Home) -> None:
    await ran(home, date(2018, 2, 9), trade(B, "1", "100", "a"), trade(S, "1", "103", "b"))
    await ran(home, date(2018, 2, 12), trade(B, "1", "100", "c"), trade(S, "1", "104", "d"))

    assert len(session_days(date(2018, 2, 12), date(2019, 2, 12))) == MOST_SESSIONS
    assert found(home) == pytest.approx((0.04,))


async def test_others_trades_prove_nothing(home: Home) -> None:
    await ran(home, FIRST, trade(B, "1", "100", "a"), trade(S, "1", "101", "b"))

    assert found(home, account="PA2") == ()
    assert found(home, venue="w") == ()
    assert found(home, strategies=[]) == ()


async def test_an_account_that_begins_anew_has_its_last_run_of_a_session(home: Home) -> None:
    await ran(home, FIRST, trade(B, "1", "100", "a"), trade(S, "1", "101", "b"))
    await ran(home, FIRST, trade(B, "1", "100", "a"), trade(S, "1", "105", "b"))

    assert found(home, account="") == pytest.approx((0.05,))
    assert len(found(home, account="PA1")) == 2


async def test_only_the_last_hundred_count(home: Home) -> None:
    fills = []
    for number in range(MOST_TRADES + 5):
        fills += [
            trade(B, "1", "100", f"b{number}"),
            trade(S, "1", str(100 + number), f"s{number}"),
        ]
    await ran(home, FIRST, *fills)

    returns = found(home)

    assert len(returns) == MOST_TRADES
    assert (returns[0], returns[-1]) == pytest.approx((0.05, 1.04))


async def test_a_damaged_journal_is_passed_over(home: Home) -> None:
    await ran(home, FIRST, trade(B, "1", "100", "a"), trade(S, "1", "101", "b"))
    files = await journal_of(home, run_id="broken")
    files.journal.write_bytes(b"something else")

    assert found(home) == pytest.approx((0.01,))


async def test_a_trip_goes_on_in_the_run_after_a_restart(home: Home) -> None:
    await ran(home, FIRST, trade(B, "10", "100", "a"), trade(S, "4", "95", "b"))
    await ran(
        home, FIRST,
        trade(S, "6", "90", "c"), trade(B, "10", "90", "d"), trade(S, "10", "99", "e"),
        found=(held("6"),),
    )  # fmt: skip

    # 4 x 95 + 6 x 90 = 920 for 1,000; then 990 for 900.
    assert found(home) == pytest.approx((-0.08, 0.1))


async def test_the_end_of_somebody_elses_position_proves_nothing(home: Home) -> None:
    await ran(
        home, FIRST,
        trade(S, "6", "90", "c"), trade(B, "10", "90", "d"), trade(S, "10", "99", "e"),
        found=(held("6"),),
    )  # fmt: skip

    assert found(home) == pytest.approx((0.1,))


async def test_what_was_closed_elsewhere_is_forgotten(home: Home) -> None:
    await ran(home, FIRST, trade(B, "10", "100", "a"))
    await ran(home, SECOND, trade(B, "10", "90", "d"), trade(S, "10", "99", "e"))

    assert found(home) == pytest.approx((0.1,))


async def test_a_fill_that_the_opening_position_holds_is_not_booked_again(home: Home) -> None:
    bought = structs.replace(trade(B, "10", "100", "a"), position=Decimal(10), at=NOON)
    sold = structs.replace(trade(S, "10", "110", "b"), position=Decimal(0), at=NOON)
    await ran(home, FIRST, bought)
    await ran(home, FIRST, bought, sold, found=(held("10"),))

    assert found(home) == pytest.approx((0.1,))
