"""
The sector of a company: of today's members of the index as its provider has it, of others by
the SIC code of their filings.

Sectors are those of 2026 whatever day is asked about (the provider moved some companies in
2016, 2018 and 2023): they spread risk, and nothing is forecast from them.
"""

from functools import cache

from tradeengine.reference.renames import names_of
from tradeengine.reference.sic import UNKNOWN, sector_of_sic
from tradeengine.reference.tables import rows_of


def sector_of(symbol: str, sic: int | None = None) -> str:
    """Give one of GICS's eleven sectors, or `UNKNOWN`; `sic` is of the company's filings."""
    known = _sectors()
    for name in names_of(symbol):
        if name in known:
            return known[name]
    return UNKNOWN if sic is None else sector_of_sic(sic)


@cache
def _sectors() -> dict[str, str]:
    return {row["symbol"]: row["sector"] for row in rows_of("sectors.csv")}
