"""Texts in Chinese characters alone: Chinese in simplified or traditional ones, Cantonese, or Japanese.

Which characters a language has is told by the sets that were standardised for computers: GB 2312 for simplified ones,
Big5 with Hong Kong's supplement for traditional ones, JIS X 0208 for Japan, whose second level holds the old forms that
Japan has replaced.
"""

from supportflow.triage.language.words import parts_of

__all__ = ["weighed"]

_OUTSIDE = 3.0  # what a character says against a language whose set does not have it
_SECOND_LEVEL = 2.5
_ROW_48 = 0xA0 + 48
_WORD = 3.0
_CANTONESE_WORD = 4.0  # Mandarin is not written with these
_RARER = 2.0  # Cantonese speakers often write Mandarin
_USUAL = 1.0  # Chinese is likelier than a Japanese text without any kana


def weighed(text: str) -> dict[str, float]:
    """What the characters of a text say for each language, as natural logarithms."""
    characters = "".join(dict.fromkeys(text))
    simplified, traditional, japanese = (
        -_OUTSIDE * (len(characters) - _held(characters, charset))
        for charset in ("gb2312", "big5hkscs", "shift_jis")
    )
    japanese -= _SECOND_LEVEL * _of_second_level(characters)
    japanese += _WORD * _found("ja", text)
    chinese = _USUAL + _WORD * _found("zh", text)
    cantonese = _found("yue", text)
    script_unknown = simplified == traditional
    weights = {
        "zh": chinese + simplified,
        "zh-Hant": chinese + traditional - (2 * _WORD if script_unknown else 0),
        "ja": japanese,
    }
    chinese_best = max(weights["zh"], weights["zh-Hant"])
    weights["yue"] = chinese_best + _CANTONESE_WORD * cantonese - _RARER
    return weights


def _found(language: str, text: str) -> int:
    """How many of a language's words stand in a text."""
    return len([word for word in parts_of(language) if word in text])


def _held(characters: str, charset: str) -> int:
    """How many characters a set holds. Each is two bytes in all of them."""
    return len(characters.encode(charset, "ignore")) // 2


def _of_second_level(characters: str) -> int:
    """How many characters stand behind row 47 of JIS X 0208, where its second level begins."""
    rows = characters.encode("euc_jp", "ignore")[::2]
    return len([row for row in rows if row >= _ROW_48])
