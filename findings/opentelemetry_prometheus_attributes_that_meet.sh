#!/usr/bin/env bash
# OpenTelemetry's exporter for Prometheus (0.66b2): of two attributes whose names meet when they are spelt for Prometheus, one is lost.
#
# Prometheus has no dots in the names of labels, so `agent.tier` and `agent_tier` both become `agent_tier`. The specification of OpenTelemetry
# (Prometheus and OpenMetrics compatibility) has their values joined by ";". This exporter keeps one of the two, without a word.
# A gauge of unit "1" has no suffix either, where the Collector writes `_ratio`.
# Guessed: `agent_tier="first;second"`, and `busy_share_ratio`. Who is hurt: tickets of both spellings add up to a wrong sum in a dashboard, and a
# dashboard made for the Collector finds no `busy_share_ratio`. What to do: one spelling for attributes, units that say what is counted.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/env"
"$place/env/bin/pip" install --quiet --disable-pip-version-check 'opentelemetry-sdk==1.45.2' 'opentelemetry-exporter-prometheus==0.66b2' 'prometheus-client==0.26.0'
"$place/env/bin/python" -W ignore - <<'PY'
import sys
from importlib.metadata import version

from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from prometheus_client import REGISTRY, generate_latest

meter = MeterProvider([PrometheusMetricReader()]).get_meter("desk")
meter.create_gauge("open").set(3, {"agent.tier": "first", "agent_tier": "second"})
meter.create_gauge("busy.share", unit="1").set(0.5)
lines = generate_latest(REGISTRY).decode().splitlines()
seen = [line for line in lines if line.startswith(("open{", "busy_share"))]
print("opentelemetry-exporter-prometheus", version("opentelemetry-exporter-prometheus"))
for line in seen:
    print(line)

[busy, opened] = sorted(seen)
known = 'agent_tier="second"' in opened and "first" not in opened and busy.startswith("busy_share{")
if not known:
    sys.exit("this has changed: the finding no longer holds as written")
PY
