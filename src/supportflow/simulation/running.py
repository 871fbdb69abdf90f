"""Running a scenario, once or several times."""

from collections.abc import Callable
from random import Random

from supportflow._time import MINUTE_US
from supportflow.exceptions import InvalidInput
from supportflow.simulation.plan import Plan
from supportflow.simulation.report import SimulationReport, report_of
from supportflow.simulation.scenario import Scenario
from supportflow.simulation.tally import Tally
from supportflow.simulation.world import World

__all__ = ["Progress", "simulate"]

Progress = Callable[[int, int], object]
"""Told how many simulated minutes are done, of how many."""


def simulate(
    scenario: Scenario, *, seed: int = 0, replications: int = 1, progress: Progress | None = None
) -> SimulationReport:
    """Run a scenario through the real kernel and the real floor.

    Args:
        scenario: The scenario, its policy in place (`read_scenario` puts it there).
        seed: The same seed gives the same report, to the last byte.
        replications: How many runs, each with random numbers of its own. With one, intervals come from the batches of its
            tickets; with more, from the runs.
        progress: Called as time passes.

    Raises:
        ScenarioError: If the scenario does not fit its policy.
        InvalidInput: If there are no replications.
        OSError: If the log that it names cannot be read.
    """
    if replications < 1:
        raise InvalidInput("replications", "is below 1")
    plan = Plan(scenario)
    minutes = max(plan.lasts_us // MINUTE_US, 1)
    runs: list[Tally] = []
    tickets = 0
    for number in range(replications):
        done = number * minutes

        def passing(at_us: int, done: int = done) -> None:
            if progress is not None:
                progress(done + min(at_us // MINUTE_US, minutes), minutes * replications)

        world = World(
            plan,
            Random(f"{seed}:{number}"),  # noqa: S311 - dice, not secrets
            passing if progress is not None else None,
        )
        runs.append(world.run())
        passing(plan.lasts_us)
        tickets += world.came
    return report_of(plan, seed, runs, tickets)
