"""What the headers of a request say: for which version a command is meant, and under which key."""

import hashlib
import json
import re
from typing import Annotated

from fastapi import Header

from supportflow.aio import AsyncDesk
from supportflow.exceptions import InvalidInput
from supportflow.model.people import Actor

__all__ = ["IfMatch", "IfNoneMatch", "KeyHeader", "command_key", "desk_for", "names_tag"]

MAX_KEY = 255
"""Longest `Idempotency-Key`, in characters."""
_TAG = re.compile(r'(W/)?"([^"]*)"')
_VERSION = re.compile(r"([0-9]{1,18})(\.[0-9a-f]*)?")
_NO_VERSION = 0
"""Of no ticket: each has an event at least."""

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=MAX_KEY,
        description="Names the request: sent again with the same key, it is carried out once, and answered alike.",
    ),
]
IfMatch = Annotated[
    str | None,
    Header(
        max_length=1_000,
        description='The version that the command is meant for, as `ETag` said: `"7"`. Without, whatever there is.',
    ),
]
IfNoneMatch = Annotated[str | None, Header(max_length=1_000, description="What the client has already.")]


def command_key(key: str | None, by: Actor) -> str | None:
    """The key of a command, from the header and whoever sent it.

    Keys are the tenant's: a mail's message id is one, too. So that nobody can take the key of a mail, or of another client,
    it is hashed together with who asks.

    Args:
        key: The header; with or without the quotes that the draft of the standard asks for.
        by: Who asks.

    Raises:
        InvalidInput: If it is empty.
    """
    if key is None:
        return None
    bare = key.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == '"':
        bare = bare[1:-1]
    if not bare:
        raise InvalidInput("header.Idempotency-Key", "is empty")
    named = json.dumps([by.kind, by.id, bare]).encode()
    return f"http:{hashlib.sha256(named).hexdigest()}"


async def desk_for(desk: AsyncDesk, if_match: str | None, ticket: str) -> AsyncDesk:
    """The desk for a command that is meant for what `If-Match` names.

    Raises:
        TicketNotFound: If several versions are named, and there is no such ticket.
    """
    if if_match is None or if_match.strip() == "*":
        return desk
    versions = {
        int(found[1])
        for weak, tag in _TAG.findall(if_match)
        if not weak and (found := _VERSION.fullmatch(tag)) is not None
    } or {_NO_VERSION}
    if len(versions) > 1:
        now = (await desk.get(ticket)).version
        versions &= {now} if now in versions else versions
    return desk.meant_for(min(versions))


def names_tag(if_none_match: str | None, tag: str) -> bool:
    """Whether a header names the entity that there is."""
    if if_none_match is None:
        return False
    return if_none_match.strip() == "*" or any(f'"{one}"' == tag for _, one in _TAG.findall(if_none_match))
