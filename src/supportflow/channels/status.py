"""A public page of one ticket, behind a link that is signed and ends: its state, and nothing of what anybody wrote."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape
from types import MappingProxyType

from supportflow._dataclass import dataclass
from supportflow._time import Instant, instant
from supportflow.exceptions import InvalidInput
from supportflow.model.base import StatusCategory
from supportflow.model.ticket import Ticket
from supportflow.records.tokens import LONGEST_LINK, LinkSigner
from supportflow.texts import FALLBACK, in_language, phrase

__all__ = ["STATUS_HEADERS", "StatusLinks", "StatusPass", "StatusView", "render_status"]

STATUS_HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        "Content-Type": "text/html; charset=utf-8",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }
)
"""Heads for the page: it is kept by nobody, found by no search, and its address is told to no other site."""


@dataclass(frozen=True, slots=True)
class StatusPass:
    """What a link allows: to see one ticket's state until an instant.

    Attributes:
        ticket_id: The ticket.
        until: When it ends.
    """

    ticket_id: str
    until: Instant


class StatusLinks:
    """Makes and reads the tokens of links to a ticket's page. Pure: the time is an argument, nothing is kept.

    Whoever has the link sees the state: send it to the requester alone, and make it end soon.

    Args:
        *secrets: Known to the host alone, sixteen bytes or more. The first signs; all are believed, during a change of them.
        tenant: Of the desk: a token of another tenant is none.

    Raises:
        InvalidInput: If there is none, or one is too short.
    """

    def __init__(self, *secrets: bytes, tenant: str = "default") -> None:
        self._signer = LinkSigner("s1", "status page", secrets, tenant)
        self._tenant = tenant

    def __repr__(self) -> str:
        return f"StatusLinks({self._tenant!r})"

    def token(self, ticket: Ticket | str, now: datetime, *, valid_for: timedelta = timedelta(days=30)) -> str:
        """A token for a link: letters, digits, `.`, `_` and `-`.

        Args:
            ticket: The ticket, or its id.
            now: The present instant.
            valid_for: How long the link leads there: up to a year.

        Raises:
            InvalidInput: If the ticket or the span cannot be used.
        """
        if not timedelta(seconds=1) <= valid_for <= LONGEST_LINK:
            raise InvalidInput("valid_for", "is not between a second and a year")
        ticket_id = ticket.id if isinstance(ticket, Ticket) else ticket
        return self._signer.token(ticket_id, instant(now, "now") + valid_for)

    def read(self, token: object, now: datetime) -> StatusPass:
        """What a token allows.

        Args:
            token: As it came: anything.
            now: The present instant.

        Raises:
            SignatureRefused: If it is none of ours, or has ended.
        """
        ticket_id, until = self._signer.read(token, now)
        return StatusPass(ticket_id, until)


@dataclass(frozen=True, slots=True)
class StatusView:
    """What the page may say of a ticket. No subject, no word, no name, no priority: a note has no place in it.

    Attributes:
        name: The host's id of the ticket, or the desk's.
        state: What its status means.
        opened_at: When it came in.
        answered_at: When it was last answered in public; None if it never was.
        updated_at: When it last changed in a way that the page shows.
        language: The requester's, if it is known.
    """

    name: str
    state: StatusCategory
    opened_at: Instant
    answered_at: Instant | None
    updated_at: Instant
    language: str | None

    @classmethod
    def of(cls, ticket: Ticket) -> "StatusView":
        """The view of a ticket.

        Raises:
            InvalidInput: If it is for internal work alone.
        """
        if ticket.private:
            raise InvalidInput("ticket", "is private")
        shown = (ticket.opened_at, ticket.last_replied_at, ticket.resolved_at, ticket.closed_at)
        return cls(
            name=ticket.ref or ticket.id,
            state=ticket.status_category,
            opened_at=ticket.opened_at,
            answered_at=ticket.last_replied_at,
            updated_at=max(one for one in shown if one is not None),
            language=ticket.language,
        )


def render_status(view: StatusView, until: datetime, *, language: str | None = None) -> str:
    """The page: whole, without scripts, pictures or anything from elsewhere. Send it with `STATUS_HEADERS`.

    Args:
        view: What it says.
        until: When its link ends.
        language: Of the page, a BCP 47 tag; the requester's, if not given.
    """
    wanted = language or view.language
    tag, title = in_language(phrase("status", "page", "title"), wanted, FALLBACK)

    def said(table: str, key: str, **named: str) -> str:
        return escape(in_language(phrase("status", table, key), tag, FALLBACK)[1].format(**named))

    rows = [("opened", view.opened_at), ("answered", view.answered_at), ("updated", view.updated_at)]
    lines = "\n".join(
        f"<dt>{said('page', key)}</dt><dd>{_moment(at)}</dd>" for key, at in rows if at is not None
    )
    heading = escape(title.format(ticket=view.name))
    ends = said("page", "until", until=f"{instant(until, 'until'):%Y-%m-%d %H:%M} UTC")
    return _PAGE.format(
        language=escape(tag),
        title=heading,
        state=said("state", view.state.value),
        kind=view.state.value,
        lines=lines,
        ends=ends,
    )


_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; font: 1.1rem/1.5 system-ui, sans-serif }}
body {{ max-width: 36rem; margin: 3rem auto; padding: 0 1rem; overflow-wrap: anywhere }}
dt {{ opacity: .7 }} dd {{ margin: 0 0 .7rem }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p data-state="{kind}"><strong>{state}</strong></p>
<dl>
{lines}
</dl>
<p><small>{ends}</small></p>
</main>
</body>
</html>
"""


def _moment(at: datetime) -> str:
    return f'<time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M} UTC</time>'
