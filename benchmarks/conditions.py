"""How long many conditions take, against one bare trigger of the state machine library, in one run.

    python benchmarks/conditions.py

Prints medians of several rounds that take turns, so that a busy machine slows all of them alike. Exits with
status 1 if 300 rules take more than 1.5 times as long as 30, or more than 0.4 of a bare trigger, or if exact
verification of 300 rules takes more than two seconds.
"""

import gc
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from time import perf_counter

from transitions import Machine

from supportflow.conditions import (
    Condition,
    ConditionIndex,
    Fields,
    FieldSpec,
    compile_condition,
    evaluate,
    shadowing,
    uncovered,
)

ROUNDS = 15
RECORDS = 1000

CATEGORIES = (
    "security", "dispute", "kyc", "deposit", "withdrawal", "p2p", "trading", "fees", "api", "card", "earn",
    "tax", "general",
)  # fmt: skip
CHANNELS = ("chat", "phone", "email", "social", "in_app", "self_service")
LANGUAGES = (
    "en", "zh", "es", "pt", "ru", "vi", "tr", "id", "ko", "ja", "ar", "fr", "de", "it", "pl", "uk", "th",
    "hi", "bn", "nl",
)  # fmt: skip
TAGS = (
    "account_takeover", "phishing", "frozen", "chargeback", "wrong_network", "lost_2fa", "press", "regulator",
    "whale", "bug", "refund", "duplicate",
)  # fmt: skip

FIELDS = Fields(
    {
        "category": FieldSpec.choice(*CATEGORIES),
        "channel": FieldSpec.choice(*CHANNELS),
        "language": FieldSpec.choice(*LANGUAGES),
        "amount": FieldSpec.number(minimum=0, nullable=True),
        "sentiment": FieldSpec.number(minimum=-1, maximum=1),
        "reopens": FieldSpec.integer(minimum=0),
        "vip": FieldSpec.boolean(),
        "tags": FieldSpec.tags(),
    }
)


def record(rng: random.Random) -> dict[str, object]:
    return {
        "category": rng.choice(CATEGORIES),
        "channel": rng.choice(CHANNELS),
        "language": rng.choice(LANGUAGES),
        "amount": None if rng.random() < 0.1 else round(rng.paretovariate(1.1) * 50, 2),
        "sentiment": rng.uniform(-1, 1),
        "reopens": rng.randrange(4),
        "vip": rng.random() < 0.03,
        "tags": rng.sample(TAGS, rng.randrange(4)),
        "subject": "not looked at",
    }


def comparison(rng: random.Random) -> Condition:
    return rng.choice(
        [
            lambda: Condition(field="category", eq=rng.choice(CATEGORIES)),
            lambda: Condition(field="channel", in_=tuple(rng.sample(CHANNELS, 2))),
            lambda: Condition(field="language", in_=tuple(rng.sample(LANGUAGES, 5))),
            lambda: Condition(field="amount", ge=rng.choice([100, 999.95, 10_000])),
            lambda: Condition(field="sentiment", le=rng.choice([-0.5, 0])),
            lambda: Condition(field="reopens", ge=rng.randrange(1, 4)),
            lambda: Condition(field="vip", eq=True),
            lambda: Condition(field="tags", has_any=(rng.choice(TAGS),)),
            lambda: ~Condition(field="category", eq=rng.choice(CATEGORIES)),
        ]
    )()


def rule(rng: random.Random) -> Condition:
    """Three comparisons of different fields; in one rule of ten, one of them is a choice of two."""
    chosen: dict[str | None, Condition] = {}
    while len(chosen) < 3:
        one = comparison(rng)
        chosen[next(one.comparisons()).field] = one
    parts = list(chosen.values())
    if rng.random() < 0.1:
        parts[0] |= comparison(rng)
    return Condition(all=tuple(parts))


class Attempt:
    """The least that a trigger can be fired on."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def bare_trigger() -> Callable[[], object]:
    states = ["new", "open", "pending", "on_hold", "resolved", "closed", "cancelled"]
    machine = Machine(model=None, states=states, initial=None, auto_transitions=False, send_event=True)
    machine.add_transition("take", "new", "open")
    for source in states[:4]:
        machine.add_transition("resolve", source, "resolved")
    event = machine.events["take"]
    return lambda: event.trigger(Attempt("new"))


def microseconds(work: Callable[[], object], times: int) -> float:
    gc.disable()
    start = perf_counter()
    work()
    spent = perf_counter() - start
    gc.enable()
    return spent / times * 1e6


def over(
    judge: Callable[[dict[str, object]], object], records: Sequence[dict[str, object]]
) -> Callable[[], None]:
    def work() -> None:
        for one in records:
            judge(one)

    return work


def main() -> int:
    rng = random.Random(7)
    records = [record(rng) for _ in range(RECORDS)]
    few, many = [rule(rng) for _ in range(30)], [rule(rng) for _ in range(300)]
    index_few, index_many = ConditionIndex(few, FIELDS), ConditionIndex(many, FIELDS)
    closures = [compile_condition(condition, FIELDS) for condition in many]
    for one in records[:200]:
        expected = tuple(i for i, condition in enumerate(many) if evaluate(condition, one))
        assert index_many.all(one) == expected
        assert tuple(i for i, holds in enumerate(closures) if holds(one)) == expected
    trigger = bare_trigger()
    assert trigger()

    def triggers() -> None:
        for _ in range(RECORDS):
            trigger()

    contenders = {
        "bare trigger": triggers,
        "30 rules, all matches": over(index_few.matches, records),
        "300 rules, all matches": over(index_many.matches, records),
        "300 rules, first match": over(index_many.first, records),
        "1 rule, compiled": over(closures[0], records),
        "1 rule, interpreted": over(lambda one: evaluate(many[0], one), records),
    }
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(ROUNDS):
        for name, work in contenders.items():
            times[name].append(microseconds(work, RECORDS))
    median = {name: statistics.median(each) for name, each in times.items()}
    for name, value in median.items():
        print(f"{name:26s} {value:8.2f} µs")

    start = perf_counter()
    dead = shadowing(many, FIELDS)
    gap = uncovered(many, FIELDS)
    verified = perf_counter() - start
    assert not dead.undecided
    print(f"300 rules verified in {verified:.2f} s: {len(dead.dead)} dead, gap at {gap}")

    grows = median["300 rules, all matches"] / median["30 rules, all matches"]
    share = median["300 rules, first match"] / median["bare trigger"]
    print(f"300 rules / 30 rules       {grows:8.2f}   (at most 1.5)")
    print(f"300 rules / bare trigger   {share:8.2f}   (at most 0.4)")
    print(f"verification               {verified:8.2f} s (at most 2)")
    return 0 if grows <= 1.5 and share <= 0.4 and verified <= 2 else 1


if __name__ == "__main__":
    sys.exit(main())
