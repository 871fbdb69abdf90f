"""What letters say of a language: whole scripts, and the letters that a language does not have."""

from typing import NamedTuple

__all__ = ["ALPHABETS", "ONLY", "SCRIPTS", "USUAL", "Script"]


class Script(NamedTuple):
    """Letters that are counted together.

    Attributes:
        name: Its name; for a script of one language, that language's tag.
        letters: As in a set of a regular expression.
        weight: How many Latin letters one of these says as much as.
    """

    name: str
    letters: str
    weight: float


SCRIPTS = (
    Script("latin", "a-z\u00c0-\u024f\u1ea0-\u1eff", 1),
    Script("han", "\u3400-\u4dbf\u4e00-\u9fff", 6),
    Script("ja", "\u3041-\u3096\u30a1-\u30fa\u30fc\uff66-\uff9d", 3),
    Script("ko", "\uac00-\ud7a3\u1100-\u11ff\u3131-\u318e", 4),
    Script("cyrillic", "\u0400-\u052f", 2),
    Script("arabic", "\u0620-\u065f\u066e-\u06d3\u06fa-\u06ff", 2),
    Script("devanagari", "\u0900-\u0963", 2),
    Script("th", "\u0e00-\u0e4e", 2),
    Script("he", "\u0590-\u05ff", 2),
    Script("el", "\u0370-\u03ff", 2),
    Script("bn", "\u0980-\u09ff", 2),
    Script("pa", "\u0a00-\u0a7f", 2),
    Script("gu", "\u0a80-\u0aff", 2),
    Script("ta", "\u0b80-\u0bff", 2),
    Script("te", "\u0c00-\u0c7f", 2),
    Script("kn", "\u0c80-\u0cff", 2),
    Script("ml", "\u0d00-\u0d7f", 2),
    Script("si", "\u0d80-\u0dff", 2),
    Script("lo", "\u0e80-\u0eff", 2),
    Script("my", "\u1000-\u109f", 2),
    Script("ka", "\u10a0-\u10ff", 2),
    Script("hy", "\u0530-\u058f", 2),
    Script("km", "\u1780-\u17ff", 2),
)
"""A letter outside the Latin script weighs double: who writes in Latin letters has no other ones at hand, while everybody
writes names and products in Latin ones."""

ONLY = frozenset(script.name for script in SCRIPTS) - {"latin", "han", "cyrillic", "arabic", "devanagari"}
"""Scripts that one language is written in."""

_ARABIC = "ابتثجحخدذرزسشصضطظعغفقلمنو\u0621\u0622\u0626"
_PERSIAN = "پچگکی"
_CYRILLIC = "абвгдежзклмнопрстуфхцчш"
_DEVANAGARI = "".join(map(chr, range(0x0900, 0x0964)))

ALPHABETS = {
    "en": "éï",
    "es": "áéíóúüñ",
    "pt": "áâãàçéêíóôõúü",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "de": "äöüß",
    "it": "àèéìíîòóùú",
    "tr": "çğıöşüâîû\u0307",
    "vi": "àáâãèéêìíòóôõùúýăđĩũơư" + "".join(map(chr, range(0x1EA0, 0x1EFA))),
    "id": "é",
    "ms": "é",
    "fil": "áàâéíñóúü",
    "pl": "ąćęłńóśźż",
    "nl": "áéèëêïóöü",
    "sv": "åäöé",
    "da": "æøåé",
    "nb": "æøåéòô",
    "fi": "äöå",
    "cs": "áčďéěíňóřšťúůýž",
    "ro": "ăâîșțşţ",
    "hu": "áéíóöőúüű",
    "hi-Latn": "",
    "ru": f"{_CYRILLIC}ийщьюяёыэъ",
    "uk": f"{_CYRILLIC}ийщьюяіїєґ",
    "be": f"{_CYRILLIC}йьюяёыэіў",
    "bg": f"{_CYRILLIC}ийщьюяъѝ",
    "sr": f"{_CYRILLIC}ијљњђћџ",
    "ar": f"{_ARABIC}كيهةىأإؤ",
    "fa": f"{_ARABIC}{_PERSIAN}ژهأؤۀ",
    "ur": f"{_ARABIC}{_PERSIAN}ژٹڈڑںےہھؤۂۓ",
    "hi": _DEVANAGARI.replace("ळ", ""),
    "mr": _DEVANAGARI,
    "ne": _DEVANAGARI.replace("ळ", ""),
}
"""The letters of each language; of those in Latin letters, the ones beside a to z."""


USUAL = {
    "ru": ("ыэъё", 0.025),
    "uk": ("іїєґ", 0.07),
    "be": ("іўыэ", 0.1),
    "bg": ("ъ", 0.015),
    "sr": ("јљњђћџ", 0.07),
    "ar": ("يةىكأإ", 0.12),
    "fa": ("یکپچگژ", 0.12),
    "ur": ("یہےںٹھ", 0.2),
}
"""Letters that a longer text can hardly do without, as few people replace them, and their usual share, rounded."""
