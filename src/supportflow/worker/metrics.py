"""Metrics through the OpenTelemetry API, and a page of them for Prometheus. Needs the extra `metrics`.

Nothing here is imported before metrics are asked for.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from supportflow.events import SlaBreached, SlaWarned
from supportflow.exceptions import MissingExtra
from supportflow.flows import Tick
from supportflow.worker.status import Status

if TYPE_CHECKING:
    from opentelemetry.metrics import CallbackOptions, Meter, Observation

__all__ = ["Meters", "prometheus"]

_SCOPE = "supportflow.worker"
_ROUND_S = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 60.0)
_LAG_S = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0, 300.0, 3_600.0)
_DELIVERIES = ("delivered", "retried", "dead")


class Meters:
    """What a worker measures. Names of events and of classes of errors are the only labels.

    Args:
        status: What it reads its counts from.
        meter: Where the instruments are made; by default the one of the meter provider that the host has set up.

    Raises:
        MissingExtra: If OpenTelemetry is not installed.
    """

    def __init__(self, status: Status, meter: "Meter | None" = None) -> None:
        try:
            from opentelemetry.metrics import Observation, get_meter  # noqa: PLC0415 - optional
        except ImportError:
            raise MissingExtra("metrics", "measuring a worker") from None
        meter = get_meter(_SCOPE) if meter is None else meter
        self._observation: type[Observation] = Observation

        def count(name: str) -> Callable[[], int]:
            return lambda: status.counts.get(name, 0)

        def labelled(
            read: Callable[[], Any], label: str
        ) -> Callable[["CallbackOptions"], "list[Observation]"]:
            return lambda _: [Observation(number, {label: key}) for key, number in read().items()]

        for name, key, text in (
            ("supportflow.rounds", "rounds", "Rounds that went well"),
            ("supportflow.tickets", "tickets", "Tickets that were due"),
            ("supportflow.tickets.failed", "tickets_failed", "Tickets that could not be advanced"),
            ("supportflow.offers", "offered", "Tickets offered to agents"),
        ):
            meter.create_observable_counter(name, [self._reads(count(key))], description=text)
        meter.create_observable_counter(
            "supportflow.deliveries",
            [labelled(lambda: {one: status.counts.get(one, 0) for one in _DELIVERIES}, "outcome")],
            description="Deliveries by what became of them",
        )
        meter.create_observable_counter(
            "supportflow.events",
            [labelled(lambda: status.kinds, "kind")],
            description="Events that time brought",
        )
        meter.create_observable_counter(
            "supportflow.rounds.failed",
            [labelled(lambda: status.errors, "error")],
            description="Rounds that ended in an error",
        )
        for name, read, text in (
            ("supportflow.ready", lambda: int(status.ready), "1 while rounds go well"),
            ("supportflow.unreadable", count("unreadable"), "Tickets and agents that cannot be read"),
        ):
            meter.create_observable_gauge(name, [self._reads(read)], description=text)
        self._round = meter.create_histogram(
            "supportflow.round.duration",
            unit="s",
            description="How long a round took",
            explicit_bucket_boundaries_advisory=_ROUND_S,
        )
        self._lag = meter.create_histogram(
            "supportflow.wakeup.lag",
            unit="s",
            description="From when a warning or breach was true until it was noticed",
            explicit_bucket_boundaries_advisory=_LAG_S,
        )

    def _reads(self, read: Callable[[], int]) -> Callable[["CallbackOptions"], "Iterable[Observation]"]:
        return lambda _: [self._observation(read())]

    def observe(self, tick: Tick, seconds: float) -> None:
        """Measure a round; a `Worker` calls it."""
        self._round.record(seconds)
        for event in tick.events:
            # What lay in the past when its clock was attached says nothing about this worker.
            if isinstance(event, SlaWarned | SlaBreached) and not event.late:
                lag = event.detected_at - event.reached_at
                self._lag.record(lag.total_seconds(), {"kind": event.kind})


def prometheus() -> tuple["Meter", Callable[[], tuple[str, bytes]]]:
    """A meter of its own and what it measured, as a page for Prometheus.

    A host that has set up OpenTelemetry itself needs none: its meter provider sends the metrics where the host wants them.

    Raises:
        MissingExtra: If the exporter is not installed.
    """
    try:
        from opentelemetry.exporter.prometheus import PrometheusMetricReader  # noqa: PLC0415 - optional
        from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415 - optional
        from prometheus_client import CollectorRegistry  # noqa: PLC0415 - optional
        from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest  # noqa: PLC0415 - optional
    except ImportError:
        raise MissingExtra("metrics", "a page of metrics for Prometheus") from None
    registry = CollectorRegistry()
    reader = PrometheusMetricReader(disable_target_info=True, scope_info_enabled=False, registry=registry)
    meter = MeterProvider([reader]).get_meter(_SCOPE)
    return meter, lambda: (CONTENT_TYPE_LATEST, generate_latest(registry))
