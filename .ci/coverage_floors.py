"""Branch coverage by room, against the floors. A floor only ever rises.

Usage: coverage_floors.py COVERAGE_JSON
"""

import json
import sys
from collections import Counter
from pathlib import Path

FLOORS = {"core": 98.0, "adapters": 90.0}
"""Tier → the least share of lines and branches that tests must run, in percent."""

CORE = {
    "_callers", "_dataclass", "_files", "_late", "_legible", "_marks", "_time", "_version", "calendars",
    "conditions", "escalation", "events", "exceptions", "flows", "kernel", "lifecycle", "model", "policy", "ports",
    "records", "routing", "sla", "texts", "triage",
}  # fmt: skip
ADAPTERS = {
    "__init__", "_forks", "_kept", "aio", "bot", "channels", "cli", "contrib", "desk", "driving", "languages", "learn",
    "notary", "replay", "reports", "simulation", "staffing", "stores", "system", "takeover", "testing", "whatif", "worker",
}  # fmt: skip


def room_of(path: str) -> str:
    """The room of a measured file."""
    parts = Path(path).parts
    below = parts[len(parts) - parts[::-1].index("supportflow") :]
    return below[0].removesuffix(".py")


def share(counts: Counter[str]) -> float:
    """Lines and branches that were run, in percent of all."""
    return 100.0 * counts["run"] / counts["all"] if counts["all"] else 100.0


def main(report: str) -> int:
    """Print the table; 1 if a tier is below its floor or a room has none."""
    rooms: dict[str, Counter[str]] = {}
    for path, measured in json.loads(Path(report).read_text("utf-8"))["files"].items():
        summary = measured["summary"]
        rooms.setdefault(room_of(path), Counter()).update(
            run=summary["covered_lines"] + summary["covered_branches"],
            all=summary["num_statements"] + summary["num_branches"],
        )

    unknown = sorted(set(rooms) - CORE - ADAPTERS)
    for room in unknown:
        print(f"room {room!r} has no floor: name it in {Path(__file__).name}")
    failed = bool(unknown) or not rooms
    for tier, members in (("core", CORE), ("adapters", ADAPTERS)):
        total: Counter[str] = Counter()
        for room in sorted(members & set(rooms)):
            total += rooms[room]
            print(f"  {room:<12} {share(rooms[room]):6.2f} % of {rooms[room]['all']}")
        low = share(total) < FLOORS[tier]
        failed = failed or low
        print(f"{tier:<14} {share(total):6.2f} %, floor {FLOORS[tier]} %{'  TOO LOW' if low else ''}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
