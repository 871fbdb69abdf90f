"""A detector for Roundup's `detectors` folder: once a change of an issue is committed, the desk is told of it.

A reactor runs before the commit, and what it hears of can still be rolled back. What Roundup's database keeps in
`transactions` is called after it; but through that very database the words of a new message cannot be read even then.
"""

import logging
import os
import sys
from typing import Any

sys.path[:0] = os.environ["SLA_EXAMPLE"].split(os.pathsep)

import roundup_bridge  # noqa: E402 - found in the folder that is named there
from roundup.instance import open as open_tracker  # noqa: E402 - the same


def changed(db: Any, _class: Any, nodeid: Any, _before: Any) -> None:
    waits = [args[1] for method, args in db.transactions if method is committed]
    if nodeid not in waits:
        db.transactions.append((committed, (db, nodeid)))


def committed(db: Any, nodeid: Any) -> None:
    try:
        fresh = open_tracker(db.config.HOME).open("admin")
        try:
            roundup_bridge.tell(fresh, nodeid)
        finally:
            fresh.close()
    except Exception:
        logging.getLogger("roundup.sla").exception("issue%s was not told", nodeid)


def keep_due(db: Any, _class: Any, _nodeid: Any, newvalues: Any) -> None:
    """The due time is the desk's: what people write there is passed over."""
    if db.tx_Source != "sla":
        newvalues.pop("due", None)


def init(db: Any) -> None:
    db.issue.react("create", changed)
    db.issue.react("set", changed)
    db.issue.react("retire", changed)
    db.issue.react("restore", changed)
    db.issue.audit("create", keep_due)
    db.issue.audit("set", keep_due)
