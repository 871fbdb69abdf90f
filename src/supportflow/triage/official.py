"""Official addresses: what is really the organisation's, so that "was this you?" has an answer.

Addresses are compared as a whole, never by what they look like: a domain with one Cyrillic letter is another domain.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from supportflow._dataclass import dataclass
from supportflow._marks import normalized
from supportflow.exceptions import InvalidInput
from supportflow.model.base import Document, Series
from supportflow.triage.lexicon.links import suspicious_links

__all__ = ["AddressCheck", "Official", "OfficialIndex"]

Address = Annotated[str, StringConstraints(min_length=3, max_length=300, pattern=r"^[!-~]+$")]

_TRAILING = ".,;:!?…)"


class Official(Document):
    """The organisation's own addresses.

    Attributes:
        domains: Domains; whatever stands below one is official, too.
        links: Links on domains of others, such as a page on a social network: official with all that stands below them.
        emails: Mail addresses; `"*@example.com"` for all of a domain.
        phones: Phone numbers, with the country's prefix where they have one.
        brands: Names that links can pretend to, besides those in the domains: `"example"` in `example-login.test`.
    """

    domains: Series[Address] = ()
    links: Series[Address] = ()
    emails: Series[Address] = ()
    phones: Series[Annotated[str, StringConstraints(min_length=3, max_length=40)]] = Field(default=())
    brands: Series[
        Annotated[str, StringConstraints(min_length=2, max_length=60, pattern=r"^[0-9A-Za-z-]+$")]
    ] = ()


@dataclass(frozen=True, slots=True)
class AddressCheck:
    """Which addresses in a text are official. True in a condition if there are some, and all of them are.

    Attributes:
        official: Those that are.
        unknown: Those that are not.
    """

    official: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.official) and not self.unknown


class OfficialIndex:
    """Official addresses, ready to be compared with.

    Args:
        document: The policy's.
    """

    def __init__(self, document: Official) -> None:
        self._domains = frozenset(domain.lower().strip(".") for domain in document.domains)
        self._links = tuple(_parts(link)[1:] for link in document.links)
        self._emails = frozenset(email.lower() for email in document.emails)
        self._phones = frozenset(_digits(phone) for phone in document.phones)
        self._names = (*sorted(self._domains), *(brand.lower() for brand in document.brands))

    def check(self, text: str) -> AddressCheck:
        """The addresses in a text, sorted into official and unknown ones.

        Raises:
            InvalidInput: If it is no text.
        """
        if not isinstance(text, str):
            raise InvalidInput("text", "is not a text")
        known: dict[str, None] = {}
        unknown: dict[str, None] = {}
        for address, official in self._found(_plain(text)):
            (known if official else unknown)[address] = None
        return AddressCheck(tuple(known), tuple(unknown))

    def has_foreign_link(self, text: str) -> bool:
        """True if the text has a link that is not official."""
        plain = _plain(text)
        links = _written().link.finditer(plain)
        return any(not self._is_link(match.group().rstrip(_TRAILING)) for match in links)

    def pretending(self, lower: str) -> list[tuple[int, int]]:
        """Where links stand that show one of the names on a domain that is not official, or that hide their host.

        Args:
            lower: A text in lower case.
        """
        return [
            (start, end)
            for start, end in suspicious_links(lower, self._names)
            if not self._is_link(_plain(lower[start:end]).rstrip(_TRAILING))
        ]

    def _found(self, text: str) -> Iterator[tuple[str, bool]]:
        rest, written = text, _written()
        for pattern, official in (
            (written.link, self._is_link),
            (written.mail, self._is_email),
            (written.domain, self._is_link),
            (written.phone, self._is_phone),
        ):
            for match in pattern.finditer(rest):
                address = match.group().rstrip(_TRAILING)
                if pattern is not written.domain or _is_domain(address):
                    yield address, official(address)
            # What was read as one kind of address is not read again as a part of another.
            rest = pattern.sub(" ", rest)

    def _is_link(self, link: str) -> bool:
        scheme, host, path = _parts(link)
        if scheme not in {"", "http", "https"} or host is None:
            return False
        labels = host.split(".")
        if any(".".join(labels[start:]) in self._domains for start in range(len(labels))):
            return True
        return any(host == own and (path + "/").startswith(below) for own, below in self._below())

    def _below(self) -> Iterator[tuple[str | None, str]]:
        for host, path in self._links:
            yield host, path.rstrip("/") + "/"

    def _is_email(self, email: str) -> bool:
        folded = email.lower()
        return folded in self._emails or f"*@{folded.rpartition('@')[2]}" in self._emails

    def _is_phone(self, phone: str) -> bool:
        return _digits(phone) in self._phones


class _Written(NamedTuple):
    """How addresses are written."""

    link: re.Pattern[str]
    mail: re.Pattern[str]
    domain: re.Pattern[str]
    phone: re.Pattern[str]


@cache
def _written() -> _Written:
    """The expressions, compiled at the first text.

    Every quantifier is possessive or bounded by what ends it: time is linear in the text. Chinese is written without
    spaces, so its characters end an address.
    """
    letter = "0-9A-Za-z\u00c0-\u024f\u0370-\u052f"
    path = "[^\\s<>\"'`\u3000-\u9fff\uff00-\uffef]"
    return _Written(
        link=re.compile(rf"(?<![{letter}])[a-z][a-z0-9+.-]{{1,10}}+://{path}++", re.IGNORECASE),
        mail=re.compile(rf"[{letter}_.+%-]{{1,64}}+@[{letter}-]{{1,63}}+(?:\.[{letter}-]{{1,63}}+){{1,8}}+"),
        domain=re.compile(
            rf"(?<![{letter}_.@-])[{letter}_-]{{1,63}}+(?:\.[{letter}_-]{{1,63}}+){{1,8}}+(?:/{path}*+)?"
        ),
        phone=re.compile(rf"(?<![{letter}.])\+?\d[\d ()-]{{2,30}}\d(?![{letter}])"),
    )


def _plain(text: str) -> str:
    """Full-width characters as others, and dots and schemes that somebody made harmless as they were."""
    plain = normalized(text, "NFKC").replace("[.]", ".").replace("(.)", ".").replace("[:]", ":")
    return plain.replace("hxxp", "http").replace("HXXP", "HTTP")


def _parts(link: str) -> tuple[str, str | None, str]:
    """Scheme, host and path of a link; no host if it hides where it goes."""
    scheme, separator, rest = link.partition("://")
    if not separator:
        scheme, rest = "", link
    authority, slash, path = re.sub(r"[?#]", "/", rest).partition("/")
    host = authority.partition(":")[0].lower().strip(".")
    # A path with dots in it can leave the place that it seems to be in.
    path = "/.." if ".." in path.lower().replace("%2e", ".").split("/") else slash + path
    # What stands before a backslash is the host to some programs, and a user name to others.
    return scheme.lower(), None if "@" in authority or "\\" in link else host, path


def _is_domain(text: str) -> bool:
    """True if the last label before a path is made of letters: `3.50` and `v1.2` are no domains."""
    last = text.partition("/")[0].rpartition(".")[2]
    return len(last) > 1 and last.isalpha()


def _digits(phone: str) -> str:
    digits = "".join(character for character in phone if character.isdigit())
    return digits.removeprefix("00")
