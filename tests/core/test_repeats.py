"""Who says the very same again."""

from antiphon.core.repeats import Repeats


def test_the_same_again_is_known_for_a_while() -> None:
    repeats = Repeats(seconds=60)
    assert repeats.since(1, "/send", b"hello", 0.0) is None
    assert repeats.since(1, "/send", b"hello", 5.0) == 5.0
    assert repeats.since(1, "/send", b"hello", 65.0) == 60.0
    assert repeats.since(1, "/send", b"hello", 126.0) is None


def test_another_account_place_or_text_is_another_call() -> None:
    repeats = Repeats()
    assert repeats.since(1, "/send", b"hello", 0.0) is None
    for account, path, body in ((2, "/send", b"hello"), (1, "/other", b"hello"), (1, "/send", b"hallo")):
        assert repeats.since(account, path, body, 1.0) is None


def test_the_oldest_are_forgotten_when_there_are_too_many() -> None:
    repeats = Repeats(most=2)
    for body in (b"a", b"b", b"c"):
        assert repeats.since(1, "/", body, 0.0) is None
    assert repeats.since(1, "/", b"c", 1.0) == 1.0
    assert repeats.since(1, "/", b"a", 1.0) is None
