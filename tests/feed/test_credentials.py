"""The key pair stays out of sight."""

from tradeengine.feed.credentials import Credentials


def test_neither_key_nor_secret_is_shown() -> None:
    shown = f"{Credentials('KEY123', 'SECRET456')!r} {Credentials('KEY123', 'SECRET456')}"
    assert shown == "Credentials(hidden) Credentials(hidden)"


def test_they_sign_requests_and_streams() -> None:
    credentials = Credentials("K", "S")
    assert credentials.headers() == {"APCA-API-KEY-ID": "K", "APCA-API-SECRET-KEY": "S"}
    assert credentials.auth_message() == {"action": "auth", "key": "K", "secret": "S"}
