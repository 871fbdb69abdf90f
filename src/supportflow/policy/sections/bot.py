"""The bot's section of a policy: what is wrong with it, and, compiled, what a message means to it."""

from collections.abc import Mapping

from supportflow._time import span_us
from supportflow.model.tags import updated
from supportflow.policy.document.bot import BotPolicy, GuidedFlow, GuideEnd, GuideStep
from supportflow.texts import in_language, person_words, phrases
from supportflow.triage import lexicon
from supportflow.triage.intake import EvidenceSpec, find_evidence, objection
from supportflow.triage.lexicon import Entry, Lexicon

__all__ = ["WANTS_PERSON", "CompiledBot"]

WANTS_PERSON = "wants_person"
"""The flag of who asks for a person."""


class CompiledBot:
    """The bot's section of a policy that was checked.

    Args:
        document: The section.
        tier: The tier that goes on.

    Attributes:
        policy: The section.
        tier: The tier that goes on.
        answer_us: After so long without an answer, a person goes on.
        call_s: How many seconds an async port may take.

    Raises:
        DefinitionError: If a pattern cannot be read.
    """

    def __init__(self, document: BotPolicy, tier: str) -> None:
        self.policy = document
        self.tier = tier
        self.answer_us = span_us(document.answer_within)
        self.call_s = document.call_within.total_seconds()
        self.flows: Mapping[str, GuidedFlow] = {flow.name: flow for flow in document.flows}
        shipped_texts = phrases("bot", "says")
        self._texts: dict[str, Mapping[str, str]] = dict(shipped_texts)
        for occasion, texts in document.texts.items():
            self._texts[occasion] = updated(shipped_texts[occasion], texts)
        self._words = lexicon.CompiledLexicons([_lexicon(document)])  # loaded here

    def says(self, occasion: str, language: str) -> str:
        """What it says on an occasion, in a language."""
        return in_language(self._texts[occasion], language, self.policy.language)[1]

    def words(self, texts: Mapping[str, str], language: str) -> str:
        """The one of some texts that is for a language."""
        return in_language(texts, language, self.policy.language)[1]

    def matched(self, text: str) -> frozenset[str]:
        """What a message asks for: names of flows as `"flow:<name>"`, and `WANTS_PERSON`."""
        found = self._words.matches(lexicon.Text(text))
        return frozenset(match.entry.category or WANTS_PERSON for match in found)

    @staticmethod
    def step(flow: GuidedFlow, name: str | None) -> GuideStep | None:
        """A step of a flow by name; the first, if none is named; None if there is none of that name."""
        if name is None:
            return flow.steps[0]
        return next((step for step in flow.steps if step.name == name), None)

    @staticmethod
    def after(flow: GuidedFlow, step: GuideStep, value: str) -> GuideStep | GuideEnd:
        """Where an answer leads."""
        target = next(
            (b.to for b in step.branches if value.casefold() in {one.casefold() for one in b.when}), step.to
        )
        places: dict[str, GuideStep | GuideEnd] = {step.name: step for step in flow.steps}
        places.update({end.name: end for end in flow.ends})
        if target is not None:
            return places[target]
        following = flow.steps.index(step) + 1
        return flow.steps[following] if following < len(flow.steps) else flow.ends[0]

    @staticmethod
    def accepts(spec: EvidenceSpec, text: str) -> str | None:
        """What a message gives for a field: all of it, or the part that has the field's shape; None if nothing fits."""
        if spec.kind != "choice" and objection(spec, text) is None:
            return text.strip()
        if spec.kind in {"text", "datetime"}:
            return None
        return find_evidence([spec.model_copy(update={"in_text": True})], text).get(spec.name)


def _lexicon(document: BotPolicy) -> Lexicon:
    """The words that begin flows and ask for a person, with the negations of the shipped lexicon."""
    common = lexicon.shipped("common")
    entries = [entry for entry in common.entries if WANTS_PERSON in entry.flags]
    entries += [Entry(flags=(WANTS_PERSON,), words=(words,), negatable=False) for words in document.person]
    entries.append(Entry(flags=(WANTS_PERSON,), words=person_words()))
    entries += [
        Entry(category=f"flow:{flow.name}", words=flow.words) for flow in document.flows if flow.words
    ]
    return Lexicon(
        name="bot",
        sets=dict(common.sets),
        negators=common.negators,
        not_negators=common.not_negators,
        entries=tuple(entries),
    )
