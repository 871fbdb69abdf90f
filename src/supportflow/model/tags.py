"""Language tags: how they are spelt, and which of some languages serves somebody who writes another tag.

The one place where languages are compared. Tags are those of RFC 5646, in any case, and the locale names of POSIX
(`zh_CN.UTF-8`). What is looked up is looked up as RFC 4647 says, from the longest to the shortest tag, but with the script
that a tag most likely means: `zh-CN` is `zh-Hans`, `zh-TW` is `zh-Hant`.

Another language is never taken for one that is near, whatever CLDR's distances say: they give Russian to somebody who
writes Ukrainian. Where another language will do, a policy names it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Annotated, NamedTuple, TypeGuard

from pydantic import AfterValidator

from supportflow.model.base import Name
from supportflow.model.tag_data import ALIASES, DEFAULT_SCRIPTS, ELSEWHERE, PARENTS, THREE_LETTERS

__all__ = [
    "Tag",
    "best",
    "canonical",
    "is_tag",
    "needed",
    "primary",
    "served",
    "serves",
    "twins",
    "updated",
    "writes",
    "written",
]

_LONGEST = 100  # as any other name
_KEPT = 4096  # tags come from outside: what is remembered of them has a bound
_SHAPE = re.compile(
    r"(?P<language>[a-z]{2,3})(?P<extended>(?:-[a-z]{3}){0,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<rest>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)"
)
_GRANDFATHERED = {
    "art-lojban": "jbo",
    "en-gb-oed": "en-GB-oxendict",
    "i-hak": "hak",
    "i-klingon": "tlh",
    "i-lux": "lb",
    "i-navajo": "nv",
    "no-bok": "nb",
    "no-nyn": "nn",
    "zh-guoyu": "zh",
    "zh-hakka": "hak",
    "zh-min-nan": "nan",
    "zh-xiang": "hsn",
}
_MODIFIERS = {"latin": "Latn", "cyrillic": "Cyrl", "devanagari": "Deva", "arabic": "Arab"}
_SAME = {"nb": "no"}
"""Norwegian without a standard named is Bokmål."""
_READABLE = frozenset({("Hans", "Hant"), ("Hant", "Hans"), ("Cyrl", "Latn"), ("Latn", "Cyrl")})
"""Two scripts of one language of which those who write one read the other."""


_PARENT = 10  # what is added for a macrolanguage


class _Tag(NamedTuple):
    """A tag, taken apart. `script` is None if the tag names neither a script nor a region."""

    language: str
    script: str | None
    region: str | None

    @property
    def likely(self) -> str:
        return self.script or _script(self.language, None)


@lru_cache(_KEPT)
def canonical(tag: str) -> str:
    """A tag as RFC 5646 spells it: `"PT-br"` and `"pt_BR.UTF-8"` are `"pt-BR"`, `"iw"` is `"he"`.

    What is no tag, such as `"Portuguese"`, stays as it is.
    """
    plain, _, modifier = tag.partition("@")
    plain = plain.partition(".")[0].replace("_", "-").lower()
    known = _GRANDFATHERED.get(plain)
    if known is not None:
        return known
    shape = _SHAPE.fullmatch(plain)
    if shape is None:
        return tag
    language, script, region = shape["language"], shape["script"], shape["region"]
    if shape["extended"]:
        language = shape["extended"][1:4]
    better = _SHAPE.fullmatch(_alias(language).lower())
    assert better is not None
    script = script or _MODIFIERS.get(modifier.lower()) or better["script"] or ""
    region = region or better["region"] or ""
    named = (better["language"], script.title(), region.upper())
    return "-".join(part for part in named if part) + shape["rest"]


def is_tag(value: object) -> TypeGuard[str]:
    """Whether a value is a language tag, in whatever spelling, of 100 characters at most."""
    return (
        isinstance(value, str)
        and len(value) <= _LONGEST
        and _SHAPE.fullmatch(canonical(value).lower()) is not None
    )


Tag = Annotated[Name, AfterValidator(canonical)]
"""A language tag, as RFC 5646 spells it."""


@lru_cache(_KEPT)
def _taken_apart(tag: str) -> _Tag:
    shape = _SHAPE.fullmatch(canonical(tag).lower())
    if shape is None:
        return _Tag(tag.casefold(), None, None)
    language = _SAME.get(shape["language"], shape["language"])
    region = shape["region"] and shape["region"].upper()
    script = shape["script"] and shape["script"].title()
    if script is None and region is not None:
        script = _script(language, region)
    return _Tag(language, script, region)


def primary(tag: str) -> str:
    """The language of a tag, without script and region: `"zh"` for `"zh_TW"`, and for `"yue"`, whose prefix it is."""
    language = _taken_apart(tag).language
    return _parents().get(language, language)


@lru_cache(_KEPT)
def written(tag: str) -> str:
    """The language and, if it is not the usual one, the script: `"zh"` for `"zh-CN"`, `"zh-Hant"` for `"zh-HK"`."""
    taken = _taken_apart(tag)
    return _named(taken.language, taken.likely)


def _named(language: str, script: str) -> str:
    return language if script == _script(language, None) else f"{language}-{script}"


def best(wanted: str, available: Iterable[str]) -> str | None:
    """Which of some tags serves somebody who writes another; None if none does.

    The nearest: the same tag; the same script and region; the script; the language; the script elsewhere; the script that
    its readers also read. Then the same for the macrolanguage, Chinese for Cantonese. Of equally near ones, the first.
    """
    nearest: tuple[int, str] | None = None
    for tag in available:
        distance = _distance(wanted, tag)
        if distance is not None and (nearest is None or distance < nearest[0]):
            nearest = (distance, tag)
    return None if nearest is None else nearest[1]


@lru_cache(_KEPT)
def _distance(wanted: str, tag: str) -> int | None:
    if canonical(wanted) == canonical(tag):
        return 0
    asked, given = _taken_apart(wanted), _taken_apart(tag)
    far = 0
    if asked.language != given.language:
        if _parents().get(asked.language) != given.language:
            return None
        far = _PARENT
    same = asked.likely == given.likely
    if same and asked.region == given.region:
        return far + 1
    if given.script is None:
        return far + 3
    if same:
        return far + (2 if given.region is None else 4)
    return far + 5 if (asked.likely, given.likely) in _READABLE else None


@lru_cache(_KEPT)
def served(tag: str) -> frozenset[str]:
    """What somebody who writes a tag can be asked for, as `needed` gives it.

    Who writes `"zh"`, without more, writes each script of it and serves those who write Cantonese; who writes `"zh-CN"`
    writes simplified characters; who writes `"pt-BR"` also serves those who ask for `"pt"`.
    """
    taken = _taken_apart(tag)
    scripts = {taken.likely} if taken.script else {taken.likely, *_scripts().get(taken.language, ())}
    found = {_named(taken.language, script) for script in scripts}
    if taken.region:
        found |= {f"{one}-{taken.region}" for one in found}
    for member, parent in _parents().items():
        if parent == taken.language and _script(member, None) in scripts:
            found.add(_SAME.get(member, member))
    return frozenset(found)


def needed(tag: str) -> str:
    """What somebody must serve who is asked for a tag: a region counts if it is named, whatever the script."""
    taken = _taken_apart(tag)
    return f"{written(tag)}-{taken.region}" if taken.region else written(tag)


def writes(tags: Iterable[str], tag: str) -> bool:
    """Whether one of some tags promises another. What one of the two leaves out, a region or a script, is promised."""
    asked = _taken_apart(tag)
    return any(
        _distance(tag, one) is not None
        and (given.script is None or given.likely == asked.likely)
        and (given.region is None or asked.region in {None, given.region})
        for one, given in ((one, _taken_apart(one)) for one in tags)
    )


def updated(texts: Mapping[str, str], over: Mapping[str, str]) -> dict[str, str]:
    """Texts by language, with others that take the place of those in the same language and script."""
    replaced = set(map(written, over))
    return {tag: text for tag, text in texts.items() if written(tag) not in replaced} | dict(over)


def twins(tags: Iterable[str]) -> list[str]:
    """Tags that stand among others in several spellings, as RFC 5646 spells them."""
    return [tag for tag, count in Counter(map(canonical, tags)).items() if count > 1]


def serves(tags: Iterable[str], tag: str) -> bool:
    """Whether somebody who writes some tags can be asked for a tag."""
    asked = needed(tag)
    return any(asked in served(one) for one in tags)


def _alias(language: str) -> str:
    found = _pairs(THREE_LETTERS).get(language, language)
    return _pairs(ALIASES).get(found, found)


def _parents() -> dict[str, str]:
    return _pairs(PARENTS)


@cache
def _pairs(table: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in table.split())


@cache
def _usual() -> dict[tuple[str, str | None], str]:
    """Language and region → the script that is likely there."""
    scripts: dict[tuple[str, str | None], str] = {}
    for row in DEFAULT_SCRIPTS.split():
        script, languages = row.split(":")
        scripts.update({(language, None): script for language in languages.split(",")})
    for row in ELSEWHERE.split():
        language, script, regions = row.split(":")
        scripts.update({(language, region): script for region in regions.split(",")})
    return scripts


def _script(language: str, region: str | None) -> str:
    usual = _usual()
    return usual.get((language, region)) or usual.get((language, None), "Latn")


@cache
def _scripts() -> dict[str, frozenset[str]]:
    """The other scripts of languages that have several; Hindi is also typed in Latin letters."""
    several: dict[str, set[str]] = {"hi": {"Latn"}}
    for row in ELSEWHERE.split():
        language, script, _ = row.split(":")
        several.setdefault(language, set()).add(script)
    return {language: frozenset(scripts) for language, scripts in several.items()}
