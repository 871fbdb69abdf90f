"""A web address is a name: the words in it say nothing, and who asks about one asks whether it is genuine."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.triage.lexicon import LexiconClassifier, shipped
from supportflow.triage.reading import Reader, shipped_packs, shipped_rules
from supportflow.triage.reading.text import _ADDRESS, View

CLASSIFIER = LexiconClassifier([shipped("common"), shipped("exchange")])
READER = Reader(shipped_packs(), [shipped_rules("incidents"), shipped_rules("exchange")])


def roles(text):
    return frozenset().union(*READER.roles(text))


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("look at https://help.example/login?x=1 please", ["https://help.example/login?x=1"]),
        ("www.stolen-coins.test says so", ["www.stolen-coins.test"]),
        ("it is my-hacked-wallet.shop, I think", ["my-hacked-wallet.shop"]),
        ("pay.desk.com and desk.io", ["pay.desk.com", "desk.io"]),
        ("访问hacked-coins.example这个页面", ["hacked-coins.example"]),
        ("everything is gone.support does not answer", []),  # a blank is missing behind the full stop
        ("write to ana@desk.com", []),
        ("e-mail and 2.5 usdt, v1.2", []),
    ],
)
def test_addresses_are_found(text, addresses):
    view = View(text)
    assert [view.text[start:end] for start, end in view.addresses] == addresses


@pytest.mark.parametrize("name", ["hacked", "stolen", "scam", "password", "withdrawal"])
def test_words_in_an_address_say_nothing(name):
    assert roles(f"ok https://my-{name}.example/{name} ok") == {"web_address"}
    assert roles(f"ok my-{name} ok") - {"me"}


@given(
    st.sampled_from(["my account was hacked", "我的账户被盗了", "мой аккаунт взломали"]),
    st.text("ab.-", max_size=12),
)
def test_an_address_in_a_line_of_its_own_takes_nothing(report, name):
    assert CLASSIFIER.classify(f"{report}\nwww.{name}.example").priority_class == "security"


@pytest.mark.parametrize(
    "text",
    [
        "Is account-verify.example one of yours?",
        "ist konto-pruefung.example von euch oder nicht?",
        "konto-check.example это ваш сайт?",
        "trang xac-minh.example có phải của sàn không?",
        "verify-center.example 是你们的网站吗?",
    ],
)
def test_who_asks_about_an_address_asks_whether_it_is_genuine(text):
    found = CLASSIFIER.classify(text)
    assert (found.priority_class, found.informational) == ("security", True)


def test_an_address_that_does_not_work_is_no_question_about_security():
    assert CLASSIFIER.classify("www.desk.example does not load, is it broken?").priority_class == "general"


def test_a_first_look_overlooks_no_address():
    pieces = ("a", "x1", "-", ".", "com", "www.", "://", "https", " ", "\u00fc", "\n", "?")
    views = [View("".join(some)) for some in product(pieces, repeat=4)]
    found = [view for view in views if list(_ADDRESS.finditer(view.text))]
    assert found
    assert [view.text for view in found if not view.addresses] == []
