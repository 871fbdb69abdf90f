"""What a text was found to say is remembered by its digest: the text itself is nowhere."""

from supportflow.triage.asking import asked_secret
from supportflow.triage.told import LONGEST, MOST, Told


def counting():
    asked = []

    def find(text):
        asked.append(text)
        return text.upper()

    return asked, Told(find)


def test_the_same_words_are_read_once_and_other_words_anew():
    asked, told = counting()
    texts = ["hello", "hello ", "", "你好", "hello", "\ud800", "你好", "", "\ud800", "?"]
    assert [told(text) for text in texts] == [text.upper() for text in texts]
    assert asked == ["hello", "hello ", "", "你好", "\ud800", "?"]


def test_what_is_remembered_is_bounded_in_number_and_length():
    asked, told = counting()
    for _ in range(2):
        told("a" * LONGEST)
        told("a" * (LONGEST + 1))
    assert len(asked) == 3
    for number in range(3 * MOST):
        assert told(f"no. {number}") == f"NO. {number}"
        assert len(told._known) <= MOST


def test_what_was_read_last_is_known_also_where_it_begins_anew():
    asked, told = counting()
    for number in range(2 * MOST + 1):
        told(f"no. {number}")
        told(f"no. {number}")
    assert len(asked) == 2 * MOST + 1


def test_texts_that_begin_alike_are_told_apart_to_their_last_character():
    asked, told = counting()
    for ending in ("a", "b", " b", "b "):
        told("x" * (LONGEST - 2) + ending)
    assert len(asked) == 4


def test_nothing_of_a_text_is_kept():
    told = Told(len)
    told("my password was Tr0ub4dor&3")
    assert set(map(type, told._known)) == {bytes}
    assert not any(b"Tr0ub4dor" in digest for digest in told._known)


def test_a_reply_that_asks_for_a_secret_is_told_each_time():
    for _ in range(2):
        assert asked_secret("Please send me your password.") == "password"
        assert asked_secret("Your new password is set.") is None
        assert asked_secret("请把您的密码发给我。") == "password"
