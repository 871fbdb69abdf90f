"""The long-running process around a desk: `supportflow worker`, or `Worker(desk).run()` in a process of your own."""

from supportflow.worker.loop import Worker
from supportflow.worker.pace import Pace
from supportflow.worker.status import State, Status

__all__ = ["Pace", "State", "Status", "Worker"]
