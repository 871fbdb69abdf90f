"""Desks that do what a test tells them, round by round; and rounds that wait for nothing."""

from datetime import timedelta

from supportflow import Policy, Tick
from supportflow.worker import Pace

FAST = Pace(idle_min_s=0.001, idle_max_s=0.001, retry_min_s=0.001, retry_max_s=0.001)


class Scripted:
    """Answers each round with the next line of a script: a `Tick`, an error to raise, or a function to call first.

    When the script is over it stops the worker.
    """

    policy = Policy()

    def __init__(self, *script, ahead: float = 3_600.0) -> None:
        self.script = list(script)
        self.ahead = timedelta(seconds=ahead)
        self.worker = None
        self.asked = []
        self.rounds = 0

    def run_due(self, *, limit, stop):
        return self.round(limit, stop)

    def round(self, limit, stop):
        self.asked.append(("run_due", limit))
        self.rounds += 1
        if not self.script:
            self.worker.stop()
            assert stop()
            return Tick()
        line = self.script.pop(0)
        if isinstance(line, Exception):
            raise line
        return line() if callable(line) else line

    def idle_for(self, *, at_most):
        self.asked.append(("idle_for", at_most))
        return min(self.ahead, at_most)


class ScriptedAsync(Scripted):
    """The same, to be awaited."""

    async def run_due(self, *, limit, stop):
        return self.round(limit, stop)

    async def idle_for(self, *, at_most):
        return super().idle_for(at_most=at_most)


class Waits:
    """Takes the place of a bell's waiting; remembers how long each wait would have been."""

    def __init__(self, worker) -> None:
        self.seconds = []
        worker._bell.wait = self.seconds.append
