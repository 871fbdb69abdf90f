"""The file of a model: one JSON document of a known format, with tables of numbers as base64. Reading one runs nothing."""

import base64
import binascii
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from supportflow.exceptions import ModelError

__all__ = ["bits", "finite", "read_model", "table"]

Model = TypeVar("Model")


def read_model(
    content: bytes,
    made: Callable[[Mapping[str, Any], str], Model],
    *,
    form: str,
    version: int,
    most: int,
    name: str,
) -> Model:
    """Read a model from the bytes of its file.

    Args:
        content: The file.
        made: Makes the model of the document and the fingerprint; a `KeyError`, `OverflowError`, `TypeError` or `ValueError`
            of it says what is wrong with the document.
        form: What the file must say of its format.
        version: The version that can be read.
        most: Largest file, in bytes.
        name: The file's name, for errors.

    Raises:
        ModelError: If it is no such model.
    """
    if len(content) > most:
        raise ModelError([f"{name}: is larger than {most:,} bytes"])
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise ModelError([f"{name}: is not JSON"]) from None
    if not isinstance(document, dict) or document.get("format") != form:
        raise ModelError([f"{name}: format: is not {form!r}"])
    if document.get("version") != version or isinstance(document["version"], bool):
        raise ModelError([f"{name}: version: {document.get('version')!r} cannot be read, only {version}"])
    try:
        return made(document, hashlib.sha256(content).hexdigest())
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        # What a number, a list or a name should have been, and is not.
        what = f"lacks {error.args[0]!r}" if isinstance(error, KeyError) else str(error) or "cannot be read"
        raise ModelError([f"{name}: {what}"]) from None


def bits(document: Mapping[str, Any], allowed: range) -> int:
    """To how many bits a model hashes.

    Raises:
        ValueError: If it is no whole number of those that are allowed.
    """
    found = document["bits"]
    if isinstance(found, bool) or not isinstance(found, int) or found not in allowed:
        raise ValueError(f"bits: is no whole number from {allowed[0]} to {allowed[-1]}")
    return found


def finite(numbers: Iterable[object]) -> bool:
    """Whether all are numbers, none of them without end."""
    return all(
        isinstance(one, int | float) and not isinstance(one, bool) and math.isfinite(one) for one in numbers
    )


def table(text: object, size: int, name: str) -> bytes:
    """The bytes of a table from base64.

    Raises:
        ValueError: If it is no base64 of so many bytes.
    """
    try:
        raw = base64.b64decode(text if isinstance(text, str) else b"-", validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{name}: is not base64") from None
    if len(raw) != size:
        raise ValueError(f"{name}: has {len(raw)} bytes, not {size}")
    return raw
