"""Probes over HTTP, and the page of metrics."""

import http.client
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from supportflow import Tick
from supportflow.events import SlaBreached
from supportflow.exceptions import MissingExtra
from supportflow.model.people import SYSTEM
from supportflow.worker import Status
from supportflow.worker.metrics import Meters, prometheus
from supportflow.worker.probes import Probes


@pytest.fixture
def status():
    found = Status()
    found.enter("working")
    return found


def ask(port: int, path: str, method: str = "GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_a_worker_that_works_is_alive_and_ready(status):
    status.count(Tick(tickets=3, delivered=2))
    with Probes(status, "127.0.0.1", 0) as probes:
        for path in ("/live", "/ready", "/ready?verbose"):
            answer, body = ask(probes.port, path)
            assert answer.status == 200
            assert answer.headers["Content-Type"] == "application/json"
            told = json.loads(body)
            assert (told["ok"], told["state"], told["tickets"]) == (True, "working", 3)


@pytest.mark.parametrize("state", ["starting", "failing", "stopping"])
def test_one_that_does_not_work_is_alive_but_not_ready(status, state):
    status.enter(state)
    with Probes(status, "127.0.0.1", 0) as probes:
        assert ask(probes.port, "/live")[0].status == 200
        answer, body = ask(probes.port, "/ready")
        assert answer.status == 503
        assert json.loads(body)["state"] == state


def test_one_that_is_stuck_is_not_alive():
    moments = iter([0.0, 0.0, 1e6, 1e6, 1e6, 1e6])
    stuck = Status(monotonic=lambda: next(moments))
    stuck.enter("working")
    with Probes(stuck, "127.0.0.1", 0) as probes:
        assert ask(probes.port, "/live")[0].status == 503
        assert ask(probes.port, "/ready")[0].status == 503


def test_head_has_no_body_and_other_paths_are_not_there(status):
    with Probes(status, "127.0.0.1", 0) as probes:
        answer, body = ask(probes.port, "/live", "HEAD")
        assert (answer.status, body) == (200, b"")
        for path in ("/", "/metrics", "/live/x", "/../etc/passwd"):
            assert ask(probes.port, path)[0].status == 404
        assert ask(probes.port, "/live", "POST")[0].status == 501


def test_a_port_that_is_taken_is_an_error(status):
    with Probes(status, "127.0.0.1", 0) as probes, pytest.raises(OSError, match="in use"):
        Probes(status, "127.0.0.1", probes.port)


def breach(after_s: float, *, late: bool = False) -> SlaBreached:
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    return SlaBreached(
        recorded_at=at, by=SYSTEM, ticket_id="t", clock="g/first_response#1", sla="g", target="first_response",
        metric="first_response", milestone="breach", passed=1, reached_at=at, late=late,
        detected_at=at + timedelta(seconds=after_s),
    )  # fmt: skip


def test_the_page_for_prometheus_has_what_the_worker_did(status):
    meter, page = prometheus()
    meters = Meters(status, meter)
    tick = Tick(
        events=(breach(0.3), breach(4.0), breach(9e6, late=True)),
        tickets=7,
        delivered=3,
        retried=2,
        dead=1,
        failed=("t-9",),
    )
    status.count(tick)
    status.count_failure("StoreError")
    meters.observe(tick, 0.02)
    with Probes(status, "127.0.0.1", 0, page) as probes:
        answer, body = ask(probes.port, "/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    lines = body.decode().splitlines()
    for line in (
        "supportflow_rounds_total 1.0",
        "supportflow_tickets_total 7.0",
        "supportflow_tickets_failed_total 1.0",
        'supportflow_deliveries_total{outcome="delivered"} 3.0',
        'supportflow_deliveries_total{outcome="retried"} 2.0',
        'supportflow_deliveries_total{outcome="dead"} 1.0',
        'supportflow_events_total{kind="sla_breached"} 3.0',
        'supportflow_rounds_failed_total{error="StoreError"} 1.0',
        "supportflow_ready 1.0",
        "supportflow_round_duration_seconds_count 1.0",
        'supportflow_wakeup_lag_seconds_bucket{kind="sla_breached",le="0.5"} 1.0',
        'supportflow_wakeup_lag_seconds_bucket{kind="sla_breached",le="5.0"} 2.0',
        'supportflow_wakeup_lag_seconds_count{kind="sla_breached"} 2.0',
    ):
        assert line in lines, body.decode()
    assert "t-9" not in body.decode()


def test_two_pages_do_not_know_each_other(status):
    (one, first), (_, second) = prometheus(), prometheus()
    Meters(status, one)
    assert b"supportflow_rounds" in first()[1]
    assert b"supportflow" not in second()[1]


def test_without_a_provider_of_the_host_measuring_is_free_of_effects(status):
    Meters(status).observe(Tick(events=(breach(1.0),)), 0.1)


LOADED = """
import sys
import supportflow, supportflow.cli, supportflow.worker
print([name for name in sys.modules if name.split(".")[0] in {"opentelemetry", "prometheus_client", "sqlalchemy"}])
"""


def test_nobody_loads_metrics_who_does_not_ask_for_them():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("absent", ["opentelemetry.metrics", "opentelemetry.exporter.prometheus"])
def test_a_missing_extra_says_how_to_get_it(status, absent, monkeypatch):
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(MissingExtra) as missing:
        Meters(status) if absent.endswith("metrics") else prometheus()
    assert "supportflow[metrics]" in str(missing.value)
