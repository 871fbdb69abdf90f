"""How long it takes to verify a policy, by the number of its rules.

    python benchmarks/policy_check.py

Prints medians of several rounds. Exits with status 1 if a policy of 300 rules takes more than two seconds. The last shape
has 1,200 conditions, to show how it grows.
"""

import gc
import random
import statistics
import sys
from time import perf_counter

from supportflow import BusinessCalendar, Condition, FieldSpec, Policy, PriorityRule, SlaPolicy, Target
from supportflow.policy.verify.policy import verify
from supportflow.triage.priority import LevelRule, OrderRule, PriorityPolicy

ROUNDS = 5
LIMIT_S = 2.0

CATEGORIES = tuple(f"category-{n}" for n in range(13))
CHANNELS = ("chat", "phone", "email", "social", "in_app", "web")
TAGS = tuple(f"tag-{n}" for n in range(12))
FIELDS = {
    "topic": FieldSpec.choice(*CATEGORIES),
    "amount": FieldSpec.number(minimum=0, nullable=True),
    "sentiment": FieldSpec.number(minimum=-1, maximum=1),
    "vip": FieldSpec.boolean(),
    "tags": FieldSpec.tags(),
}
CALENDARS = (
    BusinessCalendar.weekdays("09:00", "17:00", tz="Europe/Berlin", name="berlin"),
    BusinessCalendar.weekdays("10:00", "19:00", tz="Asia/Shanghai", name="shanghai"),
    BusinessCalendar.always(name="always"),
)


def comparison(rng: random.Random) -> Condition:
    return rng.choice(
        [
            lambda: Condition(field="topic", eq=rng.choice(CATEGORIES)),
            lambda: Condition(field="channel", in_=tuple(rng.sample(CHANNELS, 2))),
            lambda: Condition(field="amount", ge=rng.choice([100, 999.95, 10_000])),
            lambda: Condition(field="sentiment", le=rng.choice([-0.5, 0])),
            lambda: Condition(field="reopens", ge=rng.randrange(1, 4)),
            lambda: Condition(field="vip", eq=True),
            lambda: Condition(field="tags", has_any=(rng.choice(TAGS),)),
            lambda: ~Condition(field="topic", eq=rng.choice(CATEGORIES)),
        ]
    )()


def condition(rng: random.Random) -> Condition:
    """Three comparisons of different fields; in one rule of ten, one of them is a choice of two."""
    chosen: dict[str | None, Condition] = {}
    while len(chosen) < 3:
        one = comparison(rng)
        chosen[next(one.comparisons()).field] = one
    parts = list(chosen.values())
    if rng.random() < 0.1:
        parts[0] |= comparison(rng)
    return Condition(all=tuple(parts))


def sla_policy(rng: random.Random, number: int) -> SlaPolicy:
    calendar, other = rng.sample(CALENDARS, 2)
    return SlaPolicy(
        name=f"sla-{number}",
        when=condition(rng),
        calendar=calendar,
        targets=(
            Target.first_response(hours=rng.choice([1, 4]), when=Condition(field="vip", eq=True)),
            Target.first_response(hours=rng.choice([4, 8]), calendar=other),
            Target.resolution(hours=rng.choice([8, 24, 72])),
        ),
    )


def policy(priority: int, sla: int, places: int) -> Policy:
    rng = random.Random(priority + sla + places)
    return Policy(
        fields=FIELDS,
        rules=tuple(
            PriorityRule(name=f"r{n}", when=condition(rng), priority_class="general") for n in range(priority)
        ),
        sla=tuple(sla_policy(rng, n) for n in range(sla)),
        priority=PriorityPolicy(
            levels=tuple(LevelRule(name=f"l{n}", when=condition(rng), level=1) for n in range(places)),
            order=tuple(OrderRule(name=f"o{n}", when=condition(rng)) for n in range(places)),
        ),
    )


def main() -> int:
    shapes = {
        "30 mixed": policy(20, 6, 2),
        "300 mixed": policy(200, 60, 20),
        "300 priority rules": policy(300, 0, 0),
        "300 SLA policies, 900 targets": policy(0, 300, 0),
    }
    slowest = 0.0
    print(f"{'':<30} {'median':>10} {'findings':>9}")
    for name, document in shapes.items():
        verify(document)  # compiles the calendars, which every desk does once
        times = []
        for _ in range(ROUNDS):
            gc.collect()
            start = perf_counter()
            report = verify(document)
            times.append(perf_counter() - start)
        median = statistics.median(times)
        if len(document.sla) < 300:
            slowest = max(slowest, median)
        print(f"{name:<30} {median * 1000:>7.0f} ms {len(report.findings):>9}")
    return int(slowest > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
