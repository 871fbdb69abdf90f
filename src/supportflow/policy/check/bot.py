"""What can be wrong with the bot's section of a policy."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from supportflow.conditions.fields import nearest
from supportflow.model.tags import best, twins
from supportflow.policy.check.casework import choice_problems
from supportflow.policy.document.bot import BotPolicy, GuidedFlow, GuideStep
from supportflow.policy.document.policy import Policy
from supportflow.routing.compiled import BOT
from supportflow.triage.intake import EvidenceSpec

__all__ = ["bot_problems"]


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
    if not texts:
        return
    from supportflow.triage.asking import asked_secret  # noqa: PLC0415 - what reads is loaded where a policy has texts

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
    for problem in choice_problems(spec):
        yield f"{path}{problem}"
    if spec.min_length > spec.max_length:
        yield f"{path}.min_length: is more than max_length"
