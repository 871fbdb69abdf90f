"""The rule classifier: what the matched entries of the lexicons say together, and how a model's opinion joins in.

A text can raise a case to security for a person to look at. It can lower nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

from supportflow.model.made import made
from supportflow.model.signals import UNREAD, Evidence, Signals
from supportflow.triage.language import Detected, detect
from supportflow.triage.lexicon.document import Lexicon
from supportflow.triage.lexicon.events import Reads, events, reader_of
from supportflow.triage.lexicon.links import suspicious_links
from supportflow.triage.lexicon.matching import CompiledLexicons, Match
from supportflow.triage.lexicon.places import Text
from supportflow.triage.told import Told

__all__ = ["CLASSES", "LexiconClassifier", "combine", "starting_at"]

CLASSES = ("security", "dispute", "general")
"""The classes, most urgent first."""
SECURITY = "security"
PHISHING_LINK = "phishing_link"
_DECIDES = 1.0


class LexiconClassifier:
    """Classifies texts by the words of lexicons. Pure and safe to share between threads.

    Args:
        lexicons: Compiled together, in order.
        classes: The policy's classes, most urgent first; the last is where a text falls that nothing speaks for.
        reader: Reads events besides; by the shipped packs and the rule sets that the lexicons name, if not given.
        pretending: Finds the links in a text (in lower case) that pretend to be the organisation's; by the official names
            of the lexicons, if not given.

    Raises:
        DefinitionError: If a pattern cannot be read or names an unknown class.
    """

    def __init__(
        self,
        lexicons: Sequence[Lexicon],
        classes: Sequence[str] = CLASSES,
        pretending: Callable[[str], list[tuple[int, int]]] | None = None,
        reader: Reads | None = None,
    ) -> None:
        self._compiled = CompiledLexicons(lexicons)
        self._reader = reader or reader_of(lexicons)
        self._ranks = {name: rank for rank, name in enumerate(classes)}
        self._default = classes[-1]
        official = tuple(name for lexicon in lexicons for name in lexicon.official)
        self._pretending = pretending or (lambda lower: suspicious_links(lower, official))
        self._told = Told(self._classified)

    def classify(self, text: str) -> Signals:
        """What the text is about. Linear in its length.

        How often a word is repeated, and whether it is shouted, changes nothing: an entry counts once.
        """
        return self._told(text)

    def _classified(self, text: str) -> Signals:
        cut = Text(text)
        matches = self._compiled.matches(cut) + events(self._reader, text, self._ranks)
        links = self._pretending(cut.lower)
        written = detect(cut.lower)
        if not matches and not links:
            unread = self._reader is not None and self._reader.unread(text, written.language)
            return made(
                Signals,
                {},
                priority_class=self._default,
                language=written.language,
                tag=written.tag,
                flags=(UNREAD,) if unread else (),
                evidence=(Evidence(entry="language:unread", start=0, end=len(text)),) if unread else (),
            )
        return self._judged(matches, links, written)

    def _judged(self, matches: list[Match], links: list[tuple[int, int]], written: Detected) -> Signals:
        scores: dict[str, float] = defaultdict(float)
        classes: dict[str, str] = {}
        reports = [
            m
            for m in matches
            if m.entry.priority_class == SECURITY and m.entry.category and not m.entry.question
        ]
        reported = sum(m.entry.weight for m in reports if not m.entry.review) >= _DECIDES
        for match in matches:
            if reported and match.entry.question and match.entry.priority_class == SECURITY:
                continue  # what is asked beside a report says nothing of what the report is about
            if match.entry.category is not None and not match.entry.review:
                scores[match.entry.category] += match.entry.weight
                classes[match.entry.category] = match.entry.priority_class or self._default
        category = self._best(scores, classes)
        chosen = classes[category] if category else self._default
        reviews = [match.entry for match in matches if match.entry.review]
        # A false link is looked at, also where somebody only asks whether it is genuine.
        asks = chosen == SECURITY and not reviews and sum(m.entry.weight for m in reports) < _DECIDES
        above = SECURITY in self._ranks and self._rank(chosen) > self._rank(SECURITY)
        doubtful = (
            chosen == SECURITY and not reported
        )  # a question, with something beside it that a person should see
        raised = bool(reviews or links) and (above or doubtful)
        return Signals(
            priority_class=SECURITY if raised else chosen,
            category=category or next((entry.category for entry in reviews), None),
            product=next((match.entry.product for match in matches if match.entry.product), None),
            language=written.language,
            tag=written.tag,
            flags=tuple(
                sorted(
                    {flag for m in matches for flag in m.entry.flags} | ({PHISHING_LINK} if links else set())
                )
            ),
            confidence=_confidence(scores, category),
            evidence=tuple(_evidence(matches, links)),
            raised_for_review=raised,
            informational=asks and not links,
            agency=chosen == SECURITY and any(m.agency for m in reports),
        )

    def _rank(self, priority_class: str) -> int:
        return self._ranks.get(priority_class, len(self._ranks))

    def _best(self, scores: dict[str, float], classes: dict[str, str]) -> str | None:
        """The most urgent class that enough speaks for; in it, the category that most speaks for."""
        decided = [category for category, score in scores.items() if score >= _DECIDES]
        return min(
            decided,
            key=lambda category: (self._rank(classes[category]), -scores[category], category),
            default=None,
        )


def _confidence(scores: dict[str, float], category: str | None) -> float:
    if category is None:
        return 0.0
    rest = sum(scores.values()) - scores[category]
    return round(scores[category] / (scores[category] + rest / 2 + 0.5), 3)


def _evidence(matches: list[Match], links: list[tuple[int, int]]) -> list[Evidence]:
    found = [
        Evidence.model_construct(
            entry=match.name,
            category=match.entry.category,
            priority_class=match.entry.priority_class,
            start=match.start,
            end=match.end,
            weight=match.entry.weight,
            parts=match.parts,
        )
        for match in matches
    ]
    found += [Evidence(entry=f"link:{PHISHING_LINK}", start=start, end=end) for start, end in links[:1]]
    return sorted(found, key=lambda evidence: (evidence.start, evidence.end))


def combine(rules: Signals, model: Signals, classes: Sequence[str] = CLASSES) -> Signals:
    """The rules' answer, with what a host's model adds to it.

    The model can raise the class, and a case that it raises to security is marked for review; it can lower nothing. Where
    the rules are silent (category, product, language) the model's word is taken; flags are united.
    """
    ranks = {name: rank for rank, name in enumerate(classes)}
    lowest = len(classes)
    raises = ranks.get(model.priority_class, lowest) < ranks.get(rules.priority_class, lowest)
    to_security = raises and model.priority_class == SECURITY
    takes_category = rules.category is None or raises
    return Signals(
        priority_class=model.priority_class if raises else rules.priority_class,
        category=(model.category or rules.category) if takes_category else rules.category,
        product=rules.product or model.product,
        language=rules.language or model.language,
        tag=rules.tag if rules.language else model.tag,
        flags=tuple(sorted({*rules.flags, *model.flags})),
        confidence=model.confidence if raises or rules.category is None else rules.confidence,
        evidence=rules.evidence + model.evidence,
        raised_for_review=rules.raised_for_review or to_security,
        # A model that merely agrees on security does not turn a question into an incident; one that raises, does.
        informational=model.informational if raises else rules.informational,
        agency=rules.agency,
    )


def starting_at(priority_class: str, signals: Signals, classes: Sequence[str] = CLASSES) -> Signals:
    """What a text's signals mean for a case that starts in a class, by the form or channel it came through.

    The case stays there, unless the text speaks for security: then it is raised, for review.
    """
    ranks = {name: rank for rank, name in enumerate(classes)}
    lowest = len(classes)
    raises = signals.priority_class == SECURITY and ranks.get(SECURITY, lowest) < ranks.get(
        priority_class, lowest
    )
    if raises:
        return signals.model_copy(update={"raised_for_review": True})
    return signals.model_copy(update={"priority_class": priority_class, "raised_for_review": False})
