"""What an agent asks who does not speak a ticket's language."""

from supportflow.exceptions import InvalidInput
from supportflow.flows.desk.methods import Shared, asked
from supportflow.flows.desk.verbs import TicketName, check_text, ticket_name
from supportflow.flows.environment import check_number
from supportflow.flows.queries import translations
from supportflow.flows.requests import Flow
from supportflow.model import tags
from supportflow.model.base import MAX_BODY
from supportflow.model.translations import TranslatedTicket, Translation

__all__ = ["Translations"]

_MOST = 100
"""So many messages of a ticket are translated in one call."""


class Translations(Shared):
    """Texts of a ticket, and replies to it, in another language."""

    @asked
    def translate(
        self, ticket: TicketName = None, *, language: str, ref: str | None = None, limit: int = 20
    ) -> Flow[TranslatedTicket]:
        """The subject and the latest messages of a ticket in a language, by the desk's translator; the originals beside.

        Secrets are gone before a text leaves, and looked for again in what comes back. Nothing of it is kept, and nothing is
        decided by it. Whatever the translator does, the originals are there: `Translation.fallback` says why there is no
        more. Each text is waited for ten seconds, and after one that took longer none is asked for.

        Args:
            ticket: The ticket; or name it by `ref`.
            language: A BCP 47 tag.
            ref: The host's own id of the ticket.
            limit: How many messages at most, up to 100: the latest ones.

        Raises:
            TicketNotFound: If there is none.
            InvalidInput: If the language is none, or the limit cannot be used.
        """
        check_number("limit", limit, 1, _MOST)
        return translations.translate(self._env, *ticket_name(ticket, ref), _tag(language), limit)

    @asked
    def translate_draft(
        self, ticket: TicketName = None, *, body: str, ref: str | None = None, language: str | None = None
    ) -> Flow[Translation]:
        """A reply that was not sent yet in the requester's language, by the desk's translator; the original beside.

        Nothing is sent and nothing is kept: it leaves when somebody passes it to `reply`.

        Args:
            ticket: The ticket; or name it by `ref`.
            body: The draft.
            ref: The host's own id of the ticket.
            language: Another one than the ticket's, as a BCP 47 tag.

        Raises:
            TicketNotFound: If there is none.
            InvalidInput: If the draft is no text or too long, or the language is none.
        """
        check_text("body", body)
        if len(body) > MAX_BODY:
            raise InvalidInput("body", f"is longer than {MAX_BODY} characters")
        named = ticket_name(ticket, ref)
        return translations.translate_draft(
            self._env, *named, body, None if language is None else _tag(language)
        )


def _tag(language: object) -> str:
    if not tags.is_tag(language):
        raise InvalidInput("language", "is not the tag of a language")
    return tags.canonical(language)
