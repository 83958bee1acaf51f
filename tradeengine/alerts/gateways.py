"""
Which carriers of the United States still turn e-mail into SMS.

Gateways are closing, and a message to a closed one is refused or silently lost. So
they are one channel among others, and this table says what is known of each.
"""

from enum import StrEnum

from msgspec import Struct


class Standing(StrEnum):
    """Whether a gateway can be used."""

    CLOSED = "closed"
    CLOSING = "closing"
    UNKNOWN = "ask your carrier"


class Gateway(Struct, frozen=True, kw_only=True):
    """A carrier's gateway: the domain behind the ten digits of a number."""

    carrier: str
    domain: str
    standing: Standing
    note: str


GATEWAYS = (
    Gateway(
        carrier="AT&T",
        domain="txt.att.net",
        standing=Standing.CLOSED,
        note="closed on 17 June 2025",
    ),
    Gateway(
        carrier="T-Mobile",
        domain="tmomail.net",
        standing=Standing.CLOSED,
        note="stopped late in 2024, without a refusal: messages are lost in silence",
    ),
    Gateway(
        carrier="Verizon",
        domain="vtext.com",
        standing=Standing.CLOSING,
        note="ends on 31 March 2027; delivery is unreliable already",
    ),
    Gateway(
        carrier="any other",
        domain="",
        standing=Standing.UNKNOWN,
        note="its help page on 'email to text' names the gateway, if there is one",
    ),
)


def gateway_rows() -> list[str]:
    """Give the table as rows of markdown, with its head."""
    head = ["| carrier | gateway | standing | note |", "|---|---|---|---|"]
    return [*head, *(_row(gateway) for gateway in GATEWAYS)]


def warning_for(address: str) -> str:
    """Say what is known against an SMS address; "" when nothing is. Shows no number."""
    domain = address.rpartition("@")[2].lower()
    for gateway in GATEWAYS:
        if gateway.domain and gateway.domain == domain and gateway.standing is not Standing.UNKNOWN:
            return f"{gateway.carrier}'s SMS gateway {domain}: {gateway.note}"
    return ""


def _row(gateway: Gateway) -> str:
    domain = f"`{gateway.domain}`" if gateway.domain else ""
    return f"| {gateway.carrier} | {domain} | {gateway.standing.value} | {gateway.note} |"
