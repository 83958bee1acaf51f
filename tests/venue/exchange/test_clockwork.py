"""Draws, identifiers, schedule, latencies, fees, states: the small parts."""

import re
from decimal import Decimal
from functools import partial

import pytest

from tests.venue.exchange.scene import Scene, instant
from tradeengine.venue.exchange.draws import Draws
from tradeengine.venue.exchange.fees import NoFees, RegulatoryFees, fees_from
from tradeengine.venue.exchange.ids import Ids, ulid_of, uuid_of
from tradeengine.venue.exchange.latency import Latency
from tradeengine.venue.exchange.refusals import plain
from tradeengine.venue.exchange.schedule import Rank, Schedule
from tradeengine.venue.exchange.states import MOVES, TERMINAL
from tradeengine.venue.exchange.triggers import collar_of, is_reached
from tradeengine.venue.parameters import VenueParameters

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


def test_draws_are_the_published_splitmix64() -> None:
    # The first three outputs for seed 0 (Vigna's reference implementation).
    draws = Draws(0, stream=0)

    assert [draws.bits() for _ in range(3)] == [
        0xE220A8397B1DCDAF,
        0x6E789E6AA1B965F4,
        0x06C45D188009454F,
    ]


def test_streams_of_one_seed_differ() -> None:
    assert Draws(7, stream=1).bits() != Draws(7, stream=2).bits()
    assert 0 <= Draws(7, stream=1).unit() < 1
    assert Draws(7, stream=1).below(1) == 0


def test_uuids_have_the_form_of_version_four_and_never_repeat() -> None:
    ids = Ids(7)
    made = [ids.uuid() for _ in range(1000)]

    assert all(UUID.fullmatch(text) for text in made)
    assert len(set(made)) == 1000
    assert Ids(7).uuid() == made[0]
    assert Ids(8).uuid() != made[0]
    assert uuid_of(0) == "00000000-0000-4000-8000-000000000000"


def test_update_ids_are_ulids_that_sort_like_the_updates() -> None:
    ids = Ids(7)
    made = [ids.update(instant(second)) for second in (0, 0, 0, 1, 2)]

    assert all(ULID.fullmatch(text) for text in made)
    assert made == sorted(made)
    # The recorded event 01KYA98DWAS5PA5BP53N9XTN5E is of 2026-07-24T14:42:49.354Z.
    assert ulid_of(1784904169354 * 1_000_000, 0).startswith("01KYA98DWA")


def test_activity_ids_begin_with_the_time_in_new_york() -> None:
    name, uuid = Ids(7).activity(instant(3661.234)).split("::")

    assert name == "20190213103101234"
    assert UUID.fullmatch(uuid)


def test_names_have_ids_of_their_own() -> None:
    assert Ids(7).named("a") == Ids(7).named("a")
    assert Ids(7).named("a") != Ids(7).named("b")
    assert re.fullmatch(r"PA3[0-9A-Z]{9}", Ids(7).account_number("a"))


def test_the_schedule_goes_by_instant_then_rank_then_order_of_asking() -> None:
    schedule = Schedule()
    done: list[str] = []
    for name, at, rank in [
        ("later", 2, Rank.ROUTE),
        ("expiry", 1, Rank.EXPIRE),
        ("first", 1, Rank.ROUTE),
        ("second", 1, Rank.ROUTE),
    ]:
        schedule.add(at, rank, partial(done.append, name))

    assert schedule.next_at() == 1
    while (action := schedule.due(1)) is not None:
        action()
    assert done == ["first", "second", "expiry"]
    assert schedule.next_at() == 2
    assert Schedule().next_at() is None


def test_latencies_spread_around_their_constant() -> None:
    latency = Latency(VenueParameters(accept_latency_ms=10, latency_jitter=0.5), seed=7)
    drawn = [latency.accept() for _ in range(200)]

    assert min(drawn) >= 5_000_000
    assert max(drawn) <= 15_000_000
    assert len(set(drawn)) > 100


def test_without_jitter_latencies_are_constant() -> None:
    latency = Latency(VenueParameters(latency_jitter=0), seed=7)

    assert (latency.accept(), latency.fill(), latency.in_house()) == (
        5_000_000,
        150_000_000,
        3_000_000,
    )
    assert (latency.cancel(), latency.replace()) == (4_000_000, 5_000_000)


def test_paper_charges_nothing() -> None:
    fees = fees_from(VenueParameters())

    assert isinstance(fees, NoFees)
    assert fees.charge("sell", Decimal(1), Decimal(1)) == 0


@pytest.mark.parametrize(
    ("side", "qty", "price", "fee"),
    [
        ("buy", "1000", "100", "0"),
        ("sell", "1000", "100", "1.42"),  # 1.30 + 0.119 up
        ("sell", "1", "1", "0.02"),
        ("sell", "100000", "10", "18.95"),  # 13.00 + the cap of 5.95
    ],
)
def test_sells_pay_the_regulators(side: str, qty: str, price: str, fee: str) -> None:
    fees = fees_from(VenueParameters(fees="regulatory"))

    assert isinstance(fees, RegulatoryFees)
    assert fees.charge(side, Decimal(qty), Decimal(price)) == Decimal(fee)


def test_the_table_of_states_is_closed() -> None:
    assert {after for moves in MOVES.values() for after in moves} <= set(MOVES)
    assert {"filled", "canceled", "expired", "replaced", "rejected"} == TERMINAL


def test_only_buy_stops_have_a_collar() -> None:
    assert collar_of("stop", "buy", Decimal("49.99")) == Decimal("51.98")
    assert collar_of("stop", "buy", Decimal(50)) == Decimal("51.25")
    assert collar_of("stop", "sell", Decimal(50)) is None
    assert collar_of("limit", "buy", None) is None


def test_numbers_are_written_plainly() -> None:
    assert [plain(Decimal(text)) for text in ("10", "1E+3", "0.500", "-2.10", "0")] == [
        "10",
        "1000",
        "0.5",
        "-2.1",
        "0",
    ]


def test_an_order_without_a_stop_is_never_reached() -> None:
    assert not is_reached(Scene().order("buy", 1), Decimal(1))
