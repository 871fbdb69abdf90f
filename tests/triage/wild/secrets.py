"""Secrets at random, in the forms in which people write them. Everything is drawn from the generator that is given."""

import base64
import hashlib
import string
from collections.abc import Callable
from random import Random

from supportflow.triage.redaction.checks import luhn
from triage.wild.cells import Cells
from triage.wild.word_lists import BIP39, ELECTRUM, MONERO, SLIP39, bip39_phrase

__all__ = ["FORMS", "base58check_of", "card", "secret"]

_ALNUM = string.ascii_letters + string.digits
_B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58check_of(payload: bytes) -> str:
    raw = payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = _B58[digit] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def _digits(rng: Random, size: int) -> str:
    return "".join(rng.choice(string.digits) for _ in range(size))


def card(rng: Random) -> list[str]:
    """The groups of a card number as the card shows them."""
    prefix, size, shape = rng.choice(
        (("4", 16, (4, 4, 4, 4)), ("5", 16, (4, 4, 4, 4)), ("37", 15, (4, 6, 5)), ("6011", 16, (4, 4, 4, 4)))
    )
    if prefix == "5":
        prefix = f"5{rng.randint(1, 5)}"
    body = prefix + _digits(rng, size - 1 - len(prefix))
    number = next(body + check for check in string.digits if luhn(body + check))
    groups, at = [], 0
    for length in shape:
        groups.append(number[at : at + length])
        at += length
    return groups


def _grouped(parts: list[str], joint: str) -> Cells:
    return Cells.joined([Cells.of(part, True) for part in parts], joint)


def _cut(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def _card(rng: Random) -> Cells:
    joint = rng.choice(
        (" ", "-", "", "\u2013", "  ", "\t", "\n", " | ", ".", "\u00a0", " - ", "\u2009", "\u2011")
    )
    return _grouped(card(rng), joint)


def _code(rng: Random) -> Cells:
    value = str(rng.randint(100, 999)) + _digits(rng, 3)
    form = rng.randint(0, 9)
    if form < 6:
        return Cells.of(value, True)
    if form == 6:
        return _grouped(_cut(value, 3), rng.choice((" ", "-", "\u00a0")))
    if form == 7:
        return Cells.of(f"G-{value}", True)
    if form == 8:
        return _grouped(list(value), rng.choice((" ", "-", " - ")))
    return Cells.of(_digits(rng, 5) + str(rng.randint(10, 99)), True)


def _pin(rng: Random) -> Cells:
    value = _digits(rng, rng.choice((4, 4, 4, 5, 6)))
    while value.startswith(("19", "20")):
        value = _digits(rng, 4)
    return _grouped(list(value), " ") if rng.random() < 0.1 else Cells.of(value, True)


def _password(rng: Random) -> Cells:
    head = rng.choice(
        ("Hunter", "Sommer", "xK", "dragon", "Qwe", "pa$$", "M0nkey", "Tr0ub4dor", "zlata", "R")
    )
    tail = "".join(rng.choice(_ALNUM) for _ in range(rng.randint(3, 7)))
    return Cells.of(head + rng.choice("!@#%^&*?+=-.") + tail + rng.choice("0123456789"), True)


def _words(words: list[str], rng: Random) -> Cells:
    return _grouped(words, rng.choice((" ", " ", " ", "\n", ", ", "  ", " - ", "\t", " / ", ",")))


_ORDINALS = (
    *(
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
    ),
    *(
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
        "sixteenth",
        "seventeenth",
        "eighteenth",
        "nineteenth",
    ),
    "twentieth",
)


def _phrase(rng: Random) -> Cells:
    language = rng.choice((*("english",) * 8, *BIP39))
    words = bip39_phrase(rng, language, rng.choice((12, 12, 12, 15, 18, 24)))
    form = rng.randint(0, 9) if language == "english" else rng.randint(7, 9)
    if language == "japanese" and rng.random() < 0.3:
        return _grouped(words, "\u3000")
    if form == 0:
        return _grouped([word[:4] for word in words], " ")
    if form == 1:
        return _grouped(words, "")
    if form == 2:
        return _grouped(words, rng.choice((" and ", " then ", ", and ")))
    if form == 3:
        rows = zip(_ORDINALS, words, strict=False)
        return Cells.joined(
            [Cells.of(f"{name}: ") + Cells.of(word, True) for name, word in rows], rng.choice((", ", "\n"))
        )
    if form == 4:
        mark = rng.choice(("{}. ", "{}) ", "#{} ", "({}) ", "{}: ", "word {}: "))
        rows = [Cells.of(mark.format(at)) + Cells.of(word, True) for at, word in enumerate(words, 1)]
        return Cells.joined(rows, rng.choice((" ", "\n")))
    if form == 5:
        changed = [word.replace("o", "\u043e").replace("a", "\u0430") for word in words]
        return _grouped(changed, " ")
    if form == 6:
        at = rng.randrange(len(words))
        words[at] = words[at][:-2] + words[at][-1] if len(words[at]) > 4 else words[at]
    return _words(words, rng)


def _chinese(rng: Random) -> Cells:
    words = bip39_phrase(
        rng, rng.choice(("chinese_simplified", "chinese_traditional")), rng.choice((12, 15, 18, 21, 24))
    )
    return _grouped(words, rng.choice(("", "", "", " ", "\u3000", "、", "\n")))


def _monero(rng: Random) -> Cells:
    words = MONERO[rng.choice(("english", "english", "spanish", "german", "french", "russian"))]
    return _words([rng.choice(words) for _ in range(25)], rng)


def _electrum(rng: Random) -> Cells:
    return _words([rng.choice(ELECTRUM) for _ in range(12)], rng)


def _slip39(rng: Random) -> Cells:
    return _words([rng.choice(SLIP39) for _ in range(rng.choice((20, 33)))], rng)


def _hexkey(rng: Random) -> Cells:
    value = "".join(rng.choice("0123456789abcdef") for _ in range(64))
    form = rng.randint(0, 4)
    if form == 0:
        return Cells.of("0x" + value, True)
    if form == 1:
        return _grouped(_cut(value, rng.choice((4, 8, 16, 32))), rng.choice((" ", "-", ":")))
    if form == 2:
        return _grouped(_cut(value, rng.choice((20, 32, 40, 60))), "\n")
    return Cells.of(value, True)


def _wif(rng: Random) -> Cells:
    body = rng.randbytes(32)
    value = base58check_of(rng.choice((b"\x80" + body, b"\x80" + body + b"\1", b"\xef" + body)))
    if rng.random() < 0.2:
        value = base58check_of(b"\x04\x88\xad\xe4" + bytes(1) + rng.randbytes(40) + b"\0" + rng.randbytes(32))
    form = rng.randint(0, 3)
    if form == 0:
        return _grouped(_cut(value, rng.randint(20, 44)), "\n")
    if form == 1:
        return _grouped(_cut(value, rng.choice((4, 5, 8, 10))), " ")
    return Cells.of(value, True)


def _token(rng: Random) -> Cells:
    some = lambda size: "".join(rng.choice(_ALNUM) for _ in range(size))  # noqa: E731
    header = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode().rstrip("=")
    payload = (
        base64.urlsafe_b64encode(b'{"sub":"%d","name":"Ana"}' % rng.randint(1, 10**9)).decode().rstrip("=")
    )
    value = rng.choice(
        (
            "ghp_" + some(36),
            "AKIA" + "".join(rng.choice(string.ascii_uppercase + string.digits) for _ in range(16)),
            "glpat-" + some(20),
            f"{header}.{payload}.{some(43)}",
            "sk_live_" + some(24),
        )
    )
    return Cells.of(value, True)


def _cvv(rng: Random) -> Cells:
    return Cells.of(_digits(rng, rng.choice((3, 3, 4))).replace("2", "3"), True)


def _backup(rng: Random) -> Cells:
    shape = rng.choice(((4, 4), (5, 5), (8,), (6,)))
    alphabet = rng.choice((string.digits, string.digits + "abcdef"))
    joint = "-" if alphabet != string.digits else rng.choice((" ", "-"))

    def one() -> str:
        while True:
            value = joint.join("".join(rng.choice(alphabet) for _ in range(size)) for size in shape)
            if any(map(str.isdigit, value)):
                return value

    return _grouped([one() for _ in range(rng.choice((1, 5, 8, 10)))], rng.choice(("\n", ", ", "  ")))


FORMS: dict[str, tuple[Callable[[Random], Cells], str]] = {
    "code": (_code, "code"),
    "pin": (_pin, "pin"),
    "password": (_password, "password"),
    "card": (_card, "plain"),
    "phrase": (_phrase, "phrase"),
    "chinese phrase": (_chinese, "phrase"),
    "monero phrase": (_monero, "phrase"),
    "electrum phrase": (_electrum, "phrase"),
    "slip39 share": (_slip39, "phrase"),
    "hex key": (_hexkey, "hexkey"),
    "checked key": (_wif, "plain"),
    "token": (_token, "plain"),
    "card code": (_cvv, "cvv"),
    "backup codes": (_backup, "backup"),
}
"""For each kind of secret: how it is made, and the sayings that go with it."""


def secret(rng: Random, kind: str) -> Cells:
    return FORMS[kind][0](rng)
