"""From a policy file to a desk that follows it: check, look at what changes, take it into use.

Run it: python examples/deploy_policy.py      (needs the extra `sql`)
The same at a prompt: supportflow check FILE; supportflow diff OLD NEW; supportflow recompute --store URL --policy FILE
"""

import tempfile
from pathlib import Path

from supportflow import Desk, Policy, SqlStore, policy_diff
from supportflow.exceptions import PolicyError
from supportflow.policy import read_policy
from supportflow.testing import CountingIds, ManualClock

OLD = """
name = "desk"
edits = "now"  # this version reaches tickets that are open already
[[sla]]
name = "all"
targets = [{ name = "first_response", metric = "first_response", hours = 8 }]
"""
MISSPELT = OLD.replace("hours = 8", "hour = 2")
NEW = OLD.replace("hours = 8", "hours = 2")


def loaded(path: Path, text: str) -> Policy:
    path.write_text(text, "utf-8")
    return read_policy(path)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "policy.toml"
        old = loaded(path, OLD)
        clock = ManualClock("2026-03-02T09:00:00+00:00")
        with Desk(
            old,
            store=SqlStore(f"sqlite:///{folder}/desk.db?journal_mode=delete"),
            clock=clock,
            ids=CountingIds(),
        ) as desk:
            desk.open(ref="7", subject="Where is my order? 我的订单呢?", requester="ana")
            print(f"before: due {desk.clocks(ref='7')[0].due_at:%H:%M}")

            try:
                loaded(path, MISSPELT)
            except PolicyError as error:
                print(f"refused: {str(error).replace(folder, '.')}")

            new = loaded(path, NEW)
            for difference in policy_diff(old, new):
                print(f"changes: {difference.path}: {difference.old} -> {difference.new}")
            print(f"tickets that moved: {desk.use(new)}")
            print(f"after: due {desk.clocks(ref='7')[0].due_at:%H:%M}")


if __name__ == "__main__":
    main()
