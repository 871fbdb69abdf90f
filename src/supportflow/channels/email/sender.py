"""Whether a mail is from whom it says: what the host's own mail server found (SPF, DKIM, DMARC), and nobody else's word."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from supportflow.channels.email.reading import Mail

__all__ = ["Verdict", "verdict"]

Verdict = Literal["pass", "fail", "none"]

_METHODS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # A method → what it says of whose domain, the surer first.
        "spf": ("smtp.mailfrom",),
        "dkim": ("header.d", "header.i"),
        "dmarc": ("header.from",),
    }
)
_METHOD = re.compile(r"\s*([a-z]+)(?:\s*/\s*\d+)?\s*=\s*([a-z]+)(?!\S)", re.IGNORECASE)
_PROPERTY = re.compile(r"\s*([a-z][a-z0-9_.-]*)\s*=\s*(\S+)", re.IGNORECASE)
_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")
_PIECE = re.compile(r'"(?P<quoted>(?:[^"\\]|\\.)*)"|[^;()"]+|;', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NO_NAME = re.compile(r"[^a-zA-Z0-9.@_+/-]")
_IN_COMMENT = re.compile(r"\\.|[()]", re.DOTALL)
_LONGEST = 8_000


def verdict(mail: Mail, server: str) -> Verdict:
    """What a mail server says of the sender.

    Only the topmost `Authentication-Results` that carries the server's own name counts (RFC 8601): a server puts its word
    above what came in, so whatever stands below may have been sent along.

    Args:
        mail: The mail.
        server: The name (authserv-id) that the host's server writes.

    Returns:
        `"pass"` if DMARC passed, or, where it says nothing, SPF or DKIM passed for the sender's own domain or one above
        it; `"fail"` if DMARC failed, whatever passed, or one of the others failed and none passed; `"none"` if nobody whom
        we trust says anything, or says it in a way that can be read as something else.
    """
    if mail.sender is None:
        return "none"
    for value in mail.headers.get("authentication-results", ()):
        clauses, whole = _clauses(value[:_LONGEST])
        if (clauses[0].split() or [""])[0].lower() == server.lower():
            whole = whole and len(value) <= _LONGEST
            return _judged(clauses[1:], mail.sender.domain.rstrip(".")) if whole else "none"
    return "none"


def _judged(clauses: Sequence[str], domain: str) -> Verdict:
    found: dict[str, set[bool]] = {}
    for clause in clauses:
        result = _METHOD.match(clause)
        if result is None or result[1].lower() not in _METHODS:
            continue
        method, said = result[1].lower(), result[2].lower()
        if said == "pass" and _aligned(_whose(method, clause[result.end() :]), domain):
            found.setdefault(method, set()).add(True)
        elif said in {"fail", "permerror"} or (said == "pass" and method == "dmarc"):
            found.setdefault(method, set()).add(False)
    if "dmarc" in found:
        return "fail" if False in found["dmarc"] else "pass"
    if any(True in one for one in found.values()):
        return "pass"
    return "fail" if found else "none"


def _whose(method: str, properties: str) -> str:
    """The domain that a method speaks of; empty if what is said is not exactly one, or holds anything else."""
    told: dict[str, str] = {}
    at, end = 0, len(properties.rstrip())
    while at < end:
        found = _PROPERTY.match(properties, at)
        if found is None or found[1].lower() in told:
            return ""
        told[found[1].lower()] = found[2].lower()
        at = found.end()
    value = next((told[one] for one in _METHODS[method] if one in told), "")
    local, _, name = value.rpartition("@")
    name = name.removesuffix(".")
    return name if "@" not in local and _DOMAIN.fullmatch(name) else ""


def _aligned(whose: str, domain: str) -> bool:
    """The sender's domain is the one that was proved, or stands below it: whoever has a name below has not the one above."""
    return whose != "" and (domain == whose or domain.endswith("." + whose))


def _clauses(value: str) -> tuple[list[str], bool]:
    """The clauses of a head, without comments and quotes, and whether all of these come to their ends.

    What stands in quotes divides nothing and names nothing: its blanks and signs become a letter that nothing else has.
    """
    clauses: list[list[str]] = [[]]
    at, size = 0, len(value)
    while at < size:
        found = _PIECE.match(value, at)
        if found is None:
            end = _behind_comment(value, at)
            clauses[-1].append(" ")
        elif found["quoted"] is not None:
            end = found.end()
            clauses[-1].append(_NO_NAME.sub("\0", _ESCAPED.sub(r"\1", found["quoted"])))
        else:
            end = found.end()
            clauses.append([]) if found[0] == ";" else clauses[-1].append(found[0])
        if end is None:
            break
        at = end
    return ["".join(one) for one in clauses], at >= size


def _behind_comment(value: str, at: int) -> int | None:
    """The place behind a comment, comments in it and all; None if none begins there, or it does not end."""
    depth = 0
    for found in _IN_COMMENT.finditer(value, at):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if depth <= 0:
            return found.end() if depth == 0 and value[at] == "(" else None
    return None
