"""A public page of one ticket, behind a link that is signed and ends: its state, and nothing of what anybody wrote."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from types import MappingProxyType

from supportflow._time import Instant, instant
from supportflow.exceptions import InvalidInput, SignatureRefused
from supportflow.model.base import StatusCategory, is_id
from supportflow.model.ticket import Ticket
from supportflow.texts import FALLBACK, in_language, phrase

__all__ = ["STATUS_HEADERS", "StatusLinks", "StatusPass", "StatusView", "render_status"]

_SHORTEST_SECRET = 16
_LONGEST = timedelta(days=366)
_MARK = "s1"
_TOKEN = re.compile(rf"{_MARK}\.([A-Za-z0-9_-]{{1,1100}})\.([0-9]{{1,11}})\.([A-Za-z0-9_-]{{43}})")
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
        if not secrets or not all(map(_is_secret, secrets)):
            raise InvalidInput("secrets", f"are not bytes, {_SHORTEST_SECRET} or more of each")
        self._secrets = secrets
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
        ticket_id = ticket.id if isinstance(ticket, Ticket) else ticket
        if not is_id(ticket_id):
            raise InvalidInput("ticket", "is not a ticket or a ticket's id")
        if not timedelta(seconds=1) <= valid_for <= _LONGEST:
            raise InvalidInput("valid_for", "is not between a second and a year")
        until = str(int((instant(now, "now") + valid_for).timestamp()))
        name = _letters(ticket_id.encode())
        return f"{_MARK}.{name}.{until}.{_letters(self._signed(self._secrets[0], name, until))}"

    def read(self, token: object, now: datetime) -> StatusPass:
        """What a token allows.

        Args:
            token: As it came: anything.
            now: The present instant.

        Raises:
            SignatureRefused: If it is none of ours, or has ended.
        """
        found = _TOKEN.fullmatch(token) if isinstance(token, str) else None
        if found is None:
            raise SignatureRefused("token", "malformed")
        name, until, given = found[1], found[2], _bytes(found[3])
        matches = [hmac.compare_digest(self._signed(one, name, until), given) for one in self._secrets]
        if not any(matches):
            raise SignatureRefused("token", "no_match")
        ends = datetime.fromtimestamp(int(until), UTC)
        if instant(now, "now") >= ends:
            raise SignatureRefused("token", "too_old")
        return StatusPass(_bytes(name).decode(), instant(ends, "token"))

    def _signed(self, secret: bytes, name: str, until: str) -> bytes:
        # The tenant's length stands before it: no two tenants and tickets are one text.
        text = f"supportflow status page\0{len(self._tenant)}\0{self._tenant}\0{name}\0{until}"
        return hmac.digest(secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256)


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


def _is_secret(given: object) -> bool:
    return isinstance(given, bytes) and len(given) >= _SHORTEST_SECRET


def _moment(at: datetime) -> str:
    return f'<time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M} UTC</time>'


def _letters(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).decode().rstrip("=")


def _bytes(written: str) -> bytes:
    try:
        made = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    except (ValueError, binascii.Error):
        raise SignatureRefused("token", "malformed") from None
    if _letters(made) != written:  # one signature is written in one way
        raise SignatureRefused("token", "malformed")
    return made
