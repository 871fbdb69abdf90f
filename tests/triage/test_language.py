"""Which language a short text is in: letters before words, and nothing without a clear lead."""

from collections import Counter, defaultdict
from math import log
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportflow.triage.language import detect, words
from supportflow.triage.lexicon import LexiconClassifier, combine, shipped

CLASSIFIER = LexiconClassifier([shipped("common"), shipped("exchange")])


def short_texts():
    texts, tag = defaultdict(list), None
    for line in Path(__file__).with_name("short_texts.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            tag = line[1:-1]
        elif not line.startswith("#"):
            texts[tag].append(line)
    return texts


SHORT = short_texts()


@pytest.mark.parametrize("tag", SHORT)
def test_short_messages_are_told_or_left_open_never_wrong(tag):
    told = [detect(text).tag for text in SHORT[tag]]
    assert set(told) <= {tag, None}
    assert told.count(tag) >= 11


def test_there_are_enough_short_messages():
    assert len(SHORT) == 22
    assert {len(texts) for texts in SHORT.values()} == {12}


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("no funds", "en"),
        ("para yok", "tr"),
        ("para gelmiyor", "tr"),
        ("我的帳戶被盜", "zh-Hant"),
        ("BTC提币未到账", "zh"),
        ("withdrawal 提币 failed 怎么办", "zh"),
        ("口座が凍結", "ja"),
        ("残高不足", "ja"),
        ("أريد مساعدة", "ar"),
        ("سلام وقت بخیر", "fa"),
        ("حساب من بسته شد", "fa"),
        ("میرا اکاؤنٹ بند ہے", "ur"),
        ("Сколько ещё ждать вывод?", "ru"),
        ("Скільки ще чекати?", "uk"),
        ("HESABIM KAPANDI NEDEN", "tr"),
        ("toi khong rut duoc tien", "vi"),
        ("mera paisa wapas nahi aaya", "hi-Latn"),
        ("Hola, mi correo es ana@example.com", "es"),
        ("jag väntar på mina pengar", "sv"),
        ("ich habe 3 Tage gewartet", "de"),
    ],
)
def test_what_one_word_or_one_script_used_to_decide(text, tag):
    assert detect(text).tag == tag


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("die app", {"de", "en"}),
        ("come", {"en", "it"}),
        ("para", {"es", "pt", "tr", "fil"}),
        ("no", {"en", "es", "it"}),
        ("確認", {"ja", "zh-Hant"}),
        ("код", {"ru", "uk"}),
        ("saldo", {"es", "id", "it", "pl"}),
    ],
)
def test_what_nobody_could_tell_is_left_open(text, among):
    detected = detect(text)
    assert detected.tag is None
    assert among <= {tag for tag, _ in detected.candidates}


@pytest.mark.parametrize(
    "text", ["", "12345", "👍👍", "BTC USDT app ok", "https://example.com/de/die/das", "0xdeadbeef12"]
)
def test_no_words_no_candidates(text):
    assert detect(text) == (None, ())


@given(st.text())
def test_any_text_has_an_answer(text):
    detected = detect(text)
    shares = [share for _, share in detected.candidates]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) <= 1.01
    assert detected.tag is None or detected.tag == detected.candidates[0][0]
    assert detect(text) == detected


@given(
    st.sampled_from([(tag, text) for tag, texts in SHORT.items() for text in texts]),
    st.sampled_from(
        ["https://example.com/la/el/de", "bob@example.org", "0x71C7656EC7ab88b098def", "USDT", "24.03.2026"]
    ),
)
def test_what_a_machine_wrote_says_nothing(message, added):
    _, text = message
    assert detect(f"{text} {added}") == detect(text)


def test_what_redaction_leaves_is_not_english():
    assert detect("llámame al [phone number removed] por favor").tag == "es"
    assert detect("[seed phrase removed]") == (None, ())


def test_only_the_beginning_is_read():
    assert detect("Where is my refund? " * 30_000).tag == "en"
    assert detect("Where is my refund? " * 30 + "¿dónde está mi dinero? " * 1000).tag == "en"


@pytest.mark.parametrize(
    ("text", "language", "tag"),
    [
        ("我的帳戶被盜了", "zh", "zh-Hant"),
        ("我個戶口俾人呃咗錢", "zh", "yue"),
        ("我的账户被盗了", "zh", "zh"),
        ("mera paisa wapas nahi aaya", "hi", "hi-Latn"),
        ("para", None, None),
    ],
)
def test_a_classifier_says_the_primary_language_and_the_whole_tag(text, language, tag):
    signals = CLASSIFIER.classify(text)
    assert (signals.language, signals.tag) == (language, tag)


def test_a_model_is_heard_where_the_rules_are_undecided():
    undecided, decided = CLASSIFIER.classify("para"), CLASSIFIER.classify("para yok")
    model = undecided.model_copy(update={"language": "fil", "tag": "fil-PH"})
    assert combine(undecided, model).tag == "fil-PH"
    assert (combine(decided, model).language, combine(decided, model).tag) == ("tr", "tr")


@pytest.mark.parametrize(
    "text",
    [
        "non-stop error",
        "op hold",
        "per email",
        "dan wallet",
        "und login",
        "app op slot",
        "non stop",
        "login per sms",
        "bir app",
    ],
)
def test_one_short_word_among_words_of_anybody_tells_nothing(text):
    """It may be a stop-word of one language, and a piece or a slip of any other."""
    assert detect(text).tag is None


@pytest.mark.parametrize(
    ("text", "tag"), [("hola", "es"), ("danke", "de"), ("app non funziona", "it"), ("mi pago", "es")]
)
def test_two_words_and_longer_ones_still_do(text, tag):
    assert detect(text).tag == tag


@pytest.mark.parametrize("languages", [("en",), ("en", "es", "de"), ("nl", "fi", "tr", "vi", "pl")])
def test_how_words_look_is_counted_over_all_languages_for_every_three_letters(languages):
    known = words.lexis(languages)
    threes = {language: Counter() for language in languages}
    for word, said in known.listed.items():
        for language in said:
            threes[language].update(f" {word} "[at : at + 3] for at in range(len(word)))
    every = {part for counts in threes.values() for part in counts}
    totals = {language: 0.3 * len(every) + counts.total() for language, counts in threes.items()}
    assert known.row("###") == ()
    for part in every:
        rates = {language: (threes[language][part] + 0.3) / totals[language] for language in languages}
        usual = sum(rates.values()) / len(rates)
        having = {language for language in languages if threes[language][part]}
        absent = log(0.3 / max(totals.values()) / usual)
        expected = [log(rates[language] / usual) if language in having else absent for language in languages]
        assert known.row(part) == pytest.approx(expected)
        assert known.row(part) is known.row(part)
