"""
Which sector an SIC code belongs to.

The SEC gives a filer's SIC code of 1987 ("SIC Code List", sec.gov); sectors are GICS's eleven.
The two cut the economy differently, so this is the likeliest sector of a code and not a
translation: of 189 filers of 2010 that are in the index today it names GICS's sector for 171.
Narrow ranges stand before the wide ones around them; the first that has the code counts.
"""

from typing import Final

TECHNOLOGY: Final = "Information Technology"
HEALTH: Final = "Health Care"
FINANCIALS: Final = "Financials"
DISCRETIONARY: Final = "Consumer Discretionary"
COMMUNICATION: Final = "Communication Services"
INDUSTRIALS: Final = "Industrials"
STAPLES: Final = "Consumer Staples"
ENERGY: Final = "Energy"
UTILITIES: Final = "Utilities"
REAL_ESTATE: Final = "Real Estate"
MATERIALS: Final = "Materials"
UNKNOWN: Final = "Unknown"

_RANGES: Final = (
    (100, 999, STAPLES),
    (1200, 1299, ENERGY),
    (1300, 1399, ENERGY),
    (1000, 1499, MATERIALS),
    (1520, 1531, DISCRETIONARY),
    (1500, 1799, INDUSTRIALS),
    (2000, 2199, STAPLES),
    (2520, 2522, INDUSTRIALS),
    (2451, 2452, DISCRETIONARY),
    (2200, 2399, DISCRETIONARY),
    (2400, 2499, MATERIALS),
    (2500, 2599, DISCRETIONARY),
    (2670, 2679, STAPLES),
    (2600, 2699, MATERIALS),
    (2700, 2749, COMMUNICATION),
    (2750, 2799, INDUSTRIALS),
    (2830, 2836, HEALTH),
    (2840, 2844, STAPLES),
    (2800, 2899, MATERIALS),
    (2900, 2999, ENERGY),
    (3011, 3021, DISCRETIONARY),
    (3000, 3099, MATERIALS),
    (3100, 3199, DISCRETIONARY),
    (3200, 3411, MATERIALS),
    (3400, 3532, INDUSTRIALS),
    (3533, 3533, ENERGY),
    (3570, 3579, TECHNOLOGY),
    (3534, 3629, INDUSTRIALS),
    (3630, 3639, DISCRETIONARY),
    (3651, 3651, DISCRETIONARY),
    (3652, 3652, COMMUNICATION),
    (3660, 3679, TECHNOLOGY),
    (3640, 3699, INDUSTRIALS),
    (3710, 3716, DISCRETIONARY),
    (3751, 3751, DISCRETIONARY),
    (3790, 3799, DISCRETIONARY),
    (3700, 3799, INDUSTRIALS),
    (3826, 3826, HEALTH),
    (3823, 3829, TECHNOLOGY),
    (3840, 3851, HEALTH),
    (3861, 3861, TECHNOLOGY),
    (3873, 3873, DISCRETIONARY),
    (3800, 3899, INDUSTRIALS),
    (3910, 3949, DISCRETIONARY),
    (3900, 3999, INDUSTRIALS),
    (4400, 4400, DISCRETIONARY),
    (4600, 4699, ENERGY),
    (4000, 4799, INDUSTRIALS),
    (4800, 4899, COMMUNICATION),
    (4922, 4922, ENERGY),
    (4950, 4959, INDUSTRIALS),
    (4900, 4999, UTILITIES),
    (5013, 5013, DISCRETIONARY),
    (5045, 5045, TECHNOLOGY),
    (5047, 5047, HEALTH),
    (5065, 5065, TECHNOLOGY),
    (5000, 5099, INDUSTRIALS),
    (5122, 5122, HEALTH),
    (5160, 5169, MATERIALS),
    (5170, 5172, ENERGY),
    (5100, 5199, STAPLES),
    (5331, 5331, STAPLES),
    (5399, 5499, STAPLES),
    (5912, 5912, STAPLES),
    (5200, 5999, DISCRETIONARY),
    (6324, 6324, HEALTH),
    (6798, 6798, REAL_ESTATE),
    (6500, 6599, REAL_ESTATE),
    (6000, 6799, FINANCIALS),
    (7000, 7299, DISCRETIONARY),
    (7310, 7319, COMMUNICATION),
    (7370, 7379, TECHNOLOGY),
    (7389, 7389, FINANCIALS),
    (7300, 7399, INDUSTRIALS),
    (7500, 7599, DISCRETIONARY),
    (7600, 7699, INDUSTRIALS),
    (7800, 7899, COMMUNICATION),
    (7900, 7999, DISCRETIONARY),
    (8000, 8099, HEALTH),
    (8200, 8299, DISCRETIONARY),
    (8300, 8399, HEALTH),
    (8731, 8731, HEALTH),
    (8100, 8999, INDUSTRIALS),
)


def sector_of_sic(code: int) -> str:
    """Give the likeliest sector of an SIC code, `UNKNOWN` when it has none."""
    return next((sector for first, last, sector in _RANGES if first <= code <= last), UNKNOWN)
