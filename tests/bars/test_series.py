from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bars.sites import VIX_PATH, Scripted, Sites, asking, serving
from tradeengine.bars.series import SCHEMA, Series, fetch_series, read_fred, read_vix
from tradeengine.errors import BadConfiguration, ProtocolViolation, RefusedByBroker

VIX = """DATE,OPEN,HIGH,LOW,CLOSE
06/28/2010,28.86,30.02,28.53,29.00
06/29/2010,31.41,36.14,31.03,34.13
06/30/2010,33.78,35.31,32.91,34.54
"""
RATES = """observation_date,DGS10
2010-06-28,3.05
2010-06-29,2.97
2010-06-30,2.97
2010-07-05,
2010-07-06,.
2010-07-07,2.99
"""


def values(rows: pl.DataFrame) -> list[tuple[date, float]]:
    return rows.rows()


def test_cboes_history_gives_the_closes() -> None:
    assert values(read_vix(VIX.encode(), "here")) == [
        (date(2010, 6, 28), 29.0),
        (date(2010, 6, 29), 34.13),
        (date(2010, 6, 30), 34.54),
    ]


def test_freds_history_leaves_out_days_without_a_rate() -> None:
    assert values(read_fred(b"\xef\xbb\xbf" + RATES.encode(), "here"))[-2:] == [
        (date(2010, 6, 30), 2.97),
        (date(2010, 7, 7), 2.99),
    ]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<html><body>Access denied</body></html>", "the columns DATE and CLOSE are not there"),
        (b"", "the columns DATE and CLOSE are not there"),
        (b"DATE,OPEN,HIGH,LOW,CLOSE\n", "no values"),
        (VIX.replace("34.13", "n/a").encode(), "line 3: 06/29/2010,n/a"),
        (VIX.replace("34.13", "nan").encode(), "line 3: 06/29/2010,nan"),
        (VIX.replace("06/29/2010", "29.06.2010").encode(), "line 3: 29.06.2010,34.13"),
        (VIX.replace("34.13", "").encode(), "line 3: 06/29/2010,"),
        (VIX.replace("34.13", "0").encode(), "an index that is not above 0"),
        (VIX.replace("34.13", "-3.1").encode(), "an index that is not above 0"),
        (VIX.encode()[:-8], "line 4 is cut short"),
        (b"\xff\xfe\x00", "codec can't decode"),
    ],
)
def test_a_file_with_one_wrong_row_is_not_believed(body: bytes, problem: str) -> None:
    with pytest.raises(ProtocolViolation) as refused:
        read_vix(body, "vix")

    assert problem in refused.value.problem


async def fetched(sites: Sites, store: Series, path: str, name: str, through: date) -> int:
    async with serving(sites) as url, asking(url + path, headers={}) as asker:
        return await fetch_series(store, name, asker, through)


async def test_a_series_is_fetched_and_read_through_a_day(tmp_path: Path) -> None:
    store = Series(tmp_path)

    assert await fetched(Sites(vix=VIX), store, VIX_PATH, "vix", date(2010, 6, 29)) == 2

    assert store.read("vix", date(2010, 6, 28)).schema == SCHEMA
    assert values(store.read("vix", date(2010, 6, 28))) == [(date(2010, 6, 28), 29.0)]
    assert store.read("vix", date(2011, 1, 1)).height == 2


async def test_a_rate_is_known_on_the_day_after_its_own(tmp_path: Path) -> None:
    store, path = Series(tmp_path), "/graph/fredgraph.csv?id=DGS10"

    await fetched(Sites(rates=RATES), store, path, "dgs10", date(2010, 7, 7))

    assert values(store.read("dgs10", date(2010, 6, 29))) == [(date(2010, 6, 28), 3.05)]
    assert store.read("dgs10", date(2010, 7, 8)).height == 4


async def test_a_bad_file_leaves_the_good_one(tmp_path: Path) -> None:
    store = Series(tmp_path)
    await fetched(Sites(vix=VIX), store, VIX_PATH, "vix", date(2010, 6, 30))
    bad = Sites(vix=VIX.replace("34.13", "--"))
    gone = Sites()
    gone.script.append(Scripted(404))

    with pytest.raises(ProtocolViolation):
        await fetched(bad, store, VIX_PATH, "vix", date(2010, 6, 30))
    with pytest.raises(RefusedByBroker):
        await fetched(gone, store, VIX_PATH, "vix", date(2010, 6, 30))

    assert store.read("vix", date(2010, 6, 30)).height == 3


def test_days_are_added_and_changed_days_are_named(tmp_path: Path) -> None:
    store = Series(tmp_path)
    first = pl.DataFrame([(date(2010, 6, 28), 29.0)], schema=SCHEMA, orient="row")
    second = pl.DataFrame(
        [(date(2010, 6, 28), 28.0), (date(2010, 6, 25), 28.53)], schema=SCHEMA, orient="row"
    )

    assert store.merge("vix", first) == ()
    assert store.merge("vix", second) == (date(2010, 6, 28),)
    assert store.read("vix", date(2010, 6, 28))["value"].to_list() == [28.53, 28.0]


def test_a_series_that_was_never_fetched_is_empty_and_one_we_do_not_know_an_error(
    tmp_path: Path,
) -> None:
    assert Series(tmp_path).read("vix", date(2010, 6, 28)).is_empty()
    with pytest.raises(KeyError):
        Series(tmp_path).read("gold", date(2010, 6, 28))


def test_a_damaged_series_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "vix.parquet").write_bytes(b"PAR1")

    with pytest.raises(BadConfiguration, match=r"vix\.parquet: is damaged"):
        Series(tmp_path).read("vix", date(2010, 6, 28))


DAY = st.dates(date(2010, 1, 1), date(2010, 12, 31))


@given(through=DAY, days=st.dictionaries(DAY, st.floats(1, 100), min_size=1, max_size=20))
def test_no_later_value_is_read(
    tmp_path_factory: pytest.TempPathFactory, through: date, days: dict[date, float]
) -> None:
    store = Series(tmp_path_factory.mktemp("series"))
    store.merge("vix", pl.DataFrame(sorted(days.items()), schema=SCHEMA, orient="row"))
    store.merge("dgs10", pl.DataFrame(sorted(days.items()), schema=SCHEMA, orient="row"))

    assert dict(store.read("vix", through).rows()) == {
        d: v for d, v in days.items() if d <= through
    }
    assert dict(store.read("dgs10", through).rows()) == {
        d: v for d, v in days.items() if d < through
    }


@pytest.mark.parametrize("day", ["6/8/2010", "06/8/2010", "06/08/2010"])
def test_a_day_may_be_written_without_zeros(day: str) -> None:
    assert values(read_vix(f"DATE,CLOSE\n{day},29\n".encode(), "vix")) == [(date(2010, 6, 8), 29.0)]
