"""A desk under load before it exists: seeded arrivals, agents who behave, the real kernel and the real floor."""

from supportflow.simulation.reading import load_scenario, parse_scenario, read_scenario
from supportflow.simulation.report import SimulationReport
from supportflow.simulation.running import simulate
from supportflow.simulation.scenario import Scenario
from supportflow.simulation.text import simulation_text

__all__ = [
    "Scenario",
    "SimulationReport",
    "load_scenario",
    "parse_scenario",
    "read_scenario",
    "simulate",
    "simulation_text",
]
