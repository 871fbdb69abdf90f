"""Train the shipped model of words beside roles, `triage/reading/shipped.model.json`, from our phrases alone.

Held-out phrases are never read. The same phrases, packs and rules give the same file. Needs scikit-learn.

Usage: train_shipped_model.py           trains and writes the file
       train_shipped_model.py --try     prints what cross-validation finds, and writes nothing
"""

import base64
import json
import math
import random
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.linear_model import LogisticRegression

from supportflow.triage.reading import SHIPPED_PACKS, Reader, shipped_packs, shipped_rules
from supportflow.triage.reading.evaluating import KINDS
from supportflow.triage.reading.model import FORMAT, VERSION, role_keys
from supportflow.triage.reading.pieces import numbers, words
from supportflow.triage.reading.weighing import WINDOW

ROOT = Path(__file__).resolve().parent.parent
PHRASES = ROOT / "tests" / "triage" / "phrases"
TARGET = ROOT / "src" / "supportflow" / "triage" / "reading" / "shipped.model.json"
FOLDERS = ("", "practice", "everyday", "opened", "few_words", "taught", "tone/taught")
BITS = 17
MEANINGS = "meanings"
"""The way of holding back in which no text is known by one that tells the same."""
FOLDS = 5
LEFT_OUT = 0.5
"""Packs know nearly every word of the phrases that they were written with, and not of a customer's: so many roles are left
out of each copy of those."""
UNSEEN = ("taught", "tone/taught")
"""The folders of phrases that no pack was written with: their roles are those that a customer's text has."""
COPIES = 1
ROUNDS = 2
"""So often the sentences are chosen anew that make a text what it is."""
UNSEEN_COUNTS = 3.0
"""As many others each of these counts."""
STRENGTH = 10.0
WRONGLY_DOUBTED = 0.06
"""At most this share of the incidents that rules hear is doubted."""
BESIDE = ("frightening_harmless", "general")
"""What an incident is joined with."""
RARE = 4
"""A role, or two, that fewer phrases have says nothing."""
ALIKE = 0.4
"""Texts that share this much of their pieces are one meaning told twice, and are held back together."""


class Text(NamedTuple):
    """A phrase as the model sees it: of each sentence its pieces and its roles; and how far behind in its list it stands."""

    kind: str
    language: str
    folder: str
    place: float
    pieces: tuple[tuple[int, ...], ...]
    roles: tuple[frozenset[str], ...]
    heard: bool
    """Whether a rule or a weighing of security speaks for it."""
    made: bool = False
    """Whether it was made of others, for the head that doubts."""


class Head(NamedTuple):
    """What is learned: which kind it speaks for, among which others, and how often at most it may speak for these."""

    kind: str
    kinds: tuple[str, ...]
    name: str
    how: str
    priority_class: str | None
    category: str | None
    flag: str | None
    at_most: dict[str, float]


TONES = ("distressed", "angry", "calm")
HEADS = (
    Head(
        "incident",
        KINDS,
        "sounds like an incident",
        "review",
        "security",
        None,
        None,
        {"frightening_harmless": 0.03, "general": 0.01, "security_question": 0.05, "dispute": 0.03},
    ),
    Head("incident", KINDS, "unlike an incident", "doubt", "security", None, None, {}),
    Head(
        "distressed",
        (*TONES, "general"),
        "sounds distressed",
        "flag",
        None,
        None,
        "distress",
        {"calm": 0.03, "angry": 0.1, "general": 0.003},
    ),
    Head(
        "angry",
        (*TONES, "general"),
        "sounds angry",
        "flag",
        None,
        None,
        "angry",
        {"calm": 0.03, "distressed": 0.1, "general": 0.003},
    ),
)


def phrases() -> Iterator[tuple[str, str, str, str, float]]:
    """Every phrase with its kind, language, folder and place in its list, in a fixed order."""
    for folder in FOLDERS:
        for path in sorted((PHRASES / folder).glob("*.toml")):
            document = tomllib.loads(path.read_text("utf-8"))
            for kind in (*KINDS, *TONES):
                listed = document.get(kind, [])
                yield from (
                    (text, kind, path.stem, folder, at / len(listed)) for at, text in enumerate(listed)
                )


def read() -> list[Text]:
    """Every phrase as the model sees it; and of each incident that a rule hears, the words that the rule rests on.

    Without anything that excuses it what a rule asserts is to be believed, however short it is.
    """
    sets = [shipped_rules(name) for name in ("incidents", "exchange", "weighed")]
    reader = Reader(shipped_packs(), sets, doubting=None)
    found = []
    for text, kind, language, folder, place in phrases():
        told = [one for one in reader.read(text) if one.may_be_doubted]
        found.append(_text(reader, text, Text(kind, language, folder, place, (), (), bool(told))))
        if kind == "incident" and told:
            core = text[min(one.start for one in told[0].parts) : max(one.end for one in told[0].parts)]
            found.append(_text(reader, core, found[-1]._replace(made=True)))
    return found


def _text(reader: Reader, text: str, about: Text) -> Text:
    """A text with its pieces and roles."""
    sentences, roles = reader.seen(text)
    mask = (1 << BITS) - 1
    pieces = [tuple(sorted(numbers([word for word, _, _ in words(one)], mask))) for one in sentences]
    kept = [at for at, one in enumerate(pieces) if one]
    return about._replace(
        pieces=tuple(pieces[at] for at in kept),
        roles=tuple(roles.get(at, frozenset()) for at in kept),
    )


def joined(texts: Sequence[Text]) -> list[Text]:
    """Incidents in one breath with something harmless, and two harmless matters in one: neither changes what it is.

    Both are of one language, and of one fold.
    """
    chance = random.Random(2)  # noqa: S311  the same file each time
    harmless: dict[tuple[str, int], list[Text]] = defaultdict(list)
    for one in texts:
        if one.kind in BESIDE and len(one.pieces) == 1:
            harmless[one.language, int(FOLDS * one.place)].append(one)
    found = []
    for one in texts:
        others = harmless[one.language, int(FOLDS * one.place)]
        if not one.made and one.kind in ("incident", *BESIDE) and one.pieces and others:
            other = chance.choice(others)
            at = chance.randrange(len(one.pieces))
            pieces, roles = list(one.pieces), list(one.roles)
            pieces[at] = tuple(sorted({*pieces[at], *other.pieces[0]}))
            roles[at] = roles[at] | other.roles[0]
            found.append(one._replace(pieces=tuple(pieces), roles=tuple(roles), made=True))
    return found


def meanings(texts: Sequence[Text]) -> list[int]:
    """Which texts of a language are one meaning told twice: the first of each."""
    first = list(range(len(texts)))

    def root(at: int) -> int:
        while first[at] != at:
            at = first[at]
        return at

    by_language: dict[str, list[int]] = defaultdict(list)
    for at, one in enumerate(texts):
        by_language[one.language].append(at)
    for members in by_language.values():
        sets = [sorted({piece for sentence in texts[at].pieces for piece in sentence}) for at in members]
        ends = np.cumsum([0, *map(len, sets)])
        table = csr_matrix((np.ones(ends[-1]), np.concatenate(sets), ends), shape=(len(members), 1 << BITS))
        shared = np.asarray((table @ table.T).todense())
        sizes = shared.diagonal()
        alike = shared / (sizes[:, None] + sizes[None, :] - shared) >= ALIKE
        for one, other in zip(*np.nonzero(np.triu(alike, 1)), strict=True):
            a, b = sorted((root(members[one]), root(members[other])))
            first[b] = a
    return [root(at) for at in range(len(texts))]


class Seen:
    """Texts as rows of numbers, for one draw of the roles that are left out: a row for each window of sentences.

    Args:
        texts: The texts.
        names: Role, or two → column.
        chance: Draws the roles that are left out; none is, if not given.
    """

    def __init__(self, texts: Sequence[Text], names: dict[str, int], chance: random.Random | None) -> None:
        data: list[float] = []
        columns: list[int] = []
        ends, whose, whole = [0], list[int](), list[int]()
        for at, text in enumerate(texts):
            roles = [
                here
                if chance is None or text.folder in UNSEEN
                else frozenset(role for role in sorted(here) if chance.random() > LEFT_OUT)
                for here in text.roles
            ]
            for first, end in windows(len(text.pieces)):
                pieces = [piece for sentence in text.pieces[first:end] for piece in sentence]
                keys = role_keys(frozenset().union(*roles[first:end]))
                known = sorted(names[key] for key in keys if key in names)
                columns += pieces + known
                data += [1 / math.sqrt(len(pieces))] * len(pieces)
                data += [1 / math.sqrt(max(len(keys), 1))] * len(known)
                ends.append(len(columns))
                whose.append(at)
            whole.append(
                len(whose) - 1
            )  # the last window is all of a text, or as much of it as is weighed together
        self.rows = csr_matrix(
            (np.array(data), np.array(columns, dtype=np.int32), np.array(ends)),
            shape=(len(whose), (1 << BITS) + len(names)),
        )
        self.whose = np.array(whose)
        self.whole = np.array(whole)

    def heaviest(self, weights: np.ndarray, bias: float) -> tuple[np.ndarray, np.ndarray]:
        """What the heaviest window of each text weighs, and which it is."""
        scores = self.rows @ weights + bias
        order = np.lexsort((-np.arange(len(scores)), -scores, self.whose))
        first = np.searchsorted(self.whose, np.arange(len(self.whole)))
        chosen = order[first]
        return scores[chosen], chosen


def windows(count: int) -> list[tuple[int, int]]:
    """The sentences that are weighed together: each alone, and with those that follow; the longest comes last."""
    found = [(a, b) for a in range(count) for b in range(a + 1, min(a + WINDOW, count) + 1)]
    return sorted(found, key=lambda one: one == (0, min(WINDOW, count)))


def fitted(rows: csr_matrix, positive: np.ndarray, counts: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias; each row counts as often as it says."""
    model = LogisticRegression(
        C=STRENGTH,
        class_weight="balanced",
        solver="liblinear",
        dual=True,
        tol=1e-2,
        max_iter=2_000,
        random_state=0,
    ).fit(rows, positive, sample_weight=counts)
    return model.coef_[0], float(model.intercept_[0])


def learned(
    copies: Sequence[Seen], members: np.ndarray, positive: np.ndarray, often: np.ndarray
) -> tuple[np.ndarray, float]:
    """Learn from some texts: first from their beginnings; then from the sentences that weigh most.

    What is not of the kind is learned from both, each time.
    """
    parts = [seen.rows[seen.whole[members]] for seen in copies]
    weights, bias = fitted(
        vstack(parts).tocsr(), np.tile(positive, len(copies)), np.tile(often[members], len(copies))
    )
    for _ in range(ROUNDS - 1):
        parts, labels, counts = [], [], []
        for seen in copies:
            chosen, begins = seen.heaviest(weights, bias)[1][members], seen.whole[members]
            other = ~positive & (chosen != begins)
            parts += [seen.rows[np.where(positive, chosen, begins)], seen.rows[chosen[other]]]
            labels += [positive, np.zeros(int(other.sum()), dtype=bool)]
            counts += [often[members], often[members][other]]
        weights, bias = fitted(vstack(parts).tocsr(), np.concatenate(labels), np.concatenate(counts))
    return weights, bias


def held_back(
    copies: Sequence[Seen], folds: np.ndarray, positive: np.ndarray, often: np.ndarray
) -> np.ndarray:
    """What each text weighs for a model that has not seen it, nor its like; those of no fold are left out."""
    found = np.zeros(len(folds))
    for number in sorted(set(folds.tolist()) - {-1}):
        others, here = np.nonzero((folds != number) & (folds >= 0))[0], folds == number
        weights, bias = learned(copies, others, positive[others], often)
        # Of what is heard some roles are left out, of what is to be passed over none: so neither is flattered.
        for some, seen in ((positive, copies[0]), (~positive, copies[-1])):
            found[here & some] = seen.heaviest(weights, bias)[0][here & some]
    return found


def threshold(scores: np.ndarray, kinds: np.ndarray, at_most: dict[str, float]) -> float:
    """From where on no other kind is spoken for more often than is allowed."""
    least = 0.0
    for kind, share in at_most.items():
        ordered = np.sort(scores[kinds == kind])[::-1]
        if len(ordered):
            least = max(least, float(ordered[int(share * len(ordered))]) + 1e-6)
    return least


def doubted_below(scores: np.ndarray) -> float:
    """From where on incidents that are heard are doubted: at most so many of those that were held back weigh less."""
    return float(np.sort(scores)[int(WRONGLY_DOUBTED * len(scores))])


def called(scores: np.ndarray, kinds: np.ndarray, raises: float) -> dict[str, float]:
    """The share of each kind that weighs so much."""
    return {
        kind: round(float((scores[kinds == kind] >= raises).mean()), 3)
        for kind in (*KINDS, *TONES)
        if (kinds == kind).any()
    }


def document(
    head: Head,
    texts: Sequence[Text],
    copies: Sequence[Seen],
    folds: Mapping[str, np.ndarray],
    names: dict[str, int],
) -> dict[str, Any]:
    """What is learned for one head, as its file holds it."""
    kinds = np.array([one.kind for one in texts])
    doubts = head.how == "doubt"
    mine = np.isin(kinds, head.kinds) & (doubts | ~np.array([one.made for one in texts]))
    unseen = mine & np.array([one.folder in UNSEEN and not one.made for one in texts])
    positive = kinds == head.kind
    heard = np.array([one.heard for one in texts])
    often = np.where([one.folder in UNSEEN for one in texts], UNSEEN_COUNTS, 1.0)
    raises, measured = -math.inf, {}
    for way, folded in folds.items():
        if doubts and way != MEANINGS:
            continue  # a language that it does not know is not doubted
        scores = held_back(copies, np.where(mine, folded, -1), positive, often)
        for some in (mine, unseen):
            raises = max(raises, threshold(scores[some], kinds[some], head.at_most))
        measured[way] = scores
    if doubts:
        raises = doubted_below(measured[MEANINGS][unseen & positive & heard])
    members = np.nonzero(mine)[0]
    weights, bias = learned(copies, members, positive[members], often)
    pieces = weights[: 1 << BITS]
    unit = float(f"{np.abs(pieces).max() / 127:.6g}")
    roles = {key: round(float(weights[at]), 3) for key, at in names.items()}
    return {
        "name": head.name,
        "kind": head.how,
        "class": head.priority_class,
        "category": head.category,
        "flag": head.flag,
        "bias": round(bias, 4),
        "unit": unit,
        "pieces": base64.b64encode(np.rint(pieces / unit).astype(np.int8).tobytes()).decode(),
        "roles": {key: weight for key, weight in roles.items() if weight},
        "raises": round(raises, 3),
        "measured": {
            f"{way}{what}: {kind}": share
            for way, scores in measured.items()
            for what, some in (("", mine), (", unseen", unseen))
            for kind, share in called(scores[some], kinds[some], raises).items()
        },
    }


def main() -> None:
    """Learn and write."""
    texts = read()
    texts += joined(texts)
    languages = sorted({one.language for one in texts})
    often = Counter(key for one in texts for key in role_keys(frozenset().union(*one.roles)))
    names = {
        key: (1 << BITS) + at for at, key in enumerate(sorted(key for key in often if often[key] >= RARE))
    }
    chance = random.Random(1)  # noqa: S311  the same file each time
    copies = [*(Seen(texts, names, chance) for _ in range(COPIES)), Seen(texts, names, None)]
    groups = meanings(texts)
    folds = {
        # Scenes that are told in several languages stand in the same order there: a part of each list is held back whole.
        MEANINGS: np.array([int(FOLDS * texts[at].place) for at in groups]),
        "languages": np.array([languages.index(one.language) % FOLDS for one in texts]),
    }
    heads = [document(head, texts, copies, folds, names) for head in HEADS]
    made = sum(one.made for one in texts)
    about = {
        "texts": len(texts) - made,
        "made": made,
        "meanings": len(set(groups)),
        "strength": STRENGTH,
        "folds": FOLDS,
        "left_out": LEFT_OUT,
        "languages": sorted(SHIPPED_PACKS),
    }
    content = {"format": FORMAT, "version": VERSION, "bits": BITS, "about": about, "heads": heads}
    if "--try" not in sys.argv[1:]:
        TARGET.write_text(json.dumps(content, sort_keys=True, separators=(",", ":")) + "\n", "utf-8")
    for head in heads:
        print(
            head["name"],
            head["raises"],
            *(f"{key} {share:.3f}" for key, share in head["measured"].items()),
            sep="\n  ",
        )


if __name__ == "__main__":
    main()
