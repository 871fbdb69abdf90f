"""Tokens of links: what a link is for, signed and ending; nobody else can make one. Pure: the time is an argument."""

import base64
import binascii
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from supportflow._time import Instant, instant
from supportflow.exceptions import InvalidInput, SignatureRefused
from supportflow.model.base import is_id

__all__ = ["LONGEST_LINK", "LinkSigner", "named_in"]

_SHORTEST_SECRET = 16
LONGEST_LINK = timedelta(days=366)
_BODY = r"\.([A-Za-z0-9_-]{1,1100})\.([0-9]{1,11})\.([A-Za-z0-9_-]{43})"

_ANY = re.compile("[a-z0-9]+" + _BODY)


class LinkSigner:
    """Makes and reads tokens for one purpose: letters, digits, `.`, `_` and `-`.

    Args:
        mark: What tokens of this purpose begin with.
        purpose: Signed with each: a token for one purpose is none for another.
        secrets: Known to the host alone, sixteen bytes or more. The first signs; all are believed, during a change of them.
        tenant: Of the desk: a token of another tenant is none.

    Raises:
        InvalidInput: If there is no secret, or one is too short.
    """

    def __init__(self, mark: str, purpose: str, secrets: tuple[bytes, ...], tenant: str) -> None:
        if not secrets or not all(map(_is_secret, secrets)):
            raise InvalidInput("secrets", f"are not bytes, {_SHORTEST_SECRET} or more of each")
        self._mark, self._purpose, self._secrets, self._tenant = mark, purpose, secrets, tenant
        self._shape = re.compile(mark + _BODY)

    def token(self, name: str, until: datetime) -> str:
        """A token for a ticket's id, until an instant, in whole seconds.

        Raises:
            InvalidInput: If it is no id.
        """
        if not is_id(name):
            raise InvalidInput("ticket", "is not a ticket or a ticket's id")
        end, letters = str(int(until.timestamp())), _letters(name.encode())
        return f"{self._mark}.{letters}.{end}.{_letters(self._signed(self._secrets[0], letters, end))}"

    def read(self, token: object, now: datetime) -> tuple[str, Instant]:
        """Whose token it is, and until when.

        Args:
            token: As it came: anything.
            now: The present instant.

        Raises:
            SignatureRefused: If it is none of ours, or has ended.
        """
        found = self._shape.fullmatch(token) if isinstance(token, str) else None
        if found is None:
            raise SignatureRefused("token", "malformed")
        name, until, given = found[1], found[2], _bytes(found[3])
        matches = [hmac.compare_digest(self._signed(one, name, until), given) for one in self._secrets]
        if not any(matches):
            raise SignatureRefused("token", "no_match")
        ends = datetime.fromtimestamp(int(until), UTC)
        if instant(now, "now") >= ends:
            raise SignatureRefused("token", "too_old")
        return _bytes(name).decode(), instant(ends, "token")

    def _signed(self, secret: bytes, name: str, until: str) -> bytes:
        # The tenant's length stands before it: no two tenants and tickets are one text.
        text = f"supportflow {self._purpose}\0{len(self._tenant)}\0{self._tenant}\0{name}\0{until}"
        return hmac.digest(secret, text.encode("utf-8", "surrogatepass"), hashlib.sha256)


def named_in(token: object) -> str:
    """Whose token it says that it is, whether it is true or not.

    Raises:
        SignatureRefused: If it is no token.
    """
    found = _ANY.fullmatch(token) if isinstance(token, str) else None
    if found is None:
        raise SignatureRefused("token", "malformed")
    try:
        return _bytes(found[1]).decode()
    except UnicodeDecodeError:
        raise SignatureRefused("token", "malformed") from None


def _is_secret(given: object) -> bool:
    return isinstance(given, bytes) and len(given) >= _SHORTEST_SECRET


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
