"""How the shop's desk works, with a clock that tests can set."""

from datetime import timedelta

from supportflow import Policy, SlaPolicy, Target
from supportflow.system import SystemClock

HEARD = []


class Clock(SystemClock):
    """The system's clock, moved by tests."""

    ahead = timedelta()

    def now(self):
        return super().now() + self.ahead


CLOCK = Clock()


def policy():
    first = Target.first_response(hours=1, warn_at=["50%"])
    return Policy(sla=[SlaPolicy(name="shop", targets=[first, Target.resolution(hours=8)])])


def heard(event):
    HEARD.append(event)
