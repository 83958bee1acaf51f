import pytest

from tradeengine.reference.sectors import sector_of
from tradeengine.reference.sic import UNKNOWN, sector_of_sic
from tradeengine.reference.tables import rows_of


def test_a_member_has_the_providers_sector_whatever_its_filings_say() -> None:
    assert sector_of("AAPL") == "Information Technology"
    assert sector_of("XOM", sic=7372) == "Energy"


def test_an_old_name_has_its_companys_sector() -> None:
    assert sector_of("UTX") == sector_of("RTX") == "Industrials"


def test_a_former_member_has_the_sector_of_its_filings() -> None:
    assert sector_of("HES", sic=2911) == "Energy"
    assert sector_of("JNPR", sic=3576) == "Information Technology"
    assert sector_of("HES") == UNKNOWN


@pytest.mark.parametrize(
    ("code", "sector"),
    [
        (1311, "Energy"),
        (1040, "Materials"),
        (2080, "Consumer Staples"),
        (2834, "Health Care"),
        (2842, "Consumer Staples"),
        (3674, "Information Technology"),
        (3711, "Consumer Discretionary"),
        (4512, "Industrials"),
        (4813, "Communication Services"),
        (4911, "Utilities"),
        (5331, "Consumer Staples"),
        (5651, "Consumer Discretionary"),
        (6022, "Financials"),
        (6324, "Health Care"),
        (6798, "Real Estate"),
        (7372, "Information Technology"),
        (8062, "Health Care"),
        (9995, UNKNOWN),
        (0, UNKNOWN),
    ],
)
def test_codes_name_the_likeliest_sector(code: int, sector: str) -> None:
    assert sector_of_sic(code) == sector


def test_there_are_eleven_sectors_and_the_codes_name_no_other() -> None:
    listed = {row["sector"] for row in rows_of("sectors.csv")}

    assert len(listed) == 11
    assert {sector_of_sic(code) for code in range(10_000)} == {*listed, UNKNOWN}
