"""Does a text that anybody can read say something that only the customer should?

What redaction looks for, and long numbers besides: of orders, accounts, transactions. The desk's own addresses may be
said, and so may what stands in a link: a link that continues a case in private carries its token.
"""

import re

from supportflow.triage.official import OfficialIndex
from supportflow.triage.redaction import LABELS, STRICT_RULES, redact

__all__ = ["disclosed"]

_LINK = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,10}+://[!-~]++")
# Eight digits in a row, or three groups of four as cards and orders are written; a hash or an address on a chain.
_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{8,}+|[0-9]{4}(?:[ -][0-9]{4}){2,}+)")
_HASH = re.compile(r"(?<![0-9A-Za-z])(?=[A-Za-z]{0,90}+[0-9])[0-9A-Za-z]{26,}+")
LONG_NUMBER = "long number"


def disclosed(text: str, official: OfficialIndex) -> tuple[str, ...]:
    """The kinds of personal data in a text, such as `"email address"` or `"long number"`, in the order of their names.

    Args:
        text: What is about to be said in public.
        official: The desk's own addresses, which are not personal.
    """
    found = {
        LABELS[one.kind]
        for one in redact(text, STRICT_RULES).findings
        if not official.check(text[one.start : one.end])
    }
    found.update(
        label for label in LABELS.values() if f"[{label} removed]" in text
    )  # it was there a moment ago
    plain = _LINK.sub(" ", text)
    for address in official.check(plain).official:
        plain = plain.replace(address, " ")
    if _NUMBER.search(plain) or _HASH.search(plain):
        found.add(LONG_NUMBER)
    return tuple(sorted(found))
