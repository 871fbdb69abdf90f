"""A crash, three times: on an ordinary day, as the desk is staffed, and with ten colleagues on call.

Run it: python examples/simulate.py
"""

from datetime import timedelta
from pathlib import Path

from supportflow.simulation import Scenario, read_scenario, simulate
from supportflow.simulation.scenario import Team


def variants(crash: Scenario) -> dict[str, Scenario]:
    """The same day in three ways."""
    # Five hours are enough to see it: the crash begins after four, and the desk works on until all is done.
    crash = crash.model_copy(update={"lasts_for": timedelta(hours=5)})
    calm = crash.arrivals.model_copy(update={"bursts": ()})
    on_call = Team(name="on-call", count=10, languages=("en", "zh"), skills={"c2c": 2, "takeover": 2})
    return {
        "an ordinary day": crash.model_copy(update={"arrivals": calm}),
        "a crash": crash,
        "a crash, ten on call": crash.model_copy(update={"team": (*crash.team, on_call)}),
    }


def main() -> None:
    crash = read_scenario(Path(__file__).with_name("crash_day.toml"))
    print(
        f"{'':22}{'tickets':>8}{'security p95':>14}{'general p95':>13}{'abandoned':>11}{'most waiting':>14}"
    )
    for name, scenario in variants(crash).items():
        report = simulate(scenario, seed=1)
        security, general = report.of_class("security").waits, report.of_class("general").waits
        print(
            f"{name:22}{report.tickets:>8}{security.p95:>12.0f} s{general.p95:>11.0f} s"
            f"{report.abandoned:>11}{report.waiting_max:>14}"
        )


if __name__ == "__main__":
    main()
