"""The command `supportflow`: replay a log, see a demo, draw a lifecycle, check a policy, print a calendar's week."""

from supportflow.cli.app import main

__all__ = ["main"]
