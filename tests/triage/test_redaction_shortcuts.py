"""What finders pass over without looking holds nothing: each shortcut against the long way, which looks at all of a text."""

from base64 import b64encode

from hypothesis import example, given
from hypothesis import strategies as st

from supportflow.triage.redaction import codes, digit_words, labels, transport
from supportflow.triage.redaction.kinds import Kind
from supportflow.triage.redaction.layers import Layer
from supportflow.triage.redaction.view import View
from supportflow.triage.redaction.vocabulary import announcing, words

DIGITS = sorted(words("digits"))
SIGNS = (
    "do not share", "never tell", "nobody shared", "don't disclose", "никому не сообщайте", "не сообщайте", "jangan berikan",
    "切勿", "请勿泄露", "教えない", "共有しない", "use the code", "enter pin", "geben sie", "verwenden sie", "type", "tell",
    "to log in", "log in with it", "verify", "告诉", "一二三四", "零 一", "é", "Ñ",
)  # fmt: skip
PIECES = st.one_of(
    st.sampled_from(DIGITS),
    st.sampled_from(SIGNS),
    st.lists(st.sampled_from(DIGITS), min_size=3, max_size=5).map(" ".join),
    st.sampled_from(["482913", "12", "4821", "a-4821", "482 913", "20394857203948572", "2026", "7"]),
    st.sampled_from(["and", "my", "order", "的", "x" * 40, "lorem ipsum dolor " * 5]),
    st.text(max_size=6),
)
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from([" ", ", ", "-", "", "\n", ". ", "  "])), max_size=24).map(
    lambda parts: "".join(piece + joint for piece, joint in parts)
)


@example("it is one two three four")
@example("零一二三")
@given(TEXTS)
def test_digits_as_words_are_missed_nowhere(text):
    view = View(text)
    every = [
        (*match.span(), len(digit_words._SIZE.findall(match[0])))
        for match in digit_words._ROW.finditer(view.flat)
    ]
    assert list(digit_words.digit_words(view)) == every


def by_sentence(view):
    """As `codes._by_sentence`, over all of the text."""
    flat = view.flat
    if not codes._USE_WORDS.isdisjoint(view.words):
        yield from ((*match.span(1), Kind.ONE_TIME_CODE) for match in codes._USED.finditer(flat))
    if not (
        codes._SHARE_WORDS.isdisjoint(view.words) and codes._SHARE_CHARACTERS.isdisjoint(view.characters)
    ):
        yield from codes._by_sign(flat, 0, len(flat))


@given(TEXTS)
def test_sentences_about_codes_are_missed_nowhere(text):
    view = View(text)
    assert list(codes._by_sentence(view)) == list(by_sentence(view))


@given(
    TEXTS
    | st.lists(st.sampled_from([word.strip("*") for table in announcing().values() for word in table])).map(
        " ".join
    )
)
def test_words_that_announce_are_missed_nowhere(text):
    view = View(text)
    found = {(entry.word, entry.roles) for entry in labels._VOCABULARY._possible(view)}
    for word, roles in {
        (entry.word, entry.roles)
        for entries in labels._VOCABULARY._by_character.values()
        for needed, entry in entries
        if needed <= view.characters
    }:
        assert (word, roles) in found
    for word in view.words:
        for entry in labels._VOCABULARY._by_word.get(word, ()):
            assert (entry.word, entry.roles) in found
    assert len(labels.labels(view)) == 0


BLOCKS = st.lists(
    st.one_of(
        st.binary(min_size=8, max_size=60).map(lambda raw: b64encode(raw).decode()),
        st.text("abc def", min_size=12, max_size=60).map(lambda words: b64encode(words.encode()).decode()),
        st.text("0123456789", min_size=14, max_size=40),
        PIECES,
    ),
    max_size=6,
)


@given(BLOCKS, st.sampled_from([" ", "\n", "_", ".", ""]))
# The second line alone would be a block; behind the first it is the end of one that is none. To look too often is no harm.
@example(["A" * 32, "YWFhYWFhYWFhYWFhIA=="], "\n")
def test_encoded_blocks_are_missed_nowhere(blocks, joint):
    text = joint.join(blocks)
    shape = text.encode("ascii", "replace").translate(transport._CODE_CHARACTERS)
    new, layer = transport._BLOCKS.apply(text)
    assert layer is None or isinstance(layer, Layer)
    if new != text and transport._LONG_RUN in shape:
        assert transport._has_block(text)


@given(
    st.lists(st.text("0123456789", min_size=24, max_size=60), max_size=6), st.sampled_from([" ", "\n", ", "])
)
def test_numbers_are_passed_over(numbers, joint):
    assert not transport._has_block(joint.join(numbers))
