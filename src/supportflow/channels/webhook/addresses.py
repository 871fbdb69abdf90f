"""Which addresses something may be sent to: public ones, and those that the host names."""

import ipaddress
from collections.abc import Iterable
from typing import TypeAlias

from supportflow.exceptions import InvalidInput

__all__ = ["Addresses"]

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# IANA's registries of special-purpose addresses (RFC 6890 and what came later), written out: what Python's `is_global` says
# of them differs from one version of Python to the next.
_NOT_PUBLIC_4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    map(ipaddress.IPv6Network, ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"))
)
_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052): the last four bytes are where it goes."""


class Addresses:
    """Which addresses may be connected to.

    Args:
        named: Addresses and networks that may be, besides public ones: `"127.0.0.1"`, `"10.1.0.0/16"`, `"fd00::/8"`.

    Raises:
        InvalidInput: If one is no address or network.
    """

    def __init__(self, named: Iterable[str] = ()) -> None:
        if isinstance(named, str):
            raise InvalidInput("allow", "is not a list of addresses and networks")
        self._named = tuple(map(_network, named))

    def is_named(self, address: str) -> bool:
        """Whether the host named an address."""
        read = _read(address)
        return read is not None and any(read in network for network in self._named)

    def may(self, address: str) -> bool:
        """Whether an address may be connected to; not if it is none.

        Args:
            address: IPv4 or IPv6; an IPv4 address that is written as an IPv6 one is what it stands for.
        """
        read = _read(address)
        if read is None:
            return False
        return any(read in network for network in self._named) or _is_public(read)


def _is_public(address: _Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)


def _read(address: str) -> _Address | None:
    """An address as what it leads to."""
    try:
        read = ipaddress.ip_address(
            address.partition("%")[0]
        )  # behind a % stands which card it is reached by
    except ValueError:
        return None
    if isinstance(read, ipaddress.IPv6Address):
        if read.ipv4_mapped is not None:
            return read.ipv4_mapped
        if read in _TRANSLATED:
            return ipaddress.IPv4Address(int(read) & 0xFFFF_FFFF)
    return read


def _network(given: object) -> _Network:
    try:
        return ipaddress.ip_network(str(given))
    except ValueError:
        raise InvalidInput("allow", f"{given!r} is no address or network") from None
