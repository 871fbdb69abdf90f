"""Making known what a flow has met and left out: the flows themselves log nothing."""

import logging

from supportflow.flows.environment import Unreadable

__all__ = ["LOGGER", "make_known"]

LOGGER = "supportflow"
"""The name of the logger."""


def make_known(noticed: Unreadable) -> None:
    """Log what could not be read, and what was mended: ids and class names, never a word that somebody typed."""
    for stream, what in noticed.fresh():
        text = f"left out: {what}" if what else "was damaged, and is made anew from its events"
        logging.getLogger(LOGGER).warning("%s %s", stream, text)
