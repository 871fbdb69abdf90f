"""`manage.py supportflow_worker` has what the command of its own has: probes, metrics, a log."""

import http.client
import re
import socket
from unittest import mock

from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import TransactionTestCase

from supportflow.contrib.django import desk
from supportflow.worker import Worker


def page(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


class Watched(TransactionTestCase):
    """The worker commits by itself."""

    def test_it_is_watched_as_the_other_is(self):
        told, run = [], Worker.run

        def watched(worker, **named):
            port = int(re.search(r"listening port=(\d+)", "".join(logs.output))[1])
            told.append(page(port, "/live")[0])
            run(worker, **named)
            told.append(page(port, "/ready")[0])
            told.append("supportflow_rounds_total 1.0" in page(port, "/metrics")[1])

        desk().open(subject="s", requester="ana")
        options = ("--until-idle", "--health-port", "0", "--metrics", "prometheus", "--limit", "7")
        with self.assertLogs("supportflow.worker") as logs, mock.patch.object(Worker, "run", watched):
            call_command("supportflow_worker", *options)
        self.assertEqual(told, [200, 503, True])

    def test_a_mistake_is_one_line(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            for options, words in (
                (("--metrics", "prometheus"), "--metrics: prometheus needs --health-port"),
                (("--health-port", "x"), "--health-port: is not a port"),
                (("--health-port", port), "in use"),
                (("--idle-max", "0"), "is not a number of seconds"),
            ):
                with self.subTest(options), self.assertRaisesRegex(CommandError, words):
                    call_command("supportflow_worker", "--until-idle", *options)
