"""Draws texts by the thousand and counts: secrets that stay, public values that are touched."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random

from supportflow.triage.redaction import Redaction, redact
from triage.wild import publics, sayings_final, sayings_held_out, sayings_tuned, wrappings
from triage.wild.cells import Cells
from triage.wild.secrets import FORMS, secret

__all__ = ["FINAL", "SECOND", "TUNING", "Set", "Tally", "measure", "public_texts", "secret_texts"]


@dataclass(frozen=True)
class Set:
    """Where texts are drawn from: sayings, wrappings and seeds that belong together."""

    sayings: Mapping[str, Mapping[str, tuple[str, ...]]]
    publics: Mapping[str, tuple[str, ...]]
    wrappings: Mapping[str, wrappings.Wrapping]
    seed: int


TUNING = Set(sayings_tuned.SAYINGS, publics.TUNED, wrappings.TUNED, 20_260_302)
SECOND = Set(sayings_held_out.SAYINGS, publics.HELD_OUT, wrappings.HELD_OUT, 77_003_119)
FINAL = Set(sayings_final.SAYINGS, publics.FINAL, wrappings.FINAL, 41_880_227)

# Base64 is watched as a whole, which a public value's encoding is not; a struck number is no plain one.
_HIDING = {"base64 body", "mail header"}
_BREAKS_SECRETS = {("look-alikes", "password")}


def _filled(saying: str, middle: Cells) -> Cells:
    before, _, after = saying.partition("{}")
    return Cells.of(before) + middle + Cells.of(after)


def secret_texts(source: Set, count: int, seed: int | None = None) -> Iterator[tuple[str, Cells]]:
    """What is drawn, with the words for it: the kind, the saying's language and the wrapping."""
    rng = Random(source.seed if seed is None else seed)
    kinds = list(FORMS)
    for index in range(count):
        kind = kinds[index % len(kinds)]
        table = source.sayings[FORMS[kind][1]]
        language = rng.choice(list(table))
        saying = rng.choice(table[language])
        name = rng.choice(list(source.wrappings))
        text = source.wrappings[name](_filled(saying, secret(rng, kind)), rng)
        yield f"{kind} | {language} | {name} | {saying}", text


def public_texts(source: Set, count: int, seed: int | None = None) -> Iterator[tuple[str, Cells]]:
    """The same of public values."""
    rng = Random((source.seed if seed is None else seed) + 1)
    kinds = list(source.publics)
    names = [name for name in source.wrappings if name not in _HIDING]
    for index in range(count):
        kind = kinds[index % len(kinds)]
        saying = rng.choice(source.publics[kind])
        name = rng.choice(names)
        value = Cells.of(publics.VALUES[kind](rng), True)
        yield f"{kind} | {name} | {saying}", source.wrappings[name](_filled(saying, value), rng)


@dataclass
class Tally:
    """What became of the texts."""

    texts: int = 0
    wrong: int = 0
    by: Counter[str] = field(default_factory=Counter)
    examples: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.wrong / self.texts

    def note(self, name: str, wrong: bool, text: str, result: Redaction) -> None:
        self.texts += 1
        if wrong:
            self.wrong += 1
            self.by.update(name.split(" | ")[:-1])
            self.examples.append((name, text, result.text))


def _covered(result: Redaction) -> set[int]:
    return {place for one in result.findings if one.masked for place in range(one.start, one.end)}


def measure(source: Set, count: int, seed: int | None = None) -> tuple[Tally, Tally]:
    """Secrets of which a letter or digit stays, and public values of which one is taken."""
    kept, touched = Tally(), Tally()
    for name, cells in secret_texts(source, count, seed):
        result = redact(cells.text)
        kept.note(name, not set(cells.watched()) <= _covered(result), cells.text, result)
    for name, cells in public_texts(source, count, seed):
        result = redact(cells.text)
        touched.note(name, not _covered(result).isdisjoint(cells.watched()), cells.text, result)
    return kept, touched
