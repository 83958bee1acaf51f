"""What venue and clients of a benchmark agree on: the day, the shares, the account."""

from datetime import date, time

DAY, START = date(2019, 2, 13), time(12)
SEED, ACCOUNT = 7, "engine"
SYMBOLS = tuple(f"Z{first}{second}" for first in "ABCDEFGHIJ" for second in "KLMNOPQRST")
