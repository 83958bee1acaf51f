"""An alert as text: what every phone shows, in 160 places, and never a secret."""

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.alerts.fakes import CRITICAL, INFO, T0, post
from tradeengine.alerts.alert import Alert, Post
from tradeengine.alerts.gsm import SAFE, gsm
from tradeengine.alerts.message import LONGEST, REDACTED, WITHHELD, Writer
from tradeengine.model.orders import Severity


def test_a_short_alert_is_written_in_full() -> None:
    message = Writer().message(post("AAPL has no stop", CRITICAL, number=12))

    assert message.body == "tradeengine CRITICAL CODE: AAPL has no stop #12"
    assert message.subject == "tradeengine critical: CODE"


def test_the_tail_says_how_often_and_by_which_rung() -> None:
    told = Post(number=7, reminder=2, alert=post("x").alert.again(12, T0))

    assert Writer().message(told).body == "tradeengine WARNING CODE: x x12 reminder 2 #7"


def test_a_long_alert_has_short_words_and_keeps_its_tail() -> None:
    text = "the connection is lost and positions are without stops " + "since long ago " * 8
    body = Writer().message(post(text.strip(), CRITICAL, number=3)).body

    assert body.startswith("CRIT CODE: the conn is lost and pos are w/o stops since long")
    assert body.endswith(".. #3")
    assert len(body) <= LONGEST


def test_letters_that_cost_two_places_have_stand_ins() -> None:
    assert gsm("[a]{b}\\c|d~e^f`g") == "(a)(b)/c/d-e'f'g"


def test_accents_go_and_lines_become_one() -> None:
    assert gsm("Zürich:\n\tça \u2013 £5 \U0001f680") == "Zurich: ca - GBP5 ?"


def test_a_secret_is_taken_out_as_it_is_and_as_a_phone_would_show_it() -> None:
    writer = Writer(["pä[ss]"])

    assert writer.clean("password pä[ss] or pa(ss)") == f"password {REDACTED} or {REDACTED}"


def test_the_redaction_of_the_logs_is_asked_as_well() -> None:
    writer = Writer([], lambda text: text.replace("a%20b", "[redacted]"))

    assert writer.clean("https://x/?key=a%20b") == "https://x/?key=(redacted)"


def test_no_half_of_a_secret_is_left_where_a_long_text_is_cut() -> None:
    text = " " * 3_995 + "hunter2-hunter2"

    assert Writer(["hunter2-hunter2"]).clean(text) == "(reda"


def test_a_secret_in_the_frame_costs_the_text() -> None:
    told = Post(number=0, alert=Alert(at=T0, severity=INFO, code="HUNTER2", text="x"))

    message = Writer(["HUNTER2"]).message(told)
    assert message.body == WITHHELD
    assert message.subject == "tradeengine alert"


SECRETS = st.lists(st.text(min_size=4, max_size=30), min_size=1, max_size=4)


@given(
    secrets=SECRETS,
    pieces=st.lists(st.text(max_size=60), max_size=6),
    code=st.text(max_size=60),
    severity=st.sampled_from(Severity),
    number=st.integers(0, 10**9),
    times=st.integers(1, 10**6),
    reminder=st.integers(0, 10**4),
)
def test_every_message_fits_and_holds_no_secret(
    secrets: list[str],
    pieces: list[str],
    code: str,
    severity: Severity,
    number: int,
    times: int,
    reminder: int,
) -> None:
    known = [secret for secret in secrets if secret.strip()]
    assume(not any(form in WITHHELD for secret in known for form in (secret, gsm(secret))))
    # What is sent when nothing else is safe has nothing of anybody's in it.
    assume(not any(form in REDACTED for secret in known for form in (secret, gsm(secret))))
    assume(not any(secret in "tradeengine alert" for secret in known))
    writer = Writer(secrets)
    text = "".join(piece + secret for piece, secret in zip(pieces, secrets * 6, strict=False))
    told = Alert(
        at=T0,
        severity=severity,
        code=writer.clean(code + secrets[0], 40),
        text=writer.clean(text),
        times=times,
    )

    message = writer.message(Post(number=number, alert=told, reminder=reminder))

    assert len(message.body) <= LONGEST
    assert set(message.body) <= SAFE
    assert len(message.subject) <= LONGEST
    assert set(message.subject) <= SAFE
    for written in (message.body, message.subject, told.text, told.code):
        assert [secret for secret in known if secret in written] == []
        assert [secret for secret in known if gsm(secret) and gsm(secret) in written] == []
