"""
An alert as text: at most 160 characters, and no secret in them.

Secrets are taken out three times: as they are spelled, as the phone's alphabet would
spell them, and - because cutting and joining could put one together again - by a
look at the finished message, which gives way to one without any text.
"""

from collections.abc import Callable, Iterable

from msgspec import Struct

from tradeengine.alerts.alert import Post
from tradeengine.alerts.gsm import gsm
from tradeengine.model.orders import Severity

LONGEST = 160
"""Characters of one SMS."""

LONGEST_TEXT = 500
"""Characters of an alert's text that are kept in its record."""

LONGEST_CODE = 40

REDACTED = "(redacted)"

WITHHELD = "tradeengine: an alert was withheld because it held a secret. See the log."
"""What is sent when nothing else is safe."""

_SHORT = {Severity.INFO: "INFO", Severity.WARNING: "WARN", Severity.CRITICAL: "CRIT"}

_SHORT_WORDS = {
    "acknowledge": "ack", "approximately": "ca", "cancelled": "cxl", "connection": "conn",
    "maximum": "max", "minimum": "min", "minutes": "min", "positions": "pos", "position": "pos",
    "quantity": "qty", "seconds": "s", "strategy": "strat", "without": "w/o", "trading": "trdg",
}  # fmt: skip

Redact = Callable[[str], str]


class Message(Struct, frozen=True, kw_only=True):
    """What a channel sends. A channel without subjects sends the body alone."""

    subject: str
    body: str


def as_it_is(text: str) -> str:
    """Redact nothing."""
    return text


class Writer:
    """
    Write alerts without any of `secrets`.

    `redact` knows further spellings of them (that of the logs knows JSON and URLs).
    """

    def __init__(self, secrets: Iterable[str] = (), redact: Redact = as_it_is) -> None:
        known = [secret for secret in secrets if secret.strip()]
        forms = {form for secret in known for form in (secret, gsm(secret)) if form}
        # The longest first: one secret may be a part of another.
        self._secrets = sorted(forms, key=lambda form: (-len(form), form))
        self._redact = redact

    def clean(self, text: str, longest: int = LONGEST_TEXT) -> str:
        """Give text in safe characters, without secrets, cut to `longest` characters."""
        bare = self._without_secrets(self._redact(text))
        # Cut before it is spelled anew: a text may be a megabyte of somebody's answer.
        safe = self._without_secrets(gsm(bare[: LONGEST_TEXT * 8]))
        short = _cut(safe, longest)
        return short if self._is_clean(short) else REDACTED

    def message(self, post: Post) -> Message:
        """Write an alert for a channel: the first form that fits, the longest first."""
        alert = post.alert
        forms = (_full(post), _brief(post), f"{_SHORT[alert.severity]} {alert.code}")
        safe = (form for form in forms if len(form) <= LONGEST and self._is_clean(form))
        body = next(safe, WITHHELD)
        subject = f"tradeengine {alert.severity.value}: {alert.code}"
        if not self._is_clean(subject):
            subject = "tradeengine alert"
        return Message(subject=subject, body=body)

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, REDACTED)
        return text

    def _is_clean(self, text: str) -> bool:
        return not any(secret in text for secret in self._secrets)


def _full(post: Post) -> str:
    alert = post.alert
    return f"tradeengine {alert.severity.name} {alert.code}: {alert.text}{_tail(post)}"


def _brief(post: Post) -> str:
    """Shorten the frame, then the words, then cut the text; the tail always stays."""
    alert = post.alert
    head, tail = f"{_SHORT[alert.severity]} {alert.code}: ", _tail(post)
    room = LONGEST - len(head) - len(tail)
    text = alert.text
    if len(text) > room:
        text = " ".join(_SHORT_WORDS.get(word, word) for word in text.split())
    return f"{head}{_cut(text, room)}{tail}"


def _tail(post: Post) -> str:
    """Say how often it happened, how often it was told, and by what number it is known."""
    times = f" x{post.alert.times}" if post.alert.times > 1 else ""
    reminder = f" reminder {post.reminder}" if post.reminder else ""
    number = f" #{post.number}" if post.number else ""
    return f"{times}{reminder}{number}"


def _cut(text: str, longest: int) -> str:
    """Cut text after a whole word where that costs little, and show that it was cut."""
    if len(text) <= longest:
        return text
    kept = text[: max(0, longest - 2)]
    at_word = kept.rpartition(" ")[0]
    return (at_word if len(at_word) > len(kept) - 15 else kept) + ".."
