"""Policies that come with the package, to use as they are or to start from."""

from functools import cache
from importlib.resources import files

from supportflow.policy.document.bot import SHIPPED_FLOWS, shipped_flow
from supportflow.policy.document.policy import Policy
from supportflow.policy.read.policies import load_policy

__all__ = ["PRESETS", "SHIPPED_FLOWS", "preset", "shipped_flow"]

PRESETS = ("exchange",)
"""`exchange`: the round-the-clock support desk of a crypto exchange."""


@cache
def preset(name: str) -> Policy:
    """A shipped policy, read from the package's own file at the first call.

    Args:
        name: One of `PRESETS`.

    Raises:
        KeyError: If there is none of that name.
    """
    if name not in PRESETS:
        raise KeyError(name)
    text = files("supportflow.policy.presets").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return load_policy(text, format="toml")
