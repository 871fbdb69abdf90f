"""Signatures of webhooks, as Standard Webhooks has them: https://www.standardwebhooks.com (symmetric, `v1`)."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from supportflow._time import instant
from supportflow.exceptions import InvalidInput, SignatureRefused

__all__ = ["Headers", "WebhookKeys", "WebhookMark", "header_values"]

Headers = Mapping[str, str] | Iterable[tuple[str | bytes, str | bytes]]
"""The heads of a request: a mapping, or pairs as WSGI and ASGI servers have them. Upper and lower case are one."""

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
"""Bytes of a secret, by the specification."""
_MOST_SIGNATURES = 20
_LONGEST_HEADER = 4_000
# A stop would let two messages have one signed text: `a.1` at 2, and `a` at 1 with a body that begins with `2.`
_ID = re.compile(r"[A-Za-z0-9_:~=+/-]{1,200}")
_STAMP = re.compile(r"[0-9]{1,11}")
_SKEW = timedelta(minutes=5)


class WebhookMark(NamedTuple):
    """What a signature vouches for.

    Attributes:
        id: Of the message: the same for every attempt to deliver it.
        at: When it was sent.
    """

    id: str
    at: datetime


class WebhookKeys:
    """The secrets that a sender and a receiver share. Several during a change of secrets: each signs, and each is believed.

    Args:
        *secrets: As text (`whsec_` and base64) or as bytes; 24 to 64 bytes each.

    Raises:
        InvalidInput: If there is none, or one cannot be used.
    """

    def __init__(self, *secrets: str | bytes) -> None:
        if not secrets:
            raise InvalidInput("secrets", "are missing")
        self._secrets = tuple(map(_secret, secrets))

    def __repr__(self) -> str:
        return f"WebhookKeys({len(self._secrets)} of them)"

    def headers(self, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """The heads that say who sent a body, and when.

        Args:
            message_id: The same for every attempt; letters, digits and `_:~=+/-`.
            at: When it is sent.
            body: The bytes that are sent.

        Raises:
            InvalidInput: If the id has another letter, such as a full stop, which would make two messages one signed text.
        """
        if not _ID.fullmatch(message_id):
            raise InvalidInput("message_id", "has a letter that an id of a webhook cannot have")
        stamp = str(int(instant(at, "at").timestamp()))
        made = [base64.b64encode(one).decode() for one in self._signed(message_id, stamp, body)]
        return {
            "webhook-id": message_id,
            "webhook-timestamp": stamp,
            "webhook-signature": " ".join(f"v1,{one}" for one in made),
        }

    def verify(
        self, headers: Headers, body: bytes, now: datetime, *, tolerance: timedelta = _SKEW
    ) -> WebhookMark:
        """The id of a message, and when it was sent. That it came before is for the caller to know: a replay is signed, too.

        Args:
            headers: Of the request.
            body: Its bytes, untouched.
            now: The present instant.
            tolerance: How far the sender's instant may lie from it, either way.

        Raises:
            SignatureRefused: If the heads are missing or no such, too old, too new, or signed with none of the secrets.
        """
        found = header_values(headers, ("webhook-id", "webhook-timestamp", "webhook-signature"))
        message_id, stamp, signatures = (_one(name, values) for name, values in found.items())
        if not _ID.fullmatch(message_id):
            raise SignatureRefused("webhook-id", "malformed")
        if not _STAMP.fullmatch(stamp):
            raise SignatureRefused("webhook-timestamp", "malformed")
        given = _given(signatures)
        # Each with each, whatever matches: how long it takes says nothing of the secrets.
        matches = [
            hmac.compare_digest(own, theirs)
            for own in self._signed(message_id, stamp, body)
            for theirs in given
        ]
        if not any(matches):
            raise SignatureRefused("webhook-signature", "no_match")
        at = datetime.fromtimestamp(int(stamp), UTC)
        check_age("webhook-timestamp", at, now, tolerance)
        return WebhookMark(message_id, at)

    def _signed(self, message_id: str, stamp: str, body: bytes) -> list[bytes]:
        signed = b"%b.%b.%b" % (message_id.encode(), stamp.encode(), body)
        return [hmac.digest(secret, signed, hashlib.sha256) for secret in self._secrets]


def check_age(field: str, at: datetime, now: datetime, tolerance: timedelta) -> None:
    """Refuse what was sent too long ago, or will be.

    Raises:
        SignatureRefused: If it was.
    """
    if at < now - tolerance:
        raise SignatureRefused(field, "too_old")
    if at > now + tolerance:
        raise SignatureRefused(field, "too_new")


def header_values(headers: Headers, names: Iterable[str]) -> dict[str, list[str]]:
    """What a request says under some names, in the order of the names.

    Args:
        headers: Of the request.
        names: In lower case.
    """
    found: dict[str, list[str]] = {name: [] for name in names}
    for name, value in headers.items() if isinstance(headers, Mapping) else headers:
        known = found.get(_text(name).lower())
        if known is not None:
            known.append(_text(value))
    return found


def _text(given: str | bytes) -> str:
    return given.decode("latin-1") if isinstance(given, bytes) else given


def _one(name: str, values: list[str]) -> str:
    if not values:
        raise SignatureRefused(name, "missing")
    if len(values) > 1 or len(values[0]) > _LONGEST_HEADER:
        raise SignatureRefused(name, "malformed")
    return values[0].strip(" \t")


def _given(signatures: str) -> list[bytes]:
    """The signatures of the version that is known; others are for others."""
    given: list[bytes] = []
    for one in signatures.split(" ")[:_MOST_SIGNATURES]:
        version, _, written = one.partition(",")
        if version == "v1":
            try:
                given.append(base64.b64decode(written.encode(), validate=True))
            except (UnicodeEncodeError, binascii.Error):
                continue
    if not given:
        raise SignatureRefused("webhook-signature", "malformed")
    return given


def _secret(given: object) -> bytes:
    """The bytes of a secret. Base64 is read strictly: what skips letters that it does not know signs with another secret."""
    if isinstance(given, str):
        written = given.removeprefix(_PREFIX)
        try:
            made = base64.b64decode(written + "=" * (-len(written) % 4), validate=True)
        except (ValueError, binascii.Error):
            raise InvalidInput("secrets", "have one that is not whsec_ and base64") from None
    elif isinstance(given, bytes):
        made = given
    else:
        raise InvalidInput("secrets", "have one that is neither text nor bytes")
    if not _SHORTEST <= len(made) <= _LONGEST:
        raise InvalidInput("secrets", f"have one that is not of {_SHORTEST} to {_LONGEST} bytes")
    return made
