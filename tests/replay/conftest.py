"""Small logs, written as a test needs them."""

import csv
import os
from pathlib import Path

import pytest

from supportflow.policy.read.policies import read_policy
from supportflow.replay import LogMapping, load_mapping, read_log, replay_log
from unmeasured import unmeasured

SERVICENOW = Path(__file__).parents[2] / "examples" / "policies" / "servicenow_uci.toml"
MAPPING = {
    "name": "small",
    "case": "id",
    "order": "file",
    "agent": "who",
    "time": {"column": "at"},
    "state": {
        "column": "state",
        "statuses": {
            "New": "new",
            "Work": "open",
            "Wait": "pending",
            "Done": "resolved",
            "Shut": "closed",
        },
    },
}
HEADER = ("id", "at", "state", "who")


@pytest.fixture
def mapping():
    """The mapping of the small logs, with changes."""

    def make(**changes):
        return LogMapping.model_validate({**MAPPING, **changes})

    return make


@pytest.fixture
def written(tmp_path):
    """Writes a log of rows, or of raw bytes, and gives its path."""

    def write(rows, header=HEADER, name="log.csv"):
        path = tmp_path / name
        if isinstance(rows, bytes):
            path.write_bytes(rows)
            return path
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
        return path

    return write


@pytest.fixture
def rows_at():
    """Rows of one case: a time of day (or day and time) and a state each."""

    def make(*moments, case="1", who="sam"):
        return [
            (case, f"2026-03-{time}:00Z" if "T" in time else f"2026-03-02T{time}:00Z", state, who)
            for time, state in moments
        ]

    return make


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real logs."""
    default = Path(__file__).parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("SUPPORTFLOW_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"no real logs at {folder}; set SUPPORTFLOW_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def servicenow_log(shared_data):
    """The ServiceNow log of the UCI."""
    return shared_data / "uci_incident.csv.gz"


@pytest.fixture(scope="session")
def servicenow(servicenow_log):
    """What the policy that was written for that log says of it. It takes long, and all its tests look at this one."""
    mapping = load_mapping("servicenow_uci")
    # A step that shares no factor with the ten of a decimal number meets every kind of case.
    with unmeasured():
        return replay_log(
            read_log(servicenow_log, mapping), mapping, read_policy(SERVICENOW), verify_every=17
        )


@pytest.fixture
def rows(rows_at):
    """Cases that are refused things, are reopened, close by themselves, and have bad rows."""
    found = []
    for n in range(12):
        found += rows_at(
            ("09:00", "New"), (f"1{n % 4}:30", "Done"), ("15:00", "Work"), ("16:00", "Shut"), case=f"a{n}"
        )
        found += rows_at(("09:00", "Shut"), (f"1{n % 5}:00", "New"), ("08:00", "Wait"), case=f"b{n}")
        found += rows_at(("09:00", "What"), ("10:00", "New"), case=f"c{n}", who="x" * (n * 40))
        found += rows_at(("09:00", "Strange"), case=f"d{n}")
    return found
