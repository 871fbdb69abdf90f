"""Words by language, read from the package's own files when the first text is redacted.

`announcing.txt` has the words that announce a secret or name a public number, `words.txt` those that stand around them.
"""

import unicodedata
from functools import cache
from importlib.resources import files

__all__ = ["announcing", "words"]

_NO_LATIN, _VIETNAMESE, _BEHIND_VIETNAMESE = "\u0370", "\u1e00", "\u1f00"


def _unaccented(word: str) -> str:
    """Without accents, if the word is of Latin letters: the marks of other scripts are letters."""
    if word[0] >= _NO_LATIN and not _VIETNAMESE <= word[0] < _BEHIND_VIETNAMESE:
        return word
    letters = (c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u036f")
    return unicodedata.normalize("NFC", "".join(letters)).replace("\u0131", "i").replace("đ", "d")


def _sections(name: str) -> dict[str, str]:
    text = files("supportflow.triage.redaction").joinpath(name).read_text(encoding="utf-8")
    sections: dict[str, str] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("["):
            heading = line[1:-1]
            sections[heading] = ""
        elif line and not line.startswith("#"):
            sections[heading] += line + "\n"
    return sections


@cache
def announcing() -> dict[str, tuple[str, ...]]:
    """The words of every table by its role, as written and without accents, each once."""
    tables = {
        role: [word.strip() for word in text.replace("\n", ",").split(",") if word.strip()]
        for role, text in _sections("announcing.txt").items()
    }
    tables["reference"] = [word for word in tables["public"] if word not in words("no reference")]
    return {
        role: tuple(dict.fromkeys(form for word in given for form in (word, _unaccented(word))))
        for role, given in tables.items()
    }


@cache
def _words() -> dict[str, frozenset[str]]:
    return {heading: frozenset(text.split()) for heading, text in _sections("words.txt").items()}


def words(heading: str) -> frozenset[str]:
    """The words below a heading of `words.txt`."""
    return _words()[heading]
