"""Marks behind letters: normalized as Unicode says, and a flood of them takes no longer than other text."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Desk
from supportflow.policy.presets import preset
from supportflow.triage.marks import MOST, normalized

FORMS = ["NFC", "NFD", "NFKC", "NFKD"]
MARKS = st.sampled_from("\u0301\u0323\u05b0\u0e38\u3099\u0489")
TEXT = st.text(st.one_of(st.characters(codec="utf-8"), MARKS, st.sampled_from("ae!…—")), max_size=60)


@settings(max_examples=80)
@given(text=TEXT, form=st.sampled_from(FORMS))
def test_what_people_write_is_normalized_as_unicode_says(text, form):
    longest = run = 0
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        longest = max(longest, run)
    if longest <= MOST:
        assert normalized(text, form) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", FORMS)
def test_marks_beyond_the_thirtieth_are_not_read(form):
    text = "a" + "\u0301\u0323" * 20 + "b" + "…" * 40
    kept = "a" + "\u0301\u0323" * 15 + "\ufffd" * 10 + "b" + "…" * 40
    assert normalized(text, form) == unicodedata.normalize(form, kept)


@pytest.mark.parametrize("marks", ["\u0301\u0323", "\u05b0\u0301\u0323\u3099"])
def test_a_flood_of_marks_is_read_and_kept_as_it_was_typed(marks):
    """The square of this many would take minutes."""
    flood = "a" + marks * (400_000 // len(marks))
    desk = Desk(preset("exchange"))
    ticket = desk.open(subject="My account was hacked", body=flood[:200_000], requester="ana").ticket
    assert ticket.priority_class == "security"
    assert desk.messages(ticket)[0].body == flood[:200_000]
    assert len(normalized(flood, "NFD")) == len(flood)
