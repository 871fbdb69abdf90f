"""The texts of an adopted past: read by the policy's rules alone. A host's model is for what comes in now."""

from supportflow.flows.cleaning import by_rules, text_of
from supportflow.flows.environment import Environment
from supportflow.kernel.facts import Heard
from supportflow.model.commands import Adopt, CommandBase, Fact
from supportflow.triage import texts

__all__ = ["read_past"]


def read_past(
    env: Environment, command: CommandBase, removed: tuple[tuple[str, ...], ...]
) -> tuple[Heard, ...]:
    """What is known of the text of each fact of an adopted past; empty if there is none, or none has words.

    Args:
        env: The desk.
        command: The command, its texts without secrets.
        removed: What was removed from each fact.
    """
    if not isinstance(command, Adopt) or not any(fact.has_words for fact in command.history):
        return ()
    return tuple(
        _heard(env, command, fact, kinds) for fact, kinds in zip(command.history, removed, strict=True)
    )


def _heard(env: Environment, command: Adopt, fact: Fact, removed: tuple[str, ...]) -> Heard:
    text = text_of(fact)
    if not text or not fact.is_inbound:
        return Heard(redacted=removed)
    policy = env.book.current
    requesters = fact.writer(command.requester).id == command.requester and fact.by.kind != "party"
    flags = () if requesters else texts.suspicious_signs(text, policy.cases.official)
    return Heard(by_rules(policy, text, removed), removed, flags)
