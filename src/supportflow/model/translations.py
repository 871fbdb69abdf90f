"""What a machine says that the texts of a ticket are in another language. The original always stands beside it."""

from typing import Literal

from supportflow._dataclass import dataclass
from supportflow.model.ticket import Message

__all__ = ["NotTranslated", "TranslatedMessage", "TranslatedTicket", "Translation"]

NotTranslated = Literal[
    "no_text", "no_translator", "unknown_language", "same_language", "failed", "too_slow", "empty"
]
"""Why there is only the original."""


@dataclass(frozen=True, slots=True)
class Translation:
    """A text, and a machine's word on what it says in another language. Nothing of it is kept.

    Attributes:
        original: The text as somebody wrote it, without secrets; None if there is none, it was erased or is sealed.
        text: The machine's words: plain text, without secrets, never markup; None if there are none.
        source: The language of the original, as a BCP 47 tag; None if it cannot be told.
        target: The language that is wanted; None if nobody knows the requester's.
        fallback: Why `text` is None: `no_text` (there is nothing to translate), `no_translator` (the desk has none),
            `unknown_language` (nobody knows the requester's), `same_language`, `failed` (it raised, or answered with what
            is no text), `too_slow` (this text, or one before it, took too long) or `empty` (it could not tell).
        cut: Whether the machine's words are those of the beginning only: a text is translated up to 20,000 characters.
        notice: A sentence for whoever reads `text`: that a machine translated it. In the target language, if supportflow
            speaks that, else in English; None if there is no `text`.
    """

    original: str | None
    text: str | None
    source: str | None
    target: str | None
    fallback: NotTranslated | None = None
    cut: bool = False
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class TranslatedMessage:
    """A message, and what a machine says that it says.

    Attributes:
        message: The message as it was written, without secrets.
        translation: The machine's word on it.
    """

    message: Message
    translation: Translation


@dataclass(frozen=True, slots=True)
class TranslatedTicket:
    """The latest messages of a ticket in another language, as `desk.translate()` reads them.

    Attributes:
        subject: Its subject line.
        messages: In order, internal notes too.
        earlier: How many messages before these were left out.
    """

    subject: Translation
    messages: tuple[TranslatedMessage, ...]
    earlier: int = 0
