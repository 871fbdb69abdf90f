"""The letter around an answer, in its reader's language: a greeting, where an answer to it goes, and who signs."""

from collections.abc import Callable

from supportflow.ports import Outgoing
from supportflow.texts import FALLBACK, in_language, phrases

__all__ = ["letter"]


def letter(
    language_of: Callable[[str], str | None],
    *,
    name_of: Callable[[str], str | None] | None = None,
    signed: str | None = None,
) -> Callable[[Outgoing], str]:
    """What `MailWriter(words=...)` takes: an answer → the text of its mail.

    Args:
        language_of: Requester id → the tag of their language; None if it is not known. What there are no sentences for gets
            English ones.
        name_of: Requester id → how they are called; nobody is called by name, if not given.
        signed: Below two dashes and a blank, where mail programs expect a signature; none, if not given.
    """

    def words(message: Outgoing) -> str:
        language = language_of(message.requester)
        said = {
            key: in_language(texts, language, FALLBACK)[1] for key, texts in phrases("mail", "letter").items()
        }
        name = " ".join((name_of(message.requester) or "").split()) if name_of is not None else ""
        greeting = said["greeting"].replace("{name}", name) if name else said["greeting_nobody"]
        whole = f"{greeting}\n\n{message.body.strip()}\n\n{said['answer']}"
        return whole if signed is None else f"{whole}\n\n-- \n{signed}"

    return words
