"""The check digits and checksums that tell a number or a key from any other run of characters."""

import binascii
import hashlib
from functools import cache

__all__ = ["base58check", "chinese_resident_id", "iban", "luhn", "stellar_seed"]

_DOUBLED = bytes.maketrans(b"0123456789", bytes(sum(divmod(2 * digit, 10)) + 48 for digit in range(10)))

_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECK = "10X98765432"

_BASE58 = {c: i for i, c in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_CHECK_BYTES = 4
_BASE32 = {c: i for i, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}
_STELLAR_SEED = 18 << 3

# Length by country: the IBAN registry of ISO 13616 (SWIFT).
_IBAN_LENGTHS = (
    "NO15 BE16 DK18 FI18 FO18 GL18 NL18 SD18 FK18 MK19 SI19 AT20 BA20 EE20 KZ20 LT20 LU20 XK20 MN20 CR22 HR21"
    " LI21 LV21 "
    "CH21 BG22 BH22 DE22 GB22 GE22 IE22 ME22 RS22 VA22 AE23 GI23 IL23 IQ23 TL23 SO23 OM23 AD24 CZ24 ES24 MD24 PK24 "
    "RO24 SA24 SE24 SK24 TN24 VG24 LY25 PT25 ST25 IS26 TR26 BI27 DJ27 FR27 GR27 IT27 MC27 MR27 SM27 AL28 AZ28"
    " BY28 CY28 "
    "DO28 GT28 HU28 LB28 NI28 PL28 SV28 BR29 EG29 PS29 QA29 UA29 JO30 KW30 MU30 YE30 MT31 SC31 LC32 RU33"
)


def luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812: card numbers."""
    raw = digits.encode("ascii")
    total = sum(raw[-1::-2]) + sum(raw[-2::-2].translate(_DOUBLED)) - 48 * len(raw)
    return total % 10 == 0


@cache
def _iban_lengths() -> dict[str, int]:
    return {entry[:2]: int(entry[2:]) for entry in _IBAN_LENGTHS.split()}


def iban(compact: str) -> int | None:
    """The length of the IBAN that a run of capitals and digits begins with, or `None` (ISO 13616, mod 97)."""
    length = _iban_lengths().get(compact[:2])
    if length is None or len(compact) < length:
        return None
    number = compact[4:length] + compact[:4]
    return length if int("".join(str(int(c, 36)) for c in number)) % 97 == 1 else None


def chinese_resident_id(number: str) -> bool:
    """The check character of GB 11643-1999 (ISO 7064 MOD 11-2) over the first 17 digits."""
    total = sum(int(digit) * weight for digit, weight in zip(number, _RESIDENT_WEIGHTS, strict=False))
    return _RESIDENT_CHECK[total % 11] == number[17].upper()


def base58check(token: str) -> bytes | None:
    """The payload of a Base58Check text if its four check bytes are right, else `None`."""
    number = 0
    for character in token:
        digit = _BASE58.get(character)
        if digit is None:
            return None
        number = number * 58 + digit
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    raw = bytes(len(token) - len(token.lstrip("1"))) + raw
    if len(raw) <= _CHECK_BYTES:
        return None
    payload, check = raw[:-_CHECK_BYTES], raw[-_CHECK_BYTES:]
    return payload if hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4] == check else None


def stellar_seed(token: str) -> bool:
    """A Stellar secret seed: base32 with CRC-16/XMODEM (SEP-23)."""
    number = 0
    for character in token:
        digit = _BASE32.get(character)
        if digit is None:
            return False
        number = number << 5 | digit
    raw = number.to_bytes(35, "big")
    return raw[0] == _STELLAR_SEED and binascii.crc_hqx(raw[:-2], 0) == int.from_bytes(raw[-2:], "little")
