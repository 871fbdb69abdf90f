"""What a model says of a text that was read: of what no rule decides, with the roles and words that it rests on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol

from supportflow.triage.reading.compiled import Need
from supportflow.triage.reading.finding import Finding, Part
from supportflow.triage.reading.model import Opinion, ReadingModel
from supportflow.triage.reading.pieces import words
from supportflow.triage.reading.roles import Spot
from supportflow.triage.reading.text import View

__all__ = ["FEW_WORDS", "WORDS", "Read", "doubted", "opinions", "roles_of", "sentences_of"]

WORDS = "words"
"""What evidence calls the words that weigh most, which are of no role."""

FEW_WORDS = 3
"""What a sentence of so many words asserts is never doubted; a letter of a script without blanks is a word."""


class Read(Protocol):
    """A text, read with one pack."""

    @property
    def tag(self) -> str:
        """The pack's language."""
        ...

    def found(self) -> Mapping[int, Mapping[str, Spot]]:
        """Number of a sentence → role → where it stands there first."""
        ...

    def told(self, *, doubtful: bool = False) -> AbstractSet[int]:
        """The sentences in which a rule asserts something; only by rules that may be doubted, if asked."""
        ...

    def part(self, spot: Spot) -> Part:
        """Where a role stands in the text as it came in."""
        ...


def sentences_of(view: View) -> list[str]:
    """The sentences of a text, folded."""
    text, starts = view.text, [end + 1 for end in view.cuts[1]]
    return [text[start:end] for start, end in zip([0, *starts], [*starts, len(text)], strict=True)]


def roles_of(readings: Sequence[Read]) -> dict[int, frozenset[str]]:
    """Number of a sentence → its roles, whatever pack found them."""
    found: dict[int, set[str]] = defaultdict(set)
    for reading in readings:
        for sentence, spots in reading.found().items():
            found[sentence].update(spots)
    return {sentence: frozenset(roles) for sentence, roles in found.items()}


def opinions(
    model: ReadingModel, view: View, readings: Sequence[Read], found: Sequence[Finding]
) -> list[Finding]:
    """What a model says of a text, of what no rule decides."""
    asserted = {one.need.rule.priority_class for one in found if one.decides} - {None}
    flags = {flag for one in found for flag in one.need.rule.flags}
    heads = [
        head
        for head in model.heads
        if head.kind != "doubt"
        and head.rule.priority_class not in asserted
        and flags.isdisjoint(head.rule.flags)
    ]
    if not heads:
        return []
    sentences, roles = sentences_of(view), roles_of(readings)
    tag = "+".join(dict.fromkeys(reading.tag for reading in readings)) or "-"
    return [
        Finding(
            Need(one.head.rule, model.name, (), ()),
            "weighed",
            tag,
            (*_roles(model, one, roles, readings), *_words(model, one, sentences, view)),
        )
        for one in model.opinions(sentences, roles, heads)
    ]


def doubted(
    model: ReadingModel, view: View, readings: Sequence[Read], found: Sequence[Finding]
) -> list[Finding]:
    """What was found, with what a model doubts told as a question.

    A few words are believed: nothing in them excuses what is said. A class is doubted as a whole, by the heaviest sentences
    of the text: what is added in sentences of its own makes nothing more doubtful.
    """
    sentences, roles = sentences_of(view), roles_of(readings)
    told = {at for one in readings for at in one.told(doubtful=True)}
    if any(len(words(sentences[at])) <= FEW_WORDS for at in told):
        return list(found)
    doubtful = [one for one in found if one.may_be_doubted and one.tag in model.languages]
    classes = {one.need.rule.priority_class for one in doubtful}
    unlike = {
        head.rule.priority_class
        for head in model.heads
        if head.kind == "doubt"
        and head.rule.priority_class in classes
        and model.weight(sentences, roles, head) < head.raises
    }
    return [
        _doubted(one, model.name) if one in doubtful and one.need.rule.priority_class in unlike else one
        for one in found
    ]


def _doubted(one: Finding, model: str) -> Finding:
    rule = one.need.rule.model_copy(update={"asked": one.need.doubted})
    return one._replace(need=one.need._replace(rule=rule), status="doubted", mood=model)


def _roles(
    model: ReadingModel, opinion: Opinion, roles: Mapping[int, frozenset[str]], readings: Sequence[Read]
) -> list[Part]:
    """The roles that weigh most, each where it stands first."""
    window = range(opinion.first, opinion.last + 1)
    here = frozenset[str]().union(*(roles.get(at, frozenset()) for at in window))
    places = [(one, spots) for at in window for one in readings if (spots := one.found().get(at))]
    return [
        next(one.part(spots[role]) for one, spots in places if role in spots)
        for role in model.heaviest(here, opinion.head)
    ]


def _words(model: ReadingModel, opinion: Opinion, sentences: Sequence[str], view: View) -> list[Part]:
    """The words that weigh most; a text is raised by a word at least."""
    begins = [0, *(end + 1 for end in view.cuts[1])]
    return [
        Part(WORDS, *view.span(begins[at] + start, begins[at] + end))
        for at in range(opinion.first, opinion.last + 1)
        for start, end in model.loudest_words(sentences[at], opinion.head)
    ]
