"""What the broker says of each share that can be traded here."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Instrument:
    """One share; `exchange` is where it is listed. `asset_id` looks like a UUID."""

    symbol: str
    asset_id: str
    name: str
    exchange: str
    sector: str = "unknown"
    tradable: bool = True
    fractionable: bool = True
    shortable: bool = True
    easy_to_borrow: bool = True
    marginable: bool = True


def asset_id_of(symbol: str) -> str:
    """Give the symbol's id: always the same, in the form of a version 8 UUID (RFC 9562)."""
    digits = hashlib.sha256(f"tradeengine asset {symbol}".encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-8{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
