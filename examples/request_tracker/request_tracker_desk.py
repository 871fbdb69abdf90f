"""Request Tracker 5 with due times: `python examples/request_tracker/request_tracker_desk.py`, then http://127.0.0.1:8080/.

Log in as `root`, password `password`. Needs Debian's packages: `apt install request-tracker5 rt5-standalone rt5-db-sqlite`.
Database and configuration are its own, in a folder beside this file; those of the machine are not touched. `--once` opens
tickets, prints what was written back, and ends.
"""

import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from request_tracker_bridge import Bridge, Tracker  # noqa: E402 - found beside this file
from telling import TOLD  # noqa: E402 - the same

from supportflow import Desk, FieldSpec, Policy, SlaPolicy, Target  # noqa: E402 - the same
from supportflow.exceptions import StoreError  # noqa: E402 - the same
from supportflow.stores.sql import SqlStore  # noqa: E402 - the same

LOG = logging.getLogger("request_tracker.sla")
SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
SETUP = shutil.which("rt-setup-database-5", path="/usr/sbin:/usr/bin")
POLICY = Policy(
    fields={TOLD: FieldSpec.integer(minimum=0)},
    sla=[
        SlaPolicy(name="standard", targets=[Target.first_response(hours=4), Target.resolution(hours=24)]),
    ],
)
CONFIG = """\
Set($rtname, 'example'); Set($Organization, 'example'); Set($Timezone, 'UTC');
Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, '');
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder}/rt.db');
Set($MailCommand, 'testfile'); Set($LogToSTDERR, 'error'); Set($LogToSyslog, undef);
Set($MasonDataDir, '{folder}/mason'); Set($MasonSessionDir, '{folder}/sessions'); Set($LogDir, '{folder}');
1;
"""
TICKETS = [
    ("I cannot find my invoice", "Where is it?", "ana@mail.example"),
    ("请帮忙", "我的账号被盗了", "lin@mail.example"),
]


def is_here() -> bool:
    """Whether Request Tracker is installed as Debian has it."""
    return SERVER.exists() and SETUP is not None


def environment(folder: Path, port: int) -> dict[str, str]:
    """Make a database and a configuration, if there are none; the environment that names them."""
    config = folder / "RT_SiteConfig.pm"
    named = {**os.environ, "RT_SITE_CONFIG": str(config), "RT_SITE_CONFIG_DIR": str(folder / "site.d")}
    for name in ("mason", "sessions", "site.d"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    config.write_text(CONFIG.format(folder=folder, port=port))
    if not (folder / "rt.db").exists():
        assert SETUP is not None
        made = [SETUP, "--action", "init", "--skip-create", "--dba", "", "--dba-password", ""]
        subprocess.run(  # noqa: S603 - Debian's own program
            made, env=named, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    return named


def started(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """A server that answers."""
    named = environment(folder, port)
    server = subprocess.Popen(  # noqa: S603 - the same
        [str(SERVER), "--host", "127.0.0.1", "--port", str(port)],
        env=named,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    tracker = Tracker(f"http://127.0.0.1:{port}", "root", "password")
    for _ in range(120):
        try:
            tracker.ask("GET", "rt")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.5)
        else:
            return server
    stop(server)
    raise SystemExit("Request Tracker does not answer")


def stop(server: "subprocess.Popen[bytes]") -> None:
    """End a server and its children."""
    os.killpg(server.pid, signal.SIGTERM)
    server.wait()


def main() -> None:
    if not is_here():
        raise SystemExit("needs Debian's packages: apt install request-tracker5 rt5-standalone rt5-db-sqlite")
    once = "--once" in sys.argv
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # as Ctrl-C does: the server ends, too
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) if once else HERE / "tracker"
        port = free_port() if once else 8080
        server = started(folder, port)
        try:
            run(folder, port, once=once)
        finally:
            stop(server)


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def run(folder: Path, port: int, *, once: bool) -> None:
    """Open tickets, if there are none, and keep the desk and the tracker together."""
    tracker = Tracker(f"http://127.0.0.1:{port}", "root", "password")
    desk = Desk(POLICY, store=SqlStore(f"sqlite:///{folder / 'desk.db'}?journal_mode=delete"))
    bridge = Bridge(tracker, desk)
    if not list(tracker.pages("tickets", query="id > 0")):
        for subject, text, requester in TICKETS:
            given = {"Queue": "General", "Subject": subject, "Requestor": requester}
            tracker.ask("POST", "ticket", {**given, "Content": text, "ContentType": "text/plain"})
    while not once:
        try:
            bridge.round()
        except (
            OSError,
            StoreError,
        ) as error:  # Request Tracker starts anew, or a database is being written to
            LOG.warning("this round has failed: %s", error)
        time.sleep(5)
    bridge.round()
    for row in desk.rows(open=True):
        has = tracker.ask("GET", f"ticket/{row.ticket.ref}")["Due"]
        print(f"#{row.ticket.ref} {row.ticket.priority_class}: {row.subject}, due {has}")


if __name__ == "__main__":
    main()
