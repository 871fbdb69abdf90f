"""The lexicons that come with the package."""

import tomllib
from functools import cache
from importlib.resources import files

from supportflow.triage.lexicon.document import Lexicon

__all__ = ["SHIPPED", "shipped"]

SHIPPED = ("common", "exchange", "banking")
"""`common`: negation, tone and flags, and security incidents in any business. `exchange`: a crypto exchange.
`banking`: cards, accounts and transfers."""


@cache
def shipped(name: str) -> Lexicon:
    """One of the lexicons in `SHIPPED`, read from the package's own file at the first call.

    Raises:
        KeyError: If there is none of that name.
    """
    if name not in SHIPPED:
        raise KeyError(name)
    text = files("supportflow.triage.lexicon").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return Lexicon.model_validate(tomllib.loads(text))
