"""The texts of an adopted past: read by the policy's rules alone. A host's model is for what comes in now."""

from supportflow.flows.cleaning import by_rules, text_of
from supportflow.flows.environment import Environment
from supportflow.flows.people import same_person
from supportflow.flows.requests import Flow
from supportflow.kernel.facts import Heard
from supportflow.kernel.sides import Side, as_told, is_one_person
from supportflow.model.commands import Adopt, CommandBase, Fact
from supportflow.triage import texts

__all__ = ["read_past"]


def read_past(
    env: Environment, command: CommandBase, removed: tuple[tuple[str, ...], ...]
) -> Flow[tuple[Heard, ...]]:
    """What is known of the text of each fact of an adopted past; empty if there is none, or none has words.

    Args:
        env: The desk.
        command: The command, its texts without secrets.
        removed: What was removed from each fact.
    """
    if not isinstance(command, Adopt) or not any(fact.has_words for fact in command.history):
        return ()
    answered = any(fact.has_words and fact.replied for fact in command.history)
    people = (yield from same_person(env, command.requester)) if answered else frozenset()
    policy = env.book.current

    def on_side(who: str) -> Side | None:
        return "requester" if is_one_person(who, command.requester, policy, people) else None

    told = [as_told(fact, command.assignee, on_side) for fact in command.history]
    return tuple(_heard(env, command, fact, kinds) for fact, kinds in zip(told, removed, strict=True))


def _heard(env: Environment, command: Adopt, fact: Fact, removed: tuple[str, ...]) -> Heard:
    text = text_of(fact)
    if not text or not fact.is_inbound:
        return Heard(redacted=removed)
    policy = env.book.current
    requesters = fact.writer(command.requester).id == command.requester and fact.by.kind != "party"
    flags = () if requesters else texts.suspicious_signs(text, policy.cases.official)
    return Heard(by_rules(policy, text, removed), removed, flags)
