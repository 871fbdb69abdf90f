"""Which language a text is in, by its script and, for Latin letters, by its commonest words.

Enough to choose a queue and a template; a host with a real detector overrides it.
"""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from collections.abc import Callable, Iterable

__all__ = ["detect"]

_SAMPLE = 400

_SCRIPTS = {
    "ja": "\u3041-\u30ff",
    "ko": "\uac00-\ud7a3\u1100-\u11ff",
    "th": "\u0e00-\u0e7f",
    "ar": "\u0600-\u06ff",
    "he": "\u0590-\u05ff",
    "hi": "\u0900-\u097f",
    "bn": "\u0980-\u09ff",
    "el": "\u0370-\u03ff",
    "zh": "\u4e00-\u9fff",
    "ru": "\u0400-\u04ff",
}
# Runs, because few are faster counted than many.
_RUNS = {language: re.compile(f"[{letters}]+") for language, letters in _SCRIPTS.items()}
_RARER = re.compile(f"[{''.join(letters for name, letters in _SCRIPTS.items() if name != 'zh')}]")
_LATIN = re.compile("[a-z\u00c0-\u024f\u1ea0-\u1eff]+")
_UKRAINIAN = re.compile("[\u0456\u0457\u0454\u0491]")
_PERSIAN = re.compile("[\u067e\u0686\u0698\u06af]")
# Kana decide at a tenth of the letters: Japanese is mostly written in Chinese characters.
_DECIDES = 0.1
# One Chinese character says about as much as three Latin letters.
_LETTERS_A_CHARACTER = 3

_COMMON = {
    "en": "the i my is to a not and you it have was for in of on can please me this that what how why do with",
    "es": "el la que no mi de en por los una un y para con está he cuenta como se me gracias hola porque",
    "pt": "o que não minha meu de em por os uma um e para com está conta como se me obrigado olá porque você foi",
    "fr": "le la les je ne pas mon ma de en pour un une et avec est compte vous bonjour mais sur dans c'est",
    "de": "der die das ich nicht mein meine und ist zu ein eine mit auf für konto sie bitte wie habe von es wurde",
    "it": "il la che non mio mia di in per un una e con è conto come si ho ciao sono grazie del perché",
    "tr": "bir ve bu için hesabım ne de da değil mi nasıl benim çok merhaba lütfen ben var yok",
    "vi": "tôi không của và là có cho được tài khoản này trong với xin bạn đã tiền",
    "id": "saya tidak yang dan di untuk dengan akun ini itu bisa sudah ke dari apa mohon tolong belum",
    "pl": "nie mam jest na do się moje mój konto w i z proszę jak dlaczego co od to",
    "nl": "de het een ik niet mijn en is te van op voor met kan hoe rekening er maar wat",
}
_CLEARLY = 7  # no other language here has so many words in common with English
_STOP_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}


def detect(lower: str, tokens: Callable[[], Iterable[str]]) -> str | None:
    """The language of a text, or `None` if it has hardly a word.

    Args:
        lower: The text in lower case.
        tokens: Gives the same cut into words; asked only if the script does not tell.
    """
    if not lower.isascii():
        by_script = _by_script(lower[:_SAMPLE])
        if by_script is not None:
            return by_script
    words = set(tokens())
    if len(words & _STOP_WORDS["en"]) >= _CLEARLY:
        return "en"
    best, count = max(
        ((language, len(words & stop)) for language, stop in _STOP_WORDS.items()),
        key=lambda scored: scored[1],
    )
    return best if count else None


def _letters(runs: re.Pattern[str], sample: str) -> int:
    return sum(map(len, runs.findall(sample)))


def _by_script(sample: str) -> str | None:
    counts = dict.fromkeys(_RUNS, 0)
    for language in _RUNS if _RARER.search(sample) else ("zh",):
        counts[language] = _letters(_RUNS[language], sample)
    latin = _letters(_LATIN, sample)
    counts["zh"] *= _LETTERS_A_CHARACTER
    total = sum(counts.values()) + latin
    if not total:
        return None
    if counts["ja"] >= _DECIDES * total:
        return "ja"
    language = max(counts, key=lambda name: counts[name])
    if not counts[language] or latin > counts[language]:
        return None
    if language == "ru" and _UKRAINIAN.search(sample):
        return "uk"
    return "fa" if language == "ar" and _PERSIAN.search(sample) else language
