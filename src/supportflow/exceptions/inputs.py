"""What a caller or an outside party passed in cannot be used."""

from collections.abc import Collection

from supportflow.exceptions.base import SupportflowError

__all__ = [
    "IdempotencyMismatch",
    "InvalidInput",
    "NaiveDatetimeError",
    "SignatureRefused",
    "TextTooLong",
    "UnknownKeyword",
]


class InvalidInput(SupportflowError, ValueError):
    """What was passed in cannot be used; nothing was changed.

    Attributes:
        field: The parameter or field path that is wrong, such as `"at"` or `"attachments.0.size"`.
        reason: What is wrong with it, without the value itself.
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class NaiveDatetimeError(InvalidInput):
    """A datetime came without a time zone, so it names no instant."""

    def __init__(self, field: str = "datetime") -> None:
        super().__init__(field, "is naive; pass a datetime with a time zone")


class TextTooLong(InvalidInput):
    """A text is over its limit.

    Attributes:
        length: Its length in characters.
        limit: The longest that is accepted.
    """

    def __init__(self, field: str, length: int, limit: int) -> None:
        super().__init__(field, f"is {length} characters long; the limit is {limit}")
        self.length = length
        self.limit = limit


_LONGEST_KEYWORD = 50


class UnknownKeyword(InvalidInput, TypeError):
    """A call has a keyword that there is not, a misspelt one most likely.

    Attributes:
        call: What was called, such as `"reply"`.
        keyword: The keyword.
        known: Those that there are.
        suggestion: Which of them is nearest; None if none is near.
    """

    def __init__(self, call: str, keyword: str, known: Collection[str]) -> None:
        from difflib import get_close_matches  # noqa: PLC0415 - for what is misspelt alone

        # A host may pass on what a request has for keywords: what is far too long for one is neither compared nor shown.
        fits = len(keyword) <= _LONGEST_KEYWORD
        near = get_close_matches(keyword, sorted(known), n=1) if fits else []
        meant = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(known)}"
        super().__init__(call, f"has no keyword {keyword[:_LONGEST_KEYWORD]!r}; {meant}")
        self.call = call
        self.keyword = keyword
        self.known = tuple(known)
        self.suggestion = near[0] if near else None


class IdempotencyMismatch(InvalidInput):
    """An idempotency key came again with a different request.

    Attributes:
        key: The key.
    """

    def __init__(self, key: str) -> None:
        super().__init__("key", "was already used for a different request")
        self.key = key


class SignatureRefused(InvalidInput):
    """A message came whose signature does not prove who sent it, or when.

    Attributes:
        why: `"missing"`, `"malformed"`, `"too_old"`, `"too_new"` or `"no_match"`.
    """

    def __init__(self, field: str, why: str) -> None:
        super().__init__(field, f"is refused: {why}")
        self.why = why
