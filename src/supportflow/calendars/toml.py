"""A TOML writer for calendar documents; the standard library only reads."""

import json
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["write_toml"]


def _text(value: str) -> str:
    # JSON's escapes are TOML's, but for the one control character that JSON leaves bare.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name, re.ASCII) else _text(name)


def _value(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    raise TypeError(f"a calendar document holds no {type(value).__name__}")


def write_toml(document: Mapping[str, Any]) -> str:
    """A document of texts, whole numbers, lists and tables as TOML, tables one entry a line."""
    flat = [f"{key} = {_value(item)}" for key, item in document.items() if not _is_table(item)]
    for key, item in document.items():
        if isinstance(item, Mapping):
            flat += ["", f"[{key}]", *(f"{_key(name)} = {_value(entry)}" for name, entry in item.items())]
        elif _is_table(item):
            for entry in item:
                flat += [
                    "",
                    f"[[{key}]]",
                    *(f"{name} = {_value(part)}" for name, part in entry.items() if part is not None),
                ]
    return "\n".join(flat) + "\n"


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and bool(value) and all(isinstance(entry, Mapping) for entry in value)
    )
