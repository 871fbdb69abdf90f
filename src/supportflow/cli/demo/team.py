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

    Each agent writes English and two other languages, every second one Chinese; each third knows account security, each
    fourth disputes.
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
    if number % 3 == 0:
        skills["account_security"] = 3
        groups.append("security")
    if number % 4 == 1:
        skills["disputes"] = 2
        groups.append("disputes")
    third = ("zh",) if number % 2 == 0 else (_OTHERS[(number + 9) % len(_OTHERS)],)
    return Agent(
        f"{continent}-{number + 1}",
        groups=groups,
        languages=("en", _OTHERS[number % len(_OTHERS)], *third),
        skills=skills,
        shifts=[continent],
    )


def _compliance(continent: str, number: int) -> Agent:
    return Agent(
        f"{continent}-compliance-{number + 1}",
        tiers=["compliance"],
        groups=["compliance"],
        languages=("en", "zh", _OTHERS[number % len(_OTHERS)]),
        skills={"compliance": 4},
        shifts=[continent],
    )
