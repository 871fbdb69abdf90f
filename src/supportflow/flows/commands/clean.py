"""First of all, secrets are removed: from every text of every command, before it is read, stored, logged or sent on.

A command without texts stays as it is. What people say of themselves (name, address, phone) loses secrets only.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.people import same_person
from supportflow.flows.requests import Flow
from supportflow.kernel.facts import TextFacts
from supportflow.kernel.sides import Side, fact_on_side, is_one_person
from supportflow.model import tags
from supportflow.model.base import MAX_ID, FreeLine
from supportflow.model.commands import Adopt, CommandBase, Fact, Observe, OpenTicket, Rate, Receive, Split
from supportflow.model.content import Attachment, ContentRef
from supportflow.model.signals import UNREAD, Evidence, Signals
from supportflow.policy import CompiledPolicy
from supportflow.triage import lexicon, redaction, texts
from supportflow.triage.redaction import PERSONAL, RedactionRules
from supportflow.triage.translated import said

__all__ = [
    "TEXTS",
    "Cleaned",
    "classify_by_rules",
    "clean",
    "clean_line",
    "is_read",
    "private_fields",
    "read_past",
    "read_signals",
    "text_of",
]

TEXTS = ("subject", "body", "reason", "summary", "collected", "comment")
"""Fields of commands that hold what somebody typed."""

MODEL_FAILED = "model_failed"
"""Flag of a text that the host's model could not read: the rules alone spoke."""

TRANSLATED = "translated"
"""Flag of a text that was read in a machine's translation, too; evidence from there begins with it."""
TRANSLATOR_FAILED = "translator_failed"
"""Flag of a text that no pack reads, and that the host's translator could not put into another language."""
READ_IN = "en"
"""What texts are translated into: the language whose pack hears most."""

_UNKNOWN_MEDIA = "application/octet-stream"

_DECLARED = RedactionRules.model_construct(keep=PERSONAL)


class PrivateFields(NamedTuple):
    """Which fields of a command hold what somebody typed."""

    texts: tuple[str, ...]
    personal: bool
    attachments: bool
    attributes: bool
    evidence: bool
    lines: tuple[str, ...]
    wordings: bool


@cache
def private_fields(command: type[CommandBase | Fact]) -> PrivateFields:
    """The fields of a class of commands, or of the facts of a past.

    Asking a model for a field that it lacks costs more than all the rest.
    """
    fields = command.model_fields
    return PrivateFields(
        tuple(name for name in TEXTS if name in fields),
        "personal" in fields,
        "attachments" in fields,
        "attributes" in fields,
        "evidence" in fields,
        tuple(name for name, field in fields.items() if FreeLine() in field.metadata),
        "texts" in fields,
    )


class Cleaned(NamedTuple):
    """A command without secrets, and the kinds that were removed, sorted.

    Attributes:
        command: The command.
        redacted: The kinds; those of an adopted past are apart.
        past: The kinds that were removed from each fact of it.
    """

    command: CommandBase
    redacted: tuple[str, ...]
    past: tuple[tuple[str, ...], ...] = ()


class _Cleaner:
    """Redacts text by text and remembers what kinds it met."""

    def __init__(self, rules: RedactionRules) -> None:
        self.rules = rules
        self.kinds: set[str] = set()

    def text(self, value: str, rules: RedactionRules | None = None) -> str:
        found = redaction.redact(value, rules or self.rules)  # loaded here, at the first text
        self.kinds.update(finding.kind.value for finding in found.findings if finding.masked)
        return found.text

    def texts(self, names: Iterable[str], given: Mapping[str, Any]) -> dict[str, Any]:
        """Those of some fields that something was removed from: most are as they were."""
        changed: dict[str, Any] = {}
        for name in names:
            value = given[name]
            if isinstance(value, str) and value:
                cleaned = self.text(value)
                if cleaned is not value:
                    changed[name] = cleaned
        return changed

    def attributes(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.attribute(value) for name, value in values.items()}

    def attribute(self, value: Any) -> Any:
        if isinstance(value, frozenset):
            return frozenset(map(self.text, value))
        return self.text(value) if isinstance(value, str) else value

    def lines(self, value: Any) -> Any:
        return self.line(value) if isinstance(value, str) else tuple(map(self.line, value))

    def line(self, value: str) -> str:
        # What stands in the place of a secret can be longer than it was.
        return self.text(value)[:MAX_ID]

    def evidence(self, given: Any) -> Any:
        return self.text(given, _DECLARED) if isinstance(given, str) else self.attachment(given)

    def attachment(self, item: Any) -> Any:
        if isinstance(item, ContentRef):
            return item
        if self.text(item.media_type) != item.media_type:
            item = item.model_copy(update={"media_type": _UNKNOWN_MEDIA})
        if not isinstance(item, Attachment):
            return item
        uri = None if item.uri is None else self.text(item.uri)
        return item.model_copy(update={"name": self.text(item.name), "uri": uri})


def clean(command: CommandBase, rules: RedactionRules) -> Cleaned:
    """The command without secrets."""
    changed, redacted = _cleaned(command, rules)
    past: list[tuple[str, ...]] = []
    if type(command) is Adopt:
        assert isinstance(command, Adopt)
        facts: list[Fact] = []
        for fact in command.history:
            changes, kinds = _cleaned(fact, rules)
            facts.append(fact.model_copy(update=changes) if changes else fact)
            past.append(kinds)
        changed["history"] = tuple(facts)
    if not changed:
        return Cleaned(command, ())
    return Cleaned(command.model_copy(update=changed), redacted, tuple(past))


def clean_line(text: str, rules: RedactionRules) -> str:
    """A line that somebody wrote, without secrets."""
    return _Cleaner(rules).line(text)


def _cleaned(source: CommandBase | Fact, rules: RedactionRules) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The fields that hold what somebody typed, without secrets, and the kinds that were removed."""
    texts, has_personal, has_attachments, has_attributes, has_evidence, lines, has_wordings = private_fields(
        type(source)
    )
    given = source.__dict__
    cleaner = _Cleaner(rules)
    changed = cleaner.texts(texts, given)
    for name in lines:
        if given[name]:
            changed[name] = cleaner.lines(given[name])
    if has_wordings:
        changed["texts"] = {tag: cleaner.attribute(text) for tag, text in given["texts"].items()}
    if has_personal and isinstance(given["personal"], Mapping):
        changed["personal"] = {
            name: cleaner.text(value, _DECLARED) for name, value in given["personal"].items()
        }
    if has_attachments and given["attachments"]:
        changed["attachments"] = tuple(map(cleaner.attachment, given["attachments"]))
    if has_attributes and given["attributes"]:
        changed["attributes"] = cleaner.attributes(given["attributes"])
    if has_evidence and given["evidence"]:
        changed["evidence"] = {item: cleaner.evidence(value) for item, value in given["evidence"].items()}
    return changed, tuple(sorted(cleaner.kinds))


def text_of(source: CommandBase | Fact) -> str:
    """Subject and body of a command, or of a fact of an adopted past, or a comment, as far as they are texts."""
    parts = [source.__dict__.get(name, "") for name in ("subject", "body", "comment")]
    return "\n".join(part for part in parts if isinstance(part, str) and part)


_GIVEN_AWAY = {"seed_phrase", "private_key"}
"""Who has one of these has the wallet: whoever sends one has given it away, whatever the words around it say."""


def _secret_given_away(redacted: tuple[str, ...], classes: Collection[str]) -> Signals | None:
    found = sorted(_GIVEN_AWAY & set(redacted))
    if not found or "security" not in classes:
        return None
    evidence = tuple(
        Evidence(
            entry=f"redaction:secret_given_away:{kind}",
            category="secret_given_away",
            priority_class="security",
            start=0,
            end=0,
        )
        for kind in found
    )
    return Signals(priority_class="security", category="secret_given_away", confidence=1.0, evidence=evidence)


def classify_by_rules(policy: CompiledPolicy, text: str, redacted: tuple[str, ...]) -> Signals:
    """What the policy's rules say of a text, and of what was removed from it."""
    rules = policy.classifier.classify(text)
    given_away = _secret_given_away(redacted, policy.document.classes)
    if given_away is None:
        return rules
    if rules.informational or rules.raised_for_review:
        # "Is this right: ...?" asks, but what stands in the text is out all the same.
        rules = rules.model_copy(update={"informational": False, "category": None})
    return lexicon.combine(rules, given_away, policy.document.classes)


_READ = frozenset({OpenTicket, Adopt, Rate, Receive, Split})


def is_read(command: CommandBase) -> bool:
    """Whether the text of a command is what somebody outside wrote."""
    return type(command) in _READ or (isinstance(command, Observe) and command.is_inbound)


def read_signals(env: Environment, command: CommandBase, redacted: tuple[str, ...]) -> Flow[Signals | None]:
    """What the text of an inbound command says; None if it has none.

    The policy's rules read it, and the host's model if there is one. A model that fails loses nothing: the rules' word
    stands, and a flag says so.
    """
    if not is_read(command):
        return None
    text = text_of(command)
    if not text:
        return None
    policy = env.book.current
    rules = classify_by_rules(policy, text, redacted)
    if rules.language is None and "languages" in env.ports:
        rules = yield from _add_language(rules, text)
    if UNREAD in rules.flags and "translator" in env.ports:
        rules = yield from _add_translation(policy, rules, text)
    if not env.asks_model:
        return rules
    try:
        opinion = yield from requests.classify(text)
    except Exception:  # noqa: BLE001 - the model is the host's code: whatever it raises, the ticket must not be lost
        return _flagged(rules, MODEL_FAILED)
    return lexicon.combine(rules, opinion, policy.document.classes)


def _add_language(rules: Signals, text: str) -> Flow[Signals]:
    """The signals with the language that the host's detector tells; they stand as they are if it fails or says no tag."""
    try:
        tag = yield from requests.detect(text)
    except Exception:  # noqa: BLE001 - it is the host's code: whatever it raises, the ticket must not be lost
        return rules
    if not tags.is_tag(tag):
        return rules
    return rules.model_copy(update={"language": tags.primary(tag), "tag": tags.canonical(tag)})


def _add_translation(policy: CompiledPolicy, rules: Signals, text: str) -> Flow[Signals]:
    """The signals with what the policy's rules say of the text in a language that they read. It can only raise the class.

    That no pack reads the text itself stays said: a machine's word is no reason to leave somebody to the bot.
    """
    try:
        translation = yield from requests.translate(text, rules.language, READ_IN)
    except Exception:  # noqa: BLE001 - it is the host's code: whatever it raises, the ticket must not be lost
        translation = None
    words = said(translation, policy.redaction)
    if words is None:
        return _flagged(rules, TRANSLATOR_FAILED)
    reading = policy.classifier.classify(words.text)
    # The places are those of another text, which nobody keeps.
    evidence = tuple(
        one.model_copy(update={"entry": f"{TRANSLATED}:{one.entry}", "start": 0, "end": 0, "parts": ()})
        for one in reading.evidence
    )
    opinion = reading.model_copy(update={"evidence": evidence, "language": None, "tag": None})
    return _flagged(lexicon.combine(rules, opinion, policy.document.classes), TRANSLATED, UNREAD)


def _flagged(signals: Signals, *flags: str) -> Signals:
    return signals.model_copy(update={"flags": tuple(sorted({*signals.flags, *flags}))})


def read_past(
    env: Environment, command: CommandBase, removed: tuple[tuple[str, ...], ...]
) -> Flow[tuple[TextFacts, ...]]:
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

    facts = [fact_on_side(fact, command.assignee, on_side) for fact in command.history]
    return tuple(_read_fact(env, command, fact, kinds) for fact, kinds in zip(facts, removed, strict=True))


def _read_fact(env: Environment, command: Adopt, fact: Fact, removed: tuple[str, ...]) -> TextFacts:
    text = text_of(fact)
    if not text or not fact.is_inbound:
        return TextFacts(redacted=removed)
    policy = env.book.current
    requesters = fact.writer(command.requester).id == command.requester and fact.by.kind != "party"
    flags = () if requesters else texts.suspicious_signs(text, policy.cases.official)
    return TextFacts(classify_by_rules(policy, text, removed), removed, flags)
