"""Texts and evidence of a command: evidence is looked for, then everything personal moves into content rows."""

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from supportflow._time import Instant
from supportflow.exceptions import InvalidInput
from supportflow.flows import requests
from supportflow.flows.commands.clean import TEXTS, private_fields, text_of
from supportflow.flows.environment import Environment
from supportflow.flows.requests import Flow
from supportflow.kernel.facts import Facts
from supportflow.kernel.handlers.messages import origin_in
from supportflow.model.commands import (
    Adopt,
    CommandBase,
    Enrol,
    Fact,
    Observe,
    Observed,
    OpenTicket,
    Provide,
    Receive,
)
from supportflow.model.content import Attachment, AttachmentHandle, Content, ContentRef
from supportflow.model.made import copied
from supportflow.model.ticket import Ticket
from supportflow.policy.sections.casework import CaseRules
from supportflow.triage.intake import find_evidence, fits_media, objection

__all__ = ["Prepared", "prepare", "request_hash", "with_evidence"]

_PRIVATE = (*TEXTS, "personal", "attachments", "evidence", "texts")


_BRINGING = frozenset({OpenTicket, Adopt, Receive, Provide, Observe})
"""Kinds of commands that can bring evidence."""


class Prepared(NamedTuple):
    """A command without texts, and the content rows that hold them."""

    command: CommandBase
    content: tuple[Content, ...]


def request_hash(command: CommandBase, secret: bytes | None) -> str:
    """A fingerprint of a command, to tell a repeat from another use of the same idempotency key.

    With a secret it is an HMAC over everything. Without one, texts and names are left out: from a plain hash of a short text
    (a one-time code) anybody finds the text by trying.
    """
    fields = command.model_dump(mode="json")
    facts = (
        fields["history"] if isinstance(command, Adopt) else [fields] if isinstance(command, Observe) else []
    )
    for fact in facts:
        for name in Observed.ADDED:
            if not fact[name]:
                del fact[name]
    if secret is None:
        for source in (fields, *facts):
            for name in (*_PRIVATE, *private_fields(type(command)).lines):
                source.pop(name, None)
        if isinstance(command, Enrol):
            del fields["profile"]["name"]
    document = json.dumps(fields, sort_keys=True).encode()
    if secret is None:
        return hashlib.sha256(document).hexdigest()
    return hmac.new(secret, document, hashlib.sha256).hexdigest()


def prepare(command: CommandBase, requester: str | None, now: Instant) -> Flow[Prepared]:
    """Put every text of a command into a content row of its own.

    Args:
        command: As it came in.
        requester: Whose data the texts of an inbound command are; None for what the desk itself writes.
        now: For fresh ids.
    """
    rows = _Rows(requester or command.by.id, now, [])
    replaced = yield from _replace_texts(rows, command)
    if type(command) is Adopt and any(fact.has_words for fact in command.history):
        replaced["history"] = yield from _replace_history(rows, command)
    if not replaced:
        return Prepared(command, ())
    return Prepared(copied(command, replaced), tuple(rows.contents))


def _replace_texts(rows: "_Rows", source: CommandBase | Fact) -> Flow[dict[str, object]]:
    """The fields of a command, or of a fact of an adopted past, that hold texts: with references in their place."""
    texts, has_personal, has_attachments, _, has_evidence, _, has_wordings = private_fields(type(source))
    replaced: dict[str, object] = {}
    for name in texts:
        value = getattr(source, name)
        if isinstance(value, str) and value:
            replaced[name] = yield from _add_row(rows, value)
    if has_personal and isinstance(value := getattr(source, "personal"), Mapping) and value:  # noqa: B009
        text = json.dumps(dict(value), sort_keys=True, ensure_ascii=False)
        replaced["personal"] = yield from _add_row(rows, text)
    if has_attachments and (attachments := getattr(source, "attachments")):  # noqa: B009
        replaced["attachments"] = yield from _add_files(rows, attachments)
    if has_evidence and (evidence := getattr(source, "evidence")):  # noqa: B009
        replaced["evidence"] = yield from _add_evidence(rows, evidence)
    if has_wordings:
        replaced["texts"] = yield from _add_evidence(rows, getattr(source, "texts"))  # noqa: B009
    return replaced


def _replace_history(rows: "_Rows", command: Adopt) -> Flow[tuple[Fact, ...]]:
    """The facts of an adopted past; what was written in it is its writer's."""
    facts: list[Fact] = []
    for fact in command.history:
        owner = fact.writer(command.requester).id if fact.is_inbound else fact.by.id
        replaced = yield from _replace_texts(rows._replace(subject=owner), fact)
        facts.append(fact.model_copy(update=replaced) if replaced else fact)
    return tuple(facts)


class _Rows(NamedTuple):
    """The content rows of one command: whose data they are, when they came, and the rows so far."""

    subject: str
    now: Instant
    contents: list[Content]


def _add_row(rows: _Rows, value: str) -> Flow[ContentRef]:
    content_id = yield from requests.new_id(rows.now)
    salt = yield from requests.salt()
    row = Content(content_id, rows.subject, salt, value)
    rows.contents.append(row)
    return row.ref


def _add_file(rows: _Rows, file: Attachment) -> Flow[AttachmentHandle]:
    named = json.dumps({"name": file.name, "uri": file.uri}, ensure_ascii=False)
    ref = yield from _add_row(rows, named)
    return AttachmentHandle(content=ref, media_type=file.media_type, size=file.size, sha256=file.sha256)


def _add_files(rows: _Rows, files: Sequence[object]) -> Flow[tuple[AttachmentHandle, ...]]:
    handles: list[AttachmentHandle] = []
    for file in files:
        if isinstance(file, Attachment):
            handle = yield from _add_file(rows, file)
            handles.append(handle)
    return tuple(handles)


def _add_evidence(rows: _Rows, evidence: Mapping[str, object]) -> Flow[dict[str, object]]:
    given: dict[str, object] = {}
    for item, value in evidence.items():
        if isinstance(value, Attachment):
            given[item] = yield from _add_file(rows, value)
        else:
            given[item] = (yield from _add_row(rows, value)) if isinstance(value, str) else value
    return given


def with_evidence(env: Environment, command: CommandBase, ticket: Ticket | None, facts: Facts) -> CommandBase:
    """The command with the evidence that its own text brings.

    Raises:
        InvalidInput: If a value or a file is not what the policy says the item looks like.
    """
    if type(command) not in _BRINGING:
        return command
    if isinstance(command, Adopt):
        return _with_past_evidence(env, command, facts)
    if not isinstance(command, OpenTicket | Receive | Provide | Observe) or (
        isinstance(command, Observe) and not command.has_words
    ):
        return command
    cases = (env.book.current if ticket is None else env.book[ticket.policy]).cases
    category = _category(command, ticket, facts)
    for item, given in command.evidence.items():
        _check(cases, category, item, given)
    if isinstance(command, Provide) or not _is_requesters(command, ticket, facts):
        return command
    known = () if ticket is None else ticket.case.provided
    found = _found(cases, category, command, known)
    return command.model_copy(update={"evidence": found}) if found else command


def _with_past_evidence(env: Environment, command: Adopt, facts: Facts) -> Adopt:
    """An adopted past with the evidence that the requester's texts in it bring."""
    cases = env.book.current.cases
    category = _category(command, None, facts)
    known: set[str] = set()
    history: list[Fact] = []
    for place, fact in enumerate(command.history):
        for item, given in fact.evidence.items():
            _check(cases, category, item, given, f"history.{place}.evidence")
        found = _found(cases, category, fact, known) if fact.requester_wrote and not fact.automatic else {}
        known.update(found, fact.evidence)
        history.append(fact.model_copy(update={"evidence": found}) if found else fact)
    return command.model_copy(update={"history": tuple(history)}) if known else command


def _found(
    cases: CaseRules,
    category: str | None,
    source: OpenTicket | Receive | Observe | Fact,
    known: Collection[str],
) -> dict[str, object]:
    """The evidence that a text brings, with what is named as evidence already; empty if the text brings none."""
    wanted = [spec for spec in cases.specs(category) if spec.name not in {*source.evidence, *known}]
    found = find_evidence(wanted, text_of(source)) if wanted else {}
    return {**found, **source.evidence} if found else {}


def _category(command: CommandBase, ticket: Ticket | None, facts: Facts) -> str | None:
    """The category that the evidence is for: the ticket's, the one given, or the one that the text speaks of."""
    if ticket is not None:
        return ticket.category
    given = command.category if isinstance(command, OpenTicket | Adopt) else None
    return given or (None if facts.signals is None else facts.signals.category)


def _is_requesters(command: OpenTicket | Receive | Observe, ticket: Ticket | None, facts: Facts) -> bool:
    if ticket is None or isinstance(command, OpenTicket):
        return True
    if isinstance(command, Observe) and not command.is_inbound:
        return False
    return origin_in(ticket, command, facts.case.same_person) == "requester"


def _check(cases: CaseRules, category: str | None, item: str, given: object, field: str = "evidence") -> None:
    spec = cases.spec(category, item)
    if spec is None:
        return  # the core knows whether somebody is asked for it all the same
    problem: str | None = None
    if isinstance(given, str):
        problem = objection(spec, given)
    elif isinstance(given, Attachment | AttachmentHandle) and not fits_media(spec, given.media_type):
        wanted = ", ".join(spec.media_types) or "a file"
        problem = f"must be {wanted}" if spec.kind == "attachment" else "is not given by a file"
    if problem is not None:
        raise InvalidInput(f"{field}.{item}", problem)
