"""Whether a mail is from whom it says: what the host's own mail server found (SPF, DKIM, DMARC), and nobody else's word."""

import re
from typing import Literal

from supportflow.channels.email.reading import Mail

__all__ = ["Verdict", "verdict"]

Verdict = Literal["pass", "fail", "none"]

_RESULT = re.compile(r"\b(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_OF = {
    "spf": re.compile(r"smtp\.mailfrom\s*=\s*\"?(?:[^\s;\"@]*@)?([^\s;\"@]+)", re.IGNORECASE),
    "dkim": re.compile(r"header\.[di]\s*=\s*\"?(?:[^\s;\"@]*@)?([^\s;\"@]+)", re.IGNORECASE),
    "dmarc": re.compile(r"header\.from\s*=\s*\"?(?:[^\s;\"@]*@)?([^\s;\"@]+)", re.IGNORECASE),
}
_LONGEST = 8_000


def verdict(mail: Mail, server: str) -> Verdict:
    """What a mail server says of the sender.

    Only the topmost `Authentication-Results` that carries the server's own name counts (RFC 8601): a server puts its word
    above what came in, so whatever stands below may have been sent along.

    Args:
        mail: The mail.
        server: The name (authserv-id) that the host's server writes.

    Returns:
        `"pass"` if DMARC passed, or, where it says nothing, SPF or DKIM passed for the sender's own domain; `"fail"` if one
        of them failed and none passed; `"none"` if nobody whom we trust says anything.
    """
    if mail.sender is None:
        return "none"
    for value in mail.headers.get("authentication-results", ()):
        plain = _without_comments(value[:_LONGEST])
        name, _, results = plain.partition(";")
        if (name.split() or [""])[0].lower() == server.lower():
            return _judged(results, mail.sender.domain)
    return "none"


def _judged(results: str, domain: str) -> Verdict:
    found: dict[str, bool] = {}
    for clause in results.split(";"):
        result = _RESULT.search(clause)
        if result is None:
            continue
        method, said = result[1].lower(), result[2].lower()
        of = _OF[method].search(clause)
        whose = of[1].lower().rstrip(".") if of is not None else ""
        if said == "pass" and _aligned(whose, domain):
            found[method] = True
        elif said in {"fail", "permerror"} or (said == "pass" and method == "dmarc"):
            found.setdefault(method, False)
    if "dmarc" in found:
        return "pass" if found["dmarc"] else "fail"
    if any(found.values()):
        return "pass"
    return "fail" if found else "none"


def _aligned(whose: str, domain: str) -> bool:
    """One is the other, or stands below it; a name without a dot is nobody's domain."""
    if "." not in whose:
        return False
    return whose == domain or whose.endswith("." + domain) or domain.endswith("." + whose)


def _without_comments(value: str) -> str:
    kept: list[str] = []
    depth = 0
    quoted = False
    for letter in value:
        if letter == '"':
            quoted = not quoted
        elif letter == "(" and not quoted:
            depth += 1
            continue
        elif letter == ")" and not quoted and depth:
            depth -= 1
            continue
        if not depth:
            kept.append(letter)
    return "".join(kept)
