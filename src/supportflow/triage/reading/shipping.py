"""The packs and rules that come with the package."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from supportflow.triage.reading.document import Pack, RuleSet

__all__ = ["RULE_SETS", "SHIPPED_PACKS", "ShippedPack", "shipped_packs", "shipped_rules"]

SHIPPED_PACKS: Mapping[str, tuple[str, ...]] = {
    "ar": ("Arab",),
    "de": ("Latn",),
    "en": ("Latn",),
    "es": ("Latn",),
    "fil": ("Latn",),
    "fr": ("Latn",),
    "fa": ("Arab",),
    "hi": ("Deva", "Latn"),
    "id": ("Latn",),
    "it": ("Latn",),
    "ja": ("Kana", "Hani"),
    "ko": ("Hang",),
    "pl": ("Latn",),
    "pt": ("Latn",),
    "ru": ("Cyrl",),
    "th": ("Thai",),
    "tr": ("Latn",),
    "uk": ("Cyrl",),
    "vi": ("Latn",),
    "zh": ("Hani",),
}
"""Tag → scripts of the packs in `supportflow/triage/packs/<tag>/pack.toml`."""

RULE_SETS = ("incidents", "exchange", "banking", "on_its_way", "asking", "weighed")
"""`incidents`: security incidents in any business. `exchange`: disputes of a crypto exchange. `banking`: cards.
`on_its_way`: withdrawals and deposits that are late, which are of no class above the lowest.
`asking`: what an agent may not ask, for what is sent and not for what comes in. `weighed`: a second opinion on `incidents`
and `exchange`, learned from phrases."""


class ShippedPack(NamedTuple):
    """A pack that is read from the package's own files when it is first needed.

    Attributes:
        tag: Its language.
        scripts: Its scripts.
    """

    tag: str
    scripts: tuple[str, ...]

    def load(self) -> Pack:
        """The pack."""
        return _pack(self.tag)

    def hints(self) -> tuple[str, ...]:
        """Its commonest words, as in `Pack.hints`, without reading its phrases: a fiftieth of the file."""
        return _hints(self.tag)

    def only(self, role: str) -> Pack:
        """The pack with the phrases of one role alone, without reading those of the others."""
        return _only(self.tag, role)


def shipped_packs() -> tuple[ShippedPack, ...]:
    """Every shipped pack, none of them read yet."""
    return tuple(ShippedPack(tag, scripts) for tag, scripts in SHIPPED_PACKS.items())


@cache
def _hints(tag: str) -> tuple[str, ...]:
    head, _, _ = _text(tag).partition("\n[")  # the first table: what comes before says what the pack is
    return tuple(tomllib.loads(head).get("hints", ()))


def _only(tag: str, role: str) -> Pack:
    whole = _READ.get(tag)
    if whole is not None:
        return whole.model_copy(
            update={"roles": {one: whole.roles[one] for one in (role,) if one in whole.roles}}
        )
    text = _text(tag)
    roles = text.index("\n[roles]")  # what comes before says what the pack is, and its sets
    # As far as the next name at the beginning of a line: phrases that go on are indented.
    phrases = re.compile(rf"^{role} = .*?(?=^\w+ = |\Z)", re.MULTILINE | re.DOTALL).search(text, roles)
    written = "" if phrases is None else phrases[0]
    return Pack.model_validate({**tomllib.loads(text[:roles]), "roles": tomllib.loads(written)})


def _text(tag: str) -> str:
    return files("supportflow.triage").joinpath(f"packs/{tag}/pack.toml").read_text(encoding="utf-8")


_READ: dict[str, Pack] = {}
"""Tag → the pack that was read."""


def _pack(tag: str) -> Pack:
    pack = _READ.get(tag)
    if pack is None:
        pack = _READ[tag] = _read(tag)
    return pack


def _read(tag: str) -> Pack:
    text = _text(tag)
    if "\\" not in text and "'''" not in text:
        # The same text in quotes that the parser need not search letter by letter.
        text = text.replace('"""', "'''")
    return Pack.model_validate(tomllib.loads(text))


@cache
def shipped_rules(name: str) -> RuleSet:
    """One of the rule sets in `RULE_SETS`.

    Raises:
        KeyError: If there is none of that name.
    """
    if name not in RULE_SETS:
        raise KeyError(name)
    text = files("supportflow.triage.reading").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return RuleSet.model_validate(tomllib.loads(text))
