"""Every table of words, by the name of what its words announce."""

from supportflow.triage.redaction.announcing import (
    CARD_CODE_WORDS,
    CARD_NAMES,
    CODE_HEADS,
    CODE_WORDS,
    PASSWORD_WORDS,
    PIN_WORDS,
    PUBLIC_WORDS,
    REFERENCE_WORDS,
    SIGN_IN_WORDS,
)
from supportflow.triage.redaction.vocabulary import (
    API_WORDS,
    BACKUP_WORDS,
    PHRASE_WORDS,
    PRIVATE_KEY_WORDS,
    PUBLIC_KEY_WORDS,
)

__all__ = ["TABLES"]

TABLES = {
    "api": API_WORDS,
    "backup": BACKUP_WORDS,
    "card": CARD_CODE_WORDS,
    "card name": CARD_NAMES,
    "code": CODE_WORDS,
    "compound": ("*code", "*codes", "*token"),
    "head": CODE_HEADS,
    "password": (*PASSWORD_WORDS, "*passwort", "*kennwort", "*wachtwoord", "*password", "*passwd", "*pwd"),
    "phrase": PHRASE_WORDS,
    "pin": PIN_WORDS,
    "private key": PRIVATE_KEY_WORDS,
    "public": PUBLIC_WORDS,
    "public key": PUBLIC_KEY_WORDS,
    "reference": REFERENCE_WORDS,
    "sign in": SIGN_IN_WORDS,
}
"""A star stands for any letters before or behind."""
