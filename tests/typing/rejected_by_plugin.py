"""Mistakes that mypy finds with the plugin of pydantic; without it, they are errors when they run."""

from supportflow import Desk
from supportflow.events import SlaBreached


def frozen(desk: Desk, event: SlaBreached) -> None:
    """Change what nobody changes."""
    desk.get(ref="1").status = "closed"  # type: ignore[misc]
    event.recorded_at = event.detected_at  # type: ignore[misc]
