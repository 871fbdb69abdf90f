"""What is written letter by letter."""

import re

from supportflow.triage.redaction.layers import Layer, Rewriting

__all__ = ["is_spelled", "without_gaps"]

# As shapes: l for a letter, s for what may stand between two.
_SHAPES = (
    bytes(
        ord("l") if chr(code).isalpha() else ord("s") if chr(code) in " .-" else ord("o")
        for code in range(128)
    )
    + b"o" * 128
)
_LETTERS = Rewriting(
    re.compile(r"(?<![A-Za-z0-9'.-])[A-Za-z]([ .-])[A-Za-z](?:\1[A-Za-z](?![A-Za-z0-9'])){2,400}"),
    lambda place: re.sub("[ .-]", "", place),
)


def is_spelled(text: str) -> bool:
    """Whether a text may have letters that stand one by one."""
    return b"slslsls" in text.encode("ascii", "replace").translate(_SHAPES)


def without_gaps(text: str) -> tuple[str, list[Layer]]:
    """The text with words for four letters and more that stand one by one. Linear time."""
    if not is_spelled(text):
        return text, []
    text, layer = _LETTERS.apply(text)
    return text, [] if layer is None else [layer]
