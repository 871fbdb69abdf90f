"""What holds for every text."""

import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supportflow.triage.redaction import LABELS, SEPARATOR, STRICT_RULES, redact
from triage import planting

texts = st.one_of(planting.shredded(), st.text(max_size=80))


@settings(max_examples=700, deadline=None)
@given(texts)
# Taking out the password takes away what spared the number behind it.
@example("password: ticket 4111111111111111")
@example("password: promo code 123456")
def test_redacting_twice_changes_nothing(text):
    once = redact(text, STRICT_RULES)
    twice = redact(once.text, STRICT_RULES)
    assert twice.text == once.text
    assert twice.findings == ()


@settings(max_examples=400, deadline=None)
@given(texts, texts)
def test_joined_texts_are_redacted_as_each_alone(one, other):
    first, second = redact(one, STRICT_RULES), redact(other, STRICT_RULES)
    joined = redact(one + SEPARATOR + other, STRICT_RULES)
    assert joined.text == first.text + SEPARATOR + second.text
    offset = len(one) + len(SEPARATOR)
    moved = [(f.kind, f.start + offset, f.end + offset) for f in second.findings]
    assert [(f.kind, f.start, f.end) for f in joined.findings] == [
        *((f.kind, f.start, f.end) for f in first.findings),
        *moved,
    ]


@settings(max_examples=400, deadline=None)
@given(texts)
def test_findings_tile_the_text_that_was_given(text):
    result = redact(text, STRICT_RULES)
    position, rebuilt = 0, []
    for finding in result.findings:
        assert position <= finding.start < finding.end <= len(text)
        rebuilt += [text[position : finding.start], f"[{LABELS[finding.kind]} removed]"]
        position = finding.end
    assert "".join([*rebuilt, text[position:]]) == result.text


@settings(max_examples=500, deadline=None)
@given(planting.prose, planting.secrets, planting.prose)
def test_a_planted_secret_is_nowhere_afterwards(before, planted, after):
    secret, sent = planted
    result = redact(f"{before} {sent} {after}")
    assert secret not in result.text
    assert sent.rsplit(" ", 1)[-1] not in result.text.split()
    assert result.secrets


@settings(max_examples=200, deadline=None)
@given(planting.english_phrases(), st.data())
def test_a_phrase_with_one_typo_is_a_phrase(phrase, data):
    words = phrase.split()
    places = [place for place, word in enumerate(words) if len(word) > 4 and word[0].isalpha()]
    place = data.draw(st.sampled_from(places)) if places else 0
    letter = data.draw(st.integers(1, max(1, len(words[place]) - 2)))
    words[place] = words[place][:letter] + words[place][letter + 1 :]
    result = redact(" ".join(words))
    left = [word for word in words if len(word) > 2 and word in result.text.split()]
    assert left == []


HOSTILE = {
    "announcements": "password ",
    "announced": "password: ",
    "quotes": 'password "',
    "codes": "code is ",
    "seed names": "seed phrase ",
    "list words": "legal winner thank year ",
    "broken rows": "legal winner thank zzzz year wave ",
    "Chinese names": "助记词是",
    "Chinese": "枪疫霉尝",
    "apart": "枪 疫 ",
    "PEM": "-----BEGIN PRIVATE KEY-----",
    "JWT": "eyJhbGciOiJIUzI1NiJ9.",
    "digits": "1",
    "groups": "411 ",
    "at": "a@",
    "links": "http://a.",
    "dashes": "-",
    "blanks": " ",
    "zero width": "a\u200b",
    "combining": "e\u0301",
    "wallets": "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g ",
    "hex": "private key " + "a1" * 32 + " ",
    "prefixes": "glpat-",
    "marks": "[password removed]",
    "IBAN": "DE88",
    "colons": ":",
    "credentials": "://a:b@",
}


def steps(text: str) -> int:
    """Calls of functions, Python's and C's, that redacting a text makes."""
    count = 0

    def tally(_frame, event, _argument):
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(tally)
    try:
        redact(text, STRICT_RULES)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("shred", HOSTILE.values(), ids=HOSTILE)
def test_steps_grow_no_faster_than_the_text(shred):
    redact("the word lists are read once")
    small, large = (steps((shred * size)[:size]) for size in (4_000, 16_000))
    assert large <= 4.4 * small + 400
