"""A small part of the fuzz with every test run; `make fuzz` does a million."""

import os
import time
from collections.abc import Iterator
from random import Random

import pytest

from tests.fuzz.answers import Answers, over_loopback
from tests.fuzz.bodies import Bodies
from tests.fuzz.campaign import Found, Target, run
from tests.fuzz.data_frames import DataFrames
from tests.fuzz.order_frames import OrderFrames

SEED = int(os.environ.get("FUZZ_SEED", time.time_ns() // 10**9 % 10**6))
"""A new one each time; a finding names it, and FUZZ_SEED brings it back."""


@pytest.fixture
def answers() -> Iterator[Answers]:
    made = Answers()
    yield made
    made.close()


def struck(target: Target, cases: int) -> None:
    print(f"seed {SEED}")
    assert run(target, cases, SEED).cases == cases


def test_no_data_frame_crashes_hangs_or_loses_a_good_message() -> None:
    struck(DataFrames(), 30_000)


def test_no_order_frame_crashes_hangs_or_loses_the_next() -> None:
    struck(OrderFrames(), 10_000)


def test_no_rest_body_crashes_a_reader_or_loses_a_good_row() -> None:
    struck(Bodies(), 10_000)


def test_every_http_exchange_ends_in_a_whole_answer_or_none(answers: Answers) -> None:
    struck(answers, 5_000)


async def test_the_http_client_outlives_any_answer_on_a_real_socket() -> None:
    assert 0 < await over_loopback(300, SEED) < 300


class Trap:
    """A target with one hole in it."""

    name = "trap"

    def strike(self, random: Random) -> None:
        if random.random() < 0.01:
            raise ZeroDivisionError("the hole")


def test_a_finding_names_its_case_and_seed_and_happens_again() -> None:
    with pytest.raises(Found, match=r"trap, case \d+ of seed 7: ZeroDivisionError") as first:
        run(Trap(), 10_000, 7)
    number = int(str(first.value).split("case ")[1].split()[0])
    with pytest.raises(Found, match=f"case {number} "):
        run(Trap(), 1, 7, first=number)
