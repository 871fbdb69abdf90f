"""Who works at the desk of an exchange: three continents, twenty languages, a bot."""

from supportflow.cli.demo.words import LANGUAGES
from supportflow.model.people import Agent

__all__ = ["BOT", "CONTINENTS", "team"]

BOT = "bot"
CONTINENTS = ("asia", "europe", "americas")
_OTHERS = LANGUAGES[2:]
_EVERYTHING = {"payments": 2, "trading": 2, "accounts": 2, "technical": 2}


def team(tickets: int) -> list[Agent]:
    """A team for so many tickets a day: on each continent agents, and a few of compliance.

    Each agent writes English and two other languages, every second one Chinese; each third knows account security,
    every second one disputes, and these write more, so that on each continent there is somebody for every language.
    """
    size = max(14, tickets // 200)
    agents = [Agent(BOT, tiers=["bot"], languages=LANGUAGES, capacity=1_000_000)]
    for continent in CONTINENTS:
        agents += [_agent(continent, number) for number in range(size)]
        agents += [_compliance(continent, number) for number in range(max(3, size // 8))]
    return agents


def _agent(continent: str, number: int) -> Agent:
    skills = dict(_EVERYTHING)
    groups = ["front", "payments"]
    more: tuple[str, ...] = ()
    # Security comes before everything, and disputes before everything general: on each continent somebody can read
    # them, in whatever language.
    if number % 3 == 0:
        skills["account_security"] = 3
        groups.append("security")
        more += _some(4 * (number // 3), 4)
    if number % 4 in {1, 2}:  # of whom every second one writes Chinese
        skills["disputes"] = 2
        groups.append("disputes")
        more += _some(3 * (number // 4 * 2 + number % 4 - 1), 3)
    third = ("zh",) if number % 2 == 0 else (_OTHERS[(number + 9) % len(_OTHERS)],)
    return Agent(
        f"{continent}-{number + 1}",
        groups=groups,
        languages=tuple(dict.fromkeys(("en", _OTHERS[number % len(_OTHERS)], *third, *more))),
        skills=skills,
        shifts=[continent],
    )


def _some(first: int, how_many: int) -> tuple[str, ...]:
    return tuple(_OTHERS[(first + place) % len(_OTHERS)] for place in range(how_many))


def _compliance(continent: str, number: int) -> Agent:
    return Agent(
        f"{continent}-compliance-{number + 1}",
        tiers=["compliance"],
        groups=["compliance"],
        languages=("en", "zh", *_some(6 * number, 6)),
        skills={"compliance": 4},
        shifts=[continent],
    )
