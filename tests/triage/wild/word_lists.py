"""The word lists, read from the package's own files, and phrases made of them."""

from importlib.resources import files
from random import Random

from supportflow.triage.redaction.wordlists import checksum_holds

__all__ = ["BIP39", "ELECTRUM", "MONERO", "SLIP39", "bip39_phrase"]


def _lists(name: str) -> dict[str, list[str]]:
    text = files("supportflow.triage.redaction").joinpath(name).read_text(encoding="utf-8")
    rows = (line.split() for line in text.splitlines() if not line.startswith("#"))
    return {name: words for name, *words in rows}


BIP39 = _lists("bip39.txt")
_OTHERS = _lists("other_phrases.txt")
MONERO = {name.removeprefix("monero_"): words for name, words in _OTHERS.items() if name.startswith("monero")}
ELECTRUM = _OTHERS["electrum_english"]
SLIP39 = _OTHERS["slip39_english"]


def bip39_phrase(rng: Random, language: str, size: int) -> list[str]:
    """A phrase whose checksum holds."""
    words = BIP39[language]
    first = [rng.randrange(2048) for _ in range(size - 1)]
    lasts = [last for last in range(2048) if checksum_holds([*first, last])]
    return [words[index] for index in (*first, rng.choice(lasts))]
