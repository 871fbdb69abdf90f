"""Secrets and public values as mail programs, web editors and people of twenty languages write them.

The texts are drawn from three sets: one that the finders were tuned on; a second, measured before anything was tuned on
it and tuned on since; and a final one that is only ever measured.
"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow.triage.redaction import redact
from triage.wild.measure import FINAL, SECOND, TUNING, measure, public_texts, secret_texts
from triage.wild.word_lists import bip39_phrase

SETS = {"tuning": TUNING, "second": SECOND, "final": FINAL}
MOST_KEPT = 0.01
MOST_TOUCHED = 0.005


def told(tally):
    return "\n".join(f"{name}: {text!r} -> {left!r}" for name, text, left in tally.examples[:8])


@pytest.mark.parametrize("source", SETS.values(), ids=SETS)
def test_secrets_go_and_public_values_stay(source):
    kept, touched = measure(source, 1_500)
    assert kept.share <= MOST_KEPT, told(kept)
    assert touched.share <= MOST_TOUCHED, told(touched)


@pytest.mark.exhaustive
@pytest.mark.parametrize("source", SETS.values(), ids=SETS)
def test_secrets_go_and_public_values_stay_in_twenty_thousand_texts(source):
    kept, touched = measure(source, 20_000)
    assert kept.share <= MOST_KEPT, told(kept)
    assert touched.share <= MOST_TOUCHED, told(touched)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(list(SETS.values())))
def test_however_it_is_wrapped_redacting_twice_changes_nothing(seed, source):
    for draw in (secret_texts, public_texts):
        for _, cells in draw(source, 1, seed):
            once = redact(cells.text)
            twice = redact(once.text)
            assert twice.text == once.text
            assert not any(one.masked for one in twice.findings)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from(list(SETS.values())))
def test_findings_are_places_of_the_text_as_it_was_sent(seed, source):
    for _, cells in secret_texts(source, 1, seed):
        position, left = 0, []
        result = redact(cells.text)
        for one in result.findings:
            assert position <= one.start < one.end <= len(cells.text)
            if one.masked:
                left.append(cells.text[position : one.start])
                position = one.end
        assert all(part in result.text for part in left)


@pytest.mark.parametrize("language", ["chinese_simplified", "chinese_traditional"])
@pytest.mark.parametrize(
    "sentence",
    ["{}", "{}是我的助记词", "my seed phrase is {}", "{} is my seed phrase", "我的助记词是{}请帮我"],
)
def test_an_unbroken_chinese_phrase_with_a_valid_checksum_goes(language, sentence):
    rng = Random(f"{language} {sentence}")
    phrases = ["".join(bip39_phrase(rng, language, rng.choice((12, 15, 18, 21, 24)))) for _ in range(60)]
    kept = [phrase for phrase in phrases if phrase in redact(sentence.format(phrase)).text]
    assert len(kept) <= 1, kept


@pytest.mark.parametrize(
    "sentence",
    [
        "折扣是商品价值的固定金额",
        "检测到问题之间存在循环依赖关系",
        "我的订单怎么还没有到账请帮我看",
        "僅當訂單全額付款後才會發送郵件",
    ],
)
def test_a_chinese_sentence_as_long_as_a_phrase_stays(sentence):
    assert redact(sentence).text == sentence
