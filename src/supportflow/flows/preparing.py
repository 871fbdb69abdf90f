"""Before anything is decided: the request is fingerprinted, and personal text moves into content rows."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from supportflow._time import Instant
from supportflow.flows import requests
from supportflow.flows.cleaning import TEXTS, private_fields
from supportflow.flows.requests import Flow
from supportflow.model.commands import CommandBase
from supportflow.model.content import Attachment, AttachmentHandle, Content, ContentRef

__all__ = ["Prepared", "prepare", "request_hash"]


class Prepared(NamedTuple):
    """A command without texts, and the content rows that hold them."""

    command: CommandBase
    content: tuple[Content, ...]


def request_hash(command: CommandBase, secret: bytes | None) -> str:
    """A fingerprint of a command, to tell a repeat from another use of the same idempotency key.

    With a secret it is an HMAC over everything. Without one, texts are left out: a plain hash of a short text (a one-time
    code) is found by trying.
    """
    private = () if secret is not None else (*TEXTS, "personal", "attachments")
    document = json.dumps(command.model_dump(mode="json", exclude=set(private)), sort_keys=True).encode()
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
    texts, personal, attached, _ = private_fields(type(command))
    subject = requester or command.by.id
    rows: list[Content] = []
    replaced: dict[str, object] = {}
    for name in texts:
        value = getattr(command, name)
        if isinstance(value, str) and value:
            replaced[name] = yield from _keep(rows, subject, value, now)
    if personal and isinstance(value := getattr(command, "personal"), Mapping) and value:  # noqa: B009
        text = json.dumps(dict(value), sort_keys=True, ensure_ascii=False)
        replaced["personal"] = yield from _keep(rows, subject, text, now)
    if attached:
        attachments: Sequence[Attachment | AttachmentHandle] = getattr(command, "attachments")  # noqa: B009
        handles: list[AttachmentHandle] = []
        for item in attachments:
            if isinstance(item, Attachment):
                named = json.dumps({"name": item.name, "uri": item.uri}, ensure_ascii=False)
                ref = yield from _keep(rows, subject, named, now)
                handles.append(
                    AttachmentHandle(
                        content=ref, media_type=item.media_type, size=item.size, sha256=item.sha256
                    )
                )
        if attachments:
            replaced["attachments"] = tuple(handles)
    if not replaced:
        return Prepared(command, ())
    return Prepared(command.model_copy(update=replaced), tuple(rows))


def _keep(rows: list[Content], subject: str, value: str, now: Instant) -> Flow[ContentRef]:
    content_id = yield from requests.new_id(now)
    salt = yield from requests.salt()
    row = Content(content_id, subject, salt, value)
    rows.append(row)
    return row.ref
