"""How helpdesks prove that a message is theirs, each in its own way; where one proves nothing, a token in a head."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

from supportflow._dataclass import dataclass
from supportflow.channels.webhook.sending import message_id
from supportflow.channels.webhook.signing import Headers, WebhookMark, check_age, header_values
from supportflow.exceptions import InvalidInput, SignatureRefused

__all__ = ["CHATWOOT_SIGNS", "ZAMMAD_SIGNS", "ZENDESK_SIGNS", "HostKeys", "SharedToken", "Signs"]

_SHORTEST = 16
_LONGEST_HEADER = 1_000


@dataclass(frozen=True, slots=True)
class Signs:
    """How a helpdesk signs: an HMAC of what it says, in a head.

    Attributes:
        signature: The head with the signature, in lower case.
        time: The head with its instant, which is signed; None if it says none.
        digest: The hash.
        written: How the signature is written.
        prefix: What stands before it.
        between: What stands between instant and text in what is signed.
    """

    signature: str
    time: str | None = None
    digest: Literal["sha1", "sha256"] = "sha256"
    written: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    between: str = ""


ZENDESK_SIGNS = Signs(
    signature="x-zendesk-webhook-signature",
    time="x-zendesk-webhook-signature-timestamp",
    written="base64",
)
ZAMMAD_SIGNS = Signs(signature="x-hub-signature", digest="sha1", prefix="sha1=")
CHATWOOT_SIGNS = Signs(
    signature="x-chatwoot-signature",
    time="x-chatwoot-timestamp",
    prefix="sha256=",
    between=".",
)


class HostKeys:
    """Proves the messages of a helpdesk that signs in its own way. Several secrets during a change of them.

    Their heads with ids are not signed, so whoever sends a message again could give it another: what is signed is its id.

    Args:
        signs: How it signs.
        *keys: Its secrets, as the helpdesk shows them.

    Raises:
        InvalidInput: If there is none, or an empty one.
    """

    def __init__(self, signs: Signs, *keys: str | bytes) -> None:
        self._signs = signs
        self._secrets = [one.encode() if isinstance(one, str) else one for one in keys]
        if not self._secrets or not all(self._secrets):
            raise InvalidInput("keys", "are missing or empty")

    def __repr__(self) -> str:
        return f"HostKeys({self._signs.signature!r})"

    def verify(
        self,
        headers: Headers,
        body: bytes,
        now: datetime,
        /,
        *,
        tolerance: timedelta = timedelta(minutes=5),
    ) -> WebhookMark:
        """The id of a message, and when it was sent.

        Raises:
            SignatureRefused: If it proves nothing.
        """
        signs = self._signs
        signed = body
        stamp = None
        if signs.time is not None:
            stamp = _only(headers, signs.time)
            signed = stamp.encode("latin-1", "replace") + signs.between.encode() + body
        given = _bytes(signs, _only(headers, signs.signature))
        matches = [
            hmac.compare_digest(hmac.digest(secret, signed, signs.digest), given) for secret in self._secrets
        ]
        if not any(matches):
            raise SignatureRefused(signs.signature, "no_match")
        at = now
        if signs.time is not None and stamp is not None:
            at = _at(signs.time, stamp)
            check_age(signs.time, at, now, tolerance)
        return WebhookMark(message_id(hashlib.sha256(body).hexdigest()), at)


class SharedToken:
    """For a helpdesk that signs nothing: a token in a head. It proves that the sender knows it, nothing of the message.

    Args:
        header: The head, in any case.
        *tokens: Sixteen letters or more each; several during a change.

    Raises:
        InvalidInput: If a token is missing or too short.
    """

    def __init__(self, header: str, *tokens: str) -> None:
        self._header = header.lower()
        self._tokens = [hashlib.sha256(one.encode()).digest() for one in tokens]
        if not tokens or min(map(len, tokens)) < _SHORTEST:
            raise InvalidInput("tokens", f"have one of less than {_SHORTEST} letters")

    def __repr__(self) -> str:
        return f"SharedToken({self._header!r})"

    def verify(
        self,
        headers: Headers,
        body: bytes,  # noqa: ARG002 - it is not signed
        now: datetime,
        /,
        *,
        tolerance: timedelta = timedelta(minutes=5),  # noqa: ARG002 - nothing says when it was sent
    ) -> WebhookMark:
        """An id of its own for each message.

        Raises:
            SignatureRefused: If the token is not there, or another one.
        """
        given = hashlib.sha256(_only(headers, self._header).encode()).digest()
        if not any([hmac.compare_digest(given, one) for one in self._tokens]):  # noqa: C419 - each is compared
            raise SignatureRefused(self._header, "no_match")
        # Nothing tells a repeat from another message of the same text: a state that is told twice is the same state.
        return WebhookMark(f"msg_{secrets.token_hex(16)}", now)


def _only(headers: Headers, name: str) -> str:
    values = header_values(headers, (name,))[name]
    if not values:
        raise SignatureRefused(name, "missing")
    if len(values) > 1 or len(values[0]) > _LONGEST_HEADER:
        raise SignatureRefused(name, "malformed")
    return values[0].strip()


def _bytes(signs: Signs, written: str) -> bytes:
    if not written.startswith(signs.prefix):
        raise SignatureRefused(signs.signature, "malformed")
    read: dict[str, Callable[[str], bytes]] = {
        "hex": bytes.fromhex,
        "base64": lambda text: base64.b64decode(text, validate=True),
    }
    try:
        return read[signs.written](written.removeprefix(signs.prefix))
    except (ValueError, binascii.Error):
        raise SignatureRefused(signs.signature, "malformed") from None


def _at(name: str, stamp: str) -> datetime:
    try:
        if re.fullmatch(r"[0-9]{1,11}", stamp):
            return datetime.fromtimestamp(int(stamp), UTC)
        read = datetime.fromisoformat(stamp)
    except (ValueError, OverflowError):
        raise SignatureRefused(name, "malformed") from None
    return read if read.tzinfo is not None else read.replace(tzinfo=UTC)
