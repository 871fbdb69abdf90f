"""The bot's section of a policy: what is wrong with it, and, compiled, what a message means to it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from supportflow.conditions.fields import nearest
from supportflow.model.tags import best, twins, updated
from supportflow.policy.bot import BotPolicy, GuidedFlow, GuideEnd, GuideStep
from supportflow.policy.bot_words import BOT_TEXTS
from supportflow.policy.schema import Policy
from supportflow.routing.compiled import BOT
from supportflow.triage.asking import asked_secret
from supportflow.triage.intake import EvidenceSpec, find_evidence, objection
from supportflow.triage.lexicon import Entry, Lexicon, shipped
from supportflow.triage.lexicon.matching import CompiledLexicons, Text
from supportflow.triage.wording import in_language

__all__ = ["WANTS_PERSON", "CompiledBot", "bot_problems"]

WANTS_PERSON = "wants_person"
"""The flag of who asks for a person."""
_TICK = timedelta(microseconds=1)


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
        self.answer_us = document.answer_within // _TICK
        self.call_s = document.call_within.total_seconds()
        self.flows: Mapping[str, GuidedFlow] = {flow.name: flow for flow in document.flows}
        self._texts: dict[str, Mapping[str, str]] = dict(BOT_TEXTS)
        for occasion, texts in document.texts.items():
            self._texts[occasion] = updated(BOT_TEXTS[occasion], texts)
        self._words = CompiledLexicons([_lexicon(document)])

    def says(self, occasion: str, language: str) -> str:
        """What it says on an occasion, in a language."""
        return in_language(self._texts[occasion], language, self.policy.language)[1]

    def words(self, texts: Mapping[str, str], language: str) -> str:
        """The one of some texts that is for a language."""
        return in_language(texts, language, self.policy.language)[1]

    def matched(self, text: str) -> frozenset[str]:
        """What a message asks for: names of flows as `"flow:<name>"`, and `WANTS_PERSON`."""
        found = self._words.matches(Text(text))
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
    common = shipped("common")
    entries = [entry for entry in common.entries if WANTS_PERSON in entry.flags]
    entries += [Entry(flags=(WANTS_PERSON,), words=(words,), negatable=False) for words in document.person]
    alone = ("human", "agent please", "a human", "real person", "转人工", "人工")
    entries.append(Entry(flags=(WANTS_PERSON,), words=alone))
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


# --- what can be wrong ---------------------------------------------------------------------------


def bot_problems(document: Policy) -> Iterator[str]:
    """Every problem of the bot's section, each one sentence that starts with its path."""
    bot = document.bot
    if bot is None:
        return
    yield from _tier_problems(document, bot)
    for occasion, texts in bot.texts.items():
        yield from _text_problems(f"bot.texts.{occasion}", texts)
    for name, count in Counter(flow.name for flow in bot.flows).items():
        if count > 1:
            yield f"bot.flows: {name!r} is listed twice"
    for index, flow in enumerate(bot.flows):
        yield from _flow_problems(f"bot.flows.{index}", flow, document, bot.language)


def _tier_problems(document: Policy, bot: BotPolicy) -> Iterator[str]:
    tiers = () if document.routing is None else document.routing.tiers
    if BOT not in tiers:
        yield f"bot: needs routing with a tier {BOT!r}"
    elif bot.hand_over_to is None and tiers[-1] == BOT:
        yield f"bot: {BOT!r} is the last tier; name another one in hand_over_to"
    elif bot.hand_over_to is not None and (bot.hand_over_to not in tiers or bot.hand_over_to == BOT):
        yield f"bot.hand_over_to: unknown tier {bot.hand_over_to!r}{nearest(bot.hand_over_to, tiers)}"


def _text_problems(path: str, texts: Mapping[str, str], fallback: str | None = None) -> Iterator[str]:
    if fallback is not None and texts and best(fallback, texts) is None:
        yield f"{path}: has no text in {fallback!r}, the language of the policy's bot"
    for tag in twins(texts):
        yield f"{path}: {tag!r} stands here in two spellings"
    for language, text in texts.items():
        if (kind := asked_secret(text)) is not None:
            yield f"{path}.{language}: asks for a secret ({kind})"


def _flow_problems(path: str, flow: GuidedFlow, document: Policy, fallback: str) -> Iterator[str]:
    names = [step.name for step in flow.steps] + [end.name for end in flow.ends]
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{path}: {name!r} names two steps or ends"
    for place, step in enumerate(flow.steps):
        where = f"{path}.steps.{place}"
        yield from _text_problems(f"{where}.ask", step.ask, fallback)
        yield from _field_problems(f"{where}.field", step.field)
        yield from _branch_problems(where, step, names, place)
    for place, end in enumerate(flow.ends):
        yield from _text_problems(f"{path}.ends.{place}.say", end.say, fallback)
        if end.action is not None and end.action not in document.authority.host:
            yield f"{path}.ends.{place}.action: unknown action {end.action!r}"


def _branch_problems(where: str, step: GuideStep, names: Sequence[str], place: int) -> Iterator[str]:
    """Of a step, the names after it being where it can lead."""
    ahead = names[place + 1 :]
    leads = [(f"{where}.branches.{number}", branch.to) for number, branch in enumerate(step.branches)]
    for named, target in [*leads, *([(where, step.to)] if step.to is not None else [])]:
        if target not in ahead:
            why = (
                "a flow only leads forward"
                if target in names
                else f"unknown step or end{nearest(target, ahead)}"
            )
            yield f"{named}.to: {target!r}: {why}"
    known = {value.casefold() for value in step.field.values}
    for number, branch in enumerate(step.branches):
        for value in branch.when:
            if value.casefold() not in known:
                yield f"{where}.branches.{number}.when: {value!r} is not one of the values of the field"


def _field_problems(path: str, spec: EvidenceSpec) -> Iterator[str]:
    if spec.kind in {"attachment", "attribute"}:
        yield f"{path}.kind: an {spec.kind!r} is nothing that a message says"
    if (spec.kind == "choice") != bool(spec.values):
        yield f"{path}.values: are for a 'choice', which needs them"
    if spec.min_length > spec.max_length:
        yield f"{path}.min_length: is more than max_length"
