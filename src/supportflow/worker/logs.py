"""The worker's log: one JSON object a line, of events from a fixed list, with ids, numbers and class names.

No message of an exception is ever written: a database's or a handler's words can repeat what a customer typed.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

__all__ = ["LOGGER", "JsonLines", "say"]

LOGGER = "supportflow.worker"
"""The name of the logger."""
_ATTRIBUTE = "supportflow"
_MOST_IDS = 20
_ID = re.compile(r"[0-9A-Za-z_.:-]{1,100}")


def say(level: int, event: str, **facts: float | str | tuple[str, ...]) -> None:
    """Write a line.

    Args:
        level: As in `logging`.
        event: What happened, two or three fixed words.
        **facts: Numbers, ids, names of classes.
    """
    shown = " ".join(f"{name}={_plain(value)}" for name, value in facts.items())
    # The text is for hosts that format logs in their own way; it has the same facts and no others.
    logging.getLogger(LOGGER).log(
        level, "%s", f"{event} {shown}".rstrip(), extra={_ATTRIBUTE: {"event": event, **facts}}
    )


def _plain(value: object) -> object:
    """A value as it may stand in a log: numbers, and what is certainly an id; of many ids the first ones."""
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value[:_MOST_IDS]]
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if _ID.fullmatch(text) else "?"


class JsonLines(logging.Formatter):
    """Formats what `say` says; of any other record the level and the logger's name alone, since its words are not ours."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "logger": record.name}
        facts = getattr(record, _ATTRIBUTE, None)
        if isinstance(facts, dict):
            line["event"] = facts.get("event")
            line |= {name: _plain(value) for name, value in facts.items() if name != "event"}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line)
