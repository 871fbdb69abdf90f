"""Links that pretend: the organisation's name on somebody else's domain, and the tricks that hide where a link goes."""

# ruff: noqa: RUF001 - full-width punctuation and typographic quotes are what is looked for

import re
from collections.abc import Collection, Sequence

__all__ = ["LINK", "suspicious_links"]

LINK = re.compile(
    r"(?:https?|hxxps?)(?:://|\[:\]//)[^\s<>\"'，。）)]{1,512}+|(?<![\w.@])www\.[^\s<>\"'，。）)]{1,255}+"
)
_SHORT = 4
# What stands below some countries instead of an organisation's name.
_SHARED = frozenset(
    ("ac", "co", "com", "edu", "go", "gob", "gov", "gv", "ltd", "me", "mil", "ne", "net", "or", "org", "plc")
)
_LOOKS_LIKE = str.maketrans({"0": "o", "1": "l", "3": "e", "5": "s", "-": None, "_": None})


def _host(link: str) -> tuple[str, bool]:
    """The host of a link, and whether a user name before it hides that."""
    rest = link.split("//", 1)[-1]
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    name = authority.rpartition("@")[2].partition(":")[0]
    return name.replace("[.]", ".").strip("."), "@" in authority


def _brand(name: str) -> str:
    """The name that people know in a domain: `example` in `help.example.co.uk`."""
    labels = name.split(".")
    if len(labels) > 2 and labels[-2] in _SHARED:  # noqa: PLR2004 - country, shared label, name
        return labels[-3]
    return labels[-2] if len(labels) > 1 else name


def _shows(host: str, brands: Collection[str]) -> bool:
    """Whether a host shows a brand. A short one counts only as a part of its own: `ok` is not in `tokyo.test`."""
    plain = host.translate(_LOOKS_LIKE)
    parts = {part.translate(_LOOKS_LIKE) for part in re.split(r"[.\-_]", host)}
    return any(brand in (plain if len(brand) >= _SHORT else parts) for brand in brands if brand)


def suspicious_links(lower: str, official: Sequence[str]) -> list[tuple[int, int]]:
    """Where links stand that show an official name on a domain that is not official, or hide their host.

    Args:
        lower: The text in lower case.
        official: The organisation's domains (`"example.com"`) and bare brand names (`"example"`).
    """
    if "//" not in lower and "www." not in lower:
        return []
    domains = tuple(name.lower() for name in official if "." in name)
    brands = {_brand(name.lower()).translate(_LOOKS_LIKE) for name in official}
    found = []
    for match in LINK.finditer(lower):
        host, hidden = _host(match.group())
        if any(host == domain or host.endswith(f".{domain}") for domain in domains) and not hidden:
            continue
        if hidden or "xn--" in host or _shows(host, brands):
            found.append(match.span())
    return found
