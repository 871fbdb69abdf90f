"""Marks behind letters: normalized as Unicode says, and a flood of them takes no longer than other text."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Desk
from supportflow._marks import MOST, composed, normalized
from supportflow.policy.presets import preset

FORMS = ["NFC", "NFD", "NFKC", "NFKD"]
MARKS = st.sampled_from("\u0301\u0323\u05b0\u0e38\u3099\u0489\u0344\u0f73\u0f77\u0f81\uff9e\uff9f")
TEXT = st.text(st.one_of(st.characters(codec="utf-8"), MARKS, st.sampled_from("ae!…—")), max_size=60)


def longest_run(text):
    longest = run = 0
    for character in unicodedata.normalize("NFKD", text):
        run = run + 1 if unicodedata.combining(character) else 0
        longest = max(longest, run)
    return longest


@settings(max_examples=80)
@given(text=TEXT, form=st.sampled_from(FORMS))
def test_what_people_write_is_normalized_as_unicode_says(text, form):
    if longest_run(text) <= MOST:
        assert normalized(text, form) == unicodedata.normalize(form, text)


@settings(max_examples=80)
@given(lines=st.lists(TEXT.map(lambda line: "".join(line.splitlines())), max_size=3))
def test_what_people_write_is_composed_and_a_line_with_a_flood_is_kept(lines):
    flood = "a" + "\u0323\u0301\uff9e" * 11
    text = "\n".join([*lines, flood, *lines])
    once = "\n".join(unicodedata.normalize("NFC", one) if longest_run(one) <= MOST else one for one in lines)
    assert composed("\n".join(lines)) == once
    assert composed(text) == "\n".join(([once] if lines else []) + [flood] + ([once] if lines else []))


@pytest.mark.parametrize("form", FORMS)
def test_marks_beyond_the_thirtieth_are_not_read(form):
    text = "a" + "\u0301\u0323" * 20 + "b" + "…" * 40
    kept = "a" + "\u0301\u0323" * 15 + "\ufffd" * 10 + "b" + "…" * 40
    assert normalized(text, form) == unicodedata.normalize(form, kept)


@pytest.mark.parametrize(
    "marks",
    # Some that are no marks themselves become marks: of Tibetan vowels two each, of half-width kana one.
    ["\u0301\u0323", "\u05b0\u0301\u0323\u3099", "\u0f73", "\u0323\uff9e", "\uff9f\u0f81"],
)
def test_a_flood_of_marks_is_read_and_kept_as_it_was_typed(marks):
    flood = "a" + marks * (100_000 // len(marks))
    desk = Desk(preset("exchange"))
    ticket = desk.open(subject="My account was hacked", body=flood, requester="ana").ticket
    assert ticket.priority_class == "security"
    assert desk.messages(ticket)[0].body == flood
    assert longest_run(normalized(flood, "NFKD")) <= 2 * MOST
    assert composed(flood) == flood
