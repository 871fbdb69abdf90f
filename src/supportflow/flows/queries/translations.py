"""Texts in another language, by the host's translator. Secrets are gone before one leaves; nothing that comes back is kept.

Whatever the translator does, whoever asked sees the originals, and why there is no more: a view is never lost to a machine.
"""

from dataclasses import replace

from supportflow.flows import requests
from supportflow.flows.environment import Environment
from supportflow.flows.queries.lists import one_row
from supportflow.flows.queries.messages import messages
from supportflow.flows.queries.tickets import lookup
from supportflow.flows.requests import Flow
from supportflow.model import tags
from supportflow.model.ticket import Message
from supportflow.model.translations import NotTranslated, TranslatedMessage, TranslatedTicket, Translation
from supportflow.texts import FALLBACK, in_language, phrase
from supportflow.triage import language, redaction
from supportflow.triage.translated import MAX_TRANSLATION, said

__all__ = ["translate", "translate_draft"]


def translate(
    env: Environment, ticket_id: str | None, ref: str | None, to: str, limit: int
) -> Flow[TranslatedTicket]:
    """The subject and the latest messages of a ticket in a language.

    The newest are translated first: a translator that has been too slow once is not asked again.

    Raises:
        TicketNotFound: If there is no such ticket.
    """
    row = yield from one_row(env, ticket_id, ref)
    every = yield from messages(env, row.ticket.id, None)
    latest = every[max(len(every) - limit, 0) :]
    patient = True
    found: list[TranslatedMessage] = []
    for message in reversed(latest):
        translation = yield from _translated(env, message.body, to, asks=patient)
        patient = translation.fallback != "too_slow"
        found.append(TranslatedMessage(_without_secrets(message, translation), translation))
    subject = yield from _translated(env, row.subject, to, asks=patient)
    return TranslatedTicket(subject, tuple(reversed(found)), len(every) - len(latest))


def translate_draft(
    env: Environment, ticket_id: str | None, ref: str | None, body: str, to: str | None
) -> Flow[Translation]:
    """A reply that was not sent yet, in a language: the requester's, if none is named.

    Raises:
        TicketNotFound: If there is no such ticket.
    """
    ticket = yield from lookup(env, ticket_id, ref)
    wanted = to or ticket.language
    return (yield from _translated(env, body, None if wanted is None else tags.canonical(wanted)))


def _without_secrets(message: Message, translation: Translation) -> Message:
    same = message.body is None or translation.original is None
    return message if same else replace(message, body=translation.original)


def _translated(
    env: Environment, text: str | None, target: str | None, *, asks: bool = True
) -> Flow[Translation]:
    """A text in a language, or why not."""
    rules = env.book.current.redaction
    original = None if text is None else redaction.redact(text, rules).text
    if original is None or not original.strip():
        return Translation(original, None, None, target, "no_text")
    source = language.detect(original).tag
    plain = Translation(original, None, source, target)
    if target is None:
        return replace(plain, fallback="unknown_language")
    if source is not None and tags.written(source) == tags.written(target):
        return replace(plain, fallback="same_language")
    if "translator" not in env.ports:
        return replace(plain, fallback="no_translator")
    if not asks:
        return replace(plain, fallback="too_slow")
    failed: NotTranslated
    try:
        answer: object = yield from requests.translate(original[:MAX_TRANSLATION], source, target)
        failed = "empty" if answer is None or isinstance(answer, str) else "failed"
    except TimeoutError:
        answer, failed = None, "too_slow"
    except Exception:  # noqa: BLE001 - it is the host's code: whatever it raises, the originals are seen
        answer, failed = None, "failed"
    words = said(answer, rules)
    if words is None:
        return replace(plain, fallback=failed)
    return replace(
        plain,
        text=words.text,
        cut=words.cut or len(original) > MAX_TRANSLATION,
        notice=in_language(phrase("screen", "translation", "machine"), target, FALLBACK)[1],
    )
