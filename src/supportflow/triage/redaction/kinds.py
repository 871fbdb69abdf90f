"""The kinds of secrets and personal data that are looked for, and how each is named where it was removed."""

from enum import StrEnum

__all__ = ["LABELS", "PERSONAL", "SECRET", "Kind", "Span"]


class Kind(StrEnum):
    """What a finding is. The order is the order of precedence when two findings overlap."""

    SEED_PHRASE = "seed_phrase"
    PRIVATE_KEY = "private_key"
    ACCESS_TOKEN = "access_token"  # noqa: S105 - the name of a kind
    API_SECRET = "api_secret"  # noqa: S105 - the name of a kind
    CARD_NUMBER = "card_number"
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    PIN = "pin"
    ONE_TIME_CODE = "one_time_code"
    CARD_CODE = "card_code"
    SECRET = "secret"  # noqa: S105 - the name of a kind
    EXTENDED_PUBLIC_KEY = "extended_public_key"
    IDENTITY_NUMBER = "identity_number"
    IBAN = "iban"
    EMAIL = "email"
    PHONE = "phone"


PERSONAL = frozenset(
    {Kind.EXTENDED_PUBLIC_KEY, Kind.IDENTITY_NUMBER, Kind.IBAN, Kind.EMAIL, Kind.PHONE},
)
"""Kinds that a policy may keep. An extended public key opens no wallet but shows all that it ever held."""

SECRET = frozenset(Kind) - PERSONAL
"""Kinds that are always removed: whoever reads them can act as the customer."""

LABELS = {
    Kind.SEED_PHRASE: "seed phrase",
    Kind.PRIVATE_KEY: "private key",
    Kind.ACCESS_TOKEN: "access token",
    Kind.API_SECRET: "API secret",
    Kind.CARD_NUMBER: "card number",
    Kind.PASSWORD: "password",
    Kind.PIN: "PIN",
    Kind.ONE_TIME_CODE: "one-time code",
    Kind.CARD_CODE: "card code",
    Kind.SECRET: "secret",
    Kind.EXTENDED_PUBLIC_KEY: "extended public key",
    Kind.IDENTITY_NUMBER: "identity number",
    Kind.IBAN: "IBAN",
    Kind.EMAIL: "email address",
    Kind.PHONE: "phone number",
}
"""What stands in the text instead: `[seed phrase removed]`."""

Span = tuple[int, int, Kind]
"""Start, end (exclusive) and kind of something found."""
