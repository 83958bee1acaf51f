"""
Identifiers in the broker's shapes, counted and drawn from the seed.

Orders and executions get UUIDs (version 4 in form), updates get ULIDs whose
order is the order of the updates, activities the broker's own time-led form.
"""

from hashlib import blake2b

from tradeengine.model.instants import new_york
from tradeengine.venue.exchange.draws import Draws

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32, the alphabet of ULIDs."""

MILLISECOND = 1_000_000
"""Nanoseconds in a millisecond."""


def uuid_of(number: int) -> str:
    """Write 128 bits as a UUID of version 4."""
    number = number & ~(0xF << 76) | 0x4 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def ulid_of(at: int, number: int) -> str:
    """Write an instant (to the millisecond) and 80 bits as a ULID."""
    value = (at // MILLISECOND) << 80 | number
    return "".join(CROCKFORD[value >> shift & 31] for shift in range(125, -1, -5))


class Ids:
    """Gives out identifiers, never one twice."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._draws = Draws(seed, stream=1)
        self._updates = 0

    def uuid(self) -> str:
        """Give the next UUID."""
        return uuid_of(self._draws.bits() << 64 | self._draws.bits())

    def update(self, at: int) -> str:
        """Give the ULID of the next update; within a millisecond a counter sorts them."""
        self._updates += 1
        return ulid_of(at, self._updates << 32 | self._draws.bits() >> 32)

    def activity(self, at: int) -> str:
        """Give an activity's id: New York time to the millisecond, then a UUID."""
        wall = new_york(at)
        return f"{wall:%Y%m%d%H%M%S}{wall.microsecond // 1000:03d}::{self.uuid()}"

    def named(self, name: str) -> str:
        """Give the UUID that belongs to a name under this seed."""
        digest = blake2b(name.encode(), digest_size=16, salt=self._salt()).digest()
        return uuid_of(int.from_bytes(digest, "big"))

    def account_number(self, name: str) -> str:
        """Give a paper account's number: `PA3` and nine letters or digits."""
        digest = blake2b(name.encode(), digest_size=9, salt=self._salt()).digest()
        return "PA3" + "".join(CROCKFORD[byte & 31] for byte in digest)

    def _salt(self) -> bytes:
        return self._seed.to_bytes(8, "big")
