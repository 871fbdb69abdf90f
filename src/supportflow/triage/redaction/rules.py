"""What a policy says about redaction: which personal data is kept, and where phone numbers come from."""

from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, StringConstraints

from supportflow.model.base import Document, Series
from supportflow.triage.redaction.kinds import PERSONAL, Kind

__all__ = ["DEFAULT_RULES", "STRICT_RULES", "RedactionRules"]


def _personal_only(kinds: frozenset[Kind]) -> frozenset[Kind]:
    secrets = sorted(kinds - PERSONAL)
    if secrets:
        raise ValueError(f"secrets are never kept: {', '.join(secrets)}")
    return kinds


class RedactionRules(Document):
    """The part of a policy that says what is removed from every text before anything else happens to it.

    Secrets and card numbers are removed always: no setting keeps them. Personal data is masked, except for the kinds
    in `keep`. What is kept is still reported as a finding, with `masked=False`.

    Attributes:
        keep: Kinds of personal data that stay in the text. By default a customer's e-mail address, phone number and
            IBAN stay (a desk calls back, and a bank transfer is proved by them), while identity numbers and extended
            public keys go.
        phone_regions: Countries (ISO 3166, such as `"CN"`) whose national phone formats are looked for too, with the
            `phones` extra. Numbers in international form (`+44 …`) are found without it.
    """

    keep: Annotated[
        frozenset[Kind],
        AfterValidator(_personal_only),
        PlainSerializer(sorted, return_type=list[str], when_used="json"),
    ] = frozenset(
        {Kind.EMAIL, Kind.PHONE, Kind.IBAN},
    )
    phone_regions: Series[Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]] = ()


DEFAULT_RULES = RedactionRules.model_construct()
"""Secrets, cards, identity numbers and extended public keys go; e-mail addresses, phone numbers and IBANs stay."""

STRICT_RULES = RedactionRules.model_construct(keep=frozenset())
"""Everything that is found goes."""
