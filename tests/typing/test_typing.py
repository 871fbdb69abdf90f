"""What the type checker accepts must also run. `.ci/run` checks the types of both files beside this one."""

import runpy
from pathlib import Path

HERE = Path(__file__).resolve().parent


def test_what_is_accepted_runs() -> None:
    main = runpy.run_path(str(HERE / "accepted.py"))["main"]

    assert main() == ["ticket_opened", "clocks_moved", "reply_sent", "sla_judged", "status_changed"]
