"""Cases are replayed on values. A desk with a store, told the same, has the same events and tickets to the last byte."""

from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportflow import Desk, MemoryStore, Policy
from supportflow.exceptions import SupportflowError
from supportflow.flows.rows import event_row
from supportflow.model.written import written
from supportflow.policy import read_policy
from supportflow.replay import LogMapping, load_mapping, read_log
from supportflow.replay.casewise import TENANT, CaseRunner, _CaseDesk
from supportflow.replay.reading import Row
from supportflow.testing import CountingIds

POLICIES = Path(__file__).parents[2] / "examples" / "policies"
START_US = 1_772_442_000_000_000
STATUSES = ("new", "open", "pending", "on_hold", "resolved", "closed", "cancelled")
WORDS = ("", "Where is my money?", "My account was hacked, my password was Tr0ub4dor&3")
POLICY = Policy.model_validate(
    {
        "auto_close_after": "P1D",
        "sla": [
            {
                "name": "high",
                "when": {"field": "level", "le": 2},
                "targets": [
                    {"metric": "first_response", "minutes": 30, "warn_at": [0.5]},
                    {"metric": "resolution", "hours": 4, "overdue": {"every": "PT1H", "times": 2}},
                ],
            },
            {
                "name": "all",
                "targets": [
                    {"metric": "resolution", "hours": 8, "warn_at": [0.75], "reopen": "resume"},
                    {"metric": "time_to_own", "hours": 1},
                ],
            },
        ],
    }
)
MAPPING = LogMapping.model_validate(
    {
        "name": "random",
        "case": "id",
        "order": "file",
        "agent": "who",
        "text": "words",
        "time": {"column": "at"},
        "state": {
            "column": "state",
            "statuses": {f"{status}{said}": status for status in STATUSES for said in ("", "+", "-")},
            "replied": [f"{status}+" for status in STATUSES],
            "requester_wrote": [f"{status}-" for status in STATUSES],
        },
    }
)


class Silent:
    """A watcher that looks at nothing."""

    def recorded(self, row, events, /):
        pass

    def observed(self, row, events, /):
        pass

    def problem(self, problem, /):
        pass


class Twin(_CaseDesk):
    """Tells a desk with a store of its own everything that it is told."""

    def __init__(self, policy, clock):
        super().__init__(policy, clock)
        self._clock, self._told_policy = clock, policy
        self.begin()

    def begin(self):
        self.store = MemoryStore()
        self.durable = Desk(
            self._told_policy, store=self.store, clock=self._clock, ids=CountingIds(), tenant=TENANT
        )

    def handle(self, command):
        try:
            self.durable.handle(command)
        except SupportflowError as error:
            with pytest.raises(type(error)):
                super().handle(command)
            raise
        return super().handle(command)


def runner(policy, mapping, end_us, monkeypatch):
    monkeypatch.setattr("supportflow.replay.casewise._CaseDesk", Twin)
    return CaseRunner(mapping, policy, end_us, Silent())


def compare(cases, rows):
    """Replay a case on both, each with fresh ids, and compare what they have."""
    cases.desk.begin()
    cases.desk._ports["ids"] = CountingIds()
    ticket = cases.case(rows)
    if ticket is None:
        return 0
    stored = cases.desk.store.events(TENANT, f"ticket:{ticket.id}")
    assert [event_row(seq, one) for seq, one in enumerate(cases.desk.held.events(ticket.id), 1)] == list(
        stored
    )
    row = cases.desk.store.load(TENANT, ticket.id)
    assert written(cases.desk.held.tickets[ticket.id]) == row.snapshot
    assert row.wakeup_us == cases.desk.wakeup_us(ticket)
    held = cases.desk.held.contents
    assert dict(cases.desk.store.contents(TENANT, held)) == held
    return len(stored)


def row_at(number, at_us, state, agent, level, words):
    return Row(
        line=number + 2, case="1", order=(number, 0), at_us=at_us, state=state, status=state.rstrip("+-"), opened="",
        actor="", agent=agent, group="", requester="", level=level, priority_class=None, outcome="", attributes={},
        text=words,
    )  # fmt: skip


rows = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 60, 1_800, 3_600, 40_000, 200_000]),
        st.sampled_from(STATUSES),
        st.sampled_from(["", "+", "-"]),
        st.sampled_from(["", "sam", "eve"]),
        st.sampled_from([None, 1, 3]),
        st.sampled_from(WORDS),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25)
@given(rows)
def test_a_random_case_has_the_same_events_as_on_a_desk_with_a_store(told):
    at_us, log = START_US, []
    for number, (seconds, status, said, agent, level, words) in enumerate(told):
        at_us += seconds * 1_000_000
        log.append(row_at(number, at_us, f"{status}{said}", agent, level, words))
    with pytest.MonkeyPatch.context() as patch:
        cases = runner(POLICY, MAPPING, at_us + 100_000_000_000, patch)
        assert compare(cases, log) >= 1


def test_a_piece_of_the_servicenow_log_has_the_same_events(shared_data, monkeypatch):
    mapping = load_mapping("servicenow_uci")
    log = read_log(shared_data / "uci_incident.csv.gz", mapping)
    end_us = max(row.at_us for case in log.cases.values() for row in case)
    cases = runner(read_policy(POLICIES / "servicenow_uci.toml"), mapping, end_us, monkeypatch)
    events = [compare(cases, case) for case in islice(log.cases.values(), 0, None, 170)]
    assert min(events) >= 1
    assert sum(events) > 5 * len(events)
