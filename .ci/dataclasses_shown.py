"""What the site is told of our `dataclass`: that it is the standard one, so that a class shows how it is made.

Griffe reads sources without running them, and knows dataclasses by the path of their decorator.
"""

from typing import Any

import griffe

OURS, STANDARD = "supportflow._dataclass.dataclass", "dataclasses.dataclass"


class Dataclasses(griffe.Extension):
    """Takes every import of ours for one of the standard library's."""

    def on_alias_instance(self, *, alias: griffe.Alias, **_: Any) -> None:
        """An import has been read."""
        if alias.target_path == OURS:
            alias.target_path = STANDARD
