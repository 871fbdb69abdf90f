"""Scenarios of a few lines, for tests. A unit of time of a model is a minute."""

from supportflow.simulation import parse_scenario

ROUTING = {"acceptance": "direct", "routes": [{"name": "all", "language": "any"}]}


def iso(minutes):
    """A duration of so many minutes."""
    return f"PT{minutes * 60:.6f}S"


def scenario(minutes, per_minute, /, agents=1, service=1.0, *, policy=None, routing=None, **fields):
    """A desk of agents who are alike, with a tenth of the time to warm up."""
    given = {
        "name": "test",
        "lasts_for": iso(minutes),
        "warm_up": iso(minutes / 10),
        "first_reply": "never",
        "policy": {"routing": {**ROUTING, **(routing or {})}, **(policy or {})},
        "arrivals": {"per_hour": per_minute * 60},
        "service": {"mean": iso(service)},
        "team": [{"name": "a", "count": agents}],
        **fields,
    }
    return parse_scenario(given)


def agrees(estimate, exact, unit=60.0):
    """Whether the exact value, in units of so many seconds, is within three standard errors."""
    return abs(estimate.mean - exact * unit) <= 3 * estimate.standard_error
