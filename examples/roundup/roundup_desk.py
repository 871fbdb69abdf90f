"""Roundup with due times: `python examples/roundup/roundup_desk.py`, then http://127.0.0.1:8080/, as `sam`, password `sam`.

Needs `pip install roundup`. The tracker is made from the classic template in a folder beside this file. `--once` opens
issues, prints what was written back, and ends.
"""

import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from threading import Thread
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

ISSUES = [("I cannot find my invoice", "Where is it?", "ana"), ("请帮忙", "我的账号被盗了", "lin")]


def opened(folder: Path) -> Any:
    """The tracker in a folder; made, if there is none."""
    os.environ["SLA_DATABASE"] = str(folder / "desk.db")
    os.environ["SLA_EXAMPLE"] = os.pathsep.join((str(HERE), str(HERE.parent)))
    from roundup.instance import open as open_tracker  # noqa: PLC0415 - where it is not installed, this says so

    home = folder / "tracker"
    if home.exists():
        return open_tracker(str(home))
    from roundup.configuration import CoreConfig  # noqa: PLC0415 - the same
    from roundup.init import install  # noqa: PLC0415 - the same
    from roundup.password import Password  # noqa: PLC0415 - the same

    template = next(Path(sys.prefix).glob("share/roundup/templates/classic"))
    install(str(home), str(template))
    config = CoreConfig()
    for name, value in {
        "RDBMS_BACKEND": "sqlite",
        "MAIL_DEBUG": str(folder / "sent"),
        "MAIL_DOMAIN": "desk.example",
        "MAIL_HOST": "localhost",
        "ADMIN_EMAIL": "admin@desk.example",
        "TRACKER_WEB": "http://127.0.0.1:8080/",
    }.items():
        config[name] = value
    config.save(str(home / "config.ini"))
    schema = home / "schema.py"
    written = schema.read_text()
    assert 'status=Link("status"))' in written
    schema.write_text(written.replace('status=Link("status"))', 'status=Link("status"), due=Date())'))
    shutil.copy(HERE / "sla_detector.py", home / "detectors")
    tracker = open_tracker(str(home))
    tracker.init(Password("admin", config=tracker.config))
    db = tracker.open("admin")
    for name, roles in {"sam": "User,Admin", "ana": "User", "lin": "User"}.items():
        word = Password(name, config=tracker.config)
        db.user.create(username=name, address=f"{name}@desk.example", roles=roles, password=word)
    db.commit()
    db.close()
    return tracker


def opens(tracker: Any, title: str, text: str, who: str) -> str:
    """Open an issue, as its page does."""
    from roundup.date import Date  # noqa: PLC0415 - the same

    db = tracker.open(who)
    try:
        author = db.user.lookup(who)
        message = db.msg.create(author=author, content=text, date=Date("."))
        number = str(db.issue.create(title=title, messages=[message]))
        db.commit()
    finally:
        db.close()
    return number


def one_round(tracker: Any) -> None:
    """Tell what no detector told, and write due times back."""
    import roundup_bridge  # noqa: PLC0415 - needs Roundup

    db = tracker.open("admin")
    db.tx_Source = "sla"
    try:
        roundup_bridge.all_of(db)
    finally:
        db.close()


def keep_going(tracker: Any) -> None:
    """Round after round. Whatever stops one, the log says so, and the next one goes on: nobody looks after this thread."""
    while True:
        try:
            one_round(tracker)
        except Exception:
            logging.getLogger("roundup.sla").exception("a round has failed")
        time.sleep(5)


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    once = "--once" in sys.argv
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) if once else HERE / "made"
        tracker = opened(folder)
        if not (folder / "desk.db").exists():
            for title, text, who in ISSUES:
                opens(tracker, title, text, who)
        if once:
            one_round(tracker)
            print_queue(tracker)
            return
        Thread(target=keep_going, args=(tracker,), daemon=True).start()
        serve(folder / "tracker")


def serve(home: Path) -> None:
    from wsgiref.simple_server import make_server  # noqa: PLC0415 - only for the pages

    from roundup.cgi.wsgi_handler import RequestDispatcher  # noqa: PLC0415 - the same

    make_server("127.0.0.1", 8080, RequestDispatcher(str(home))).serve_forever()


def print_queue(tracker: Any) -> None:
    from roundup_bridge import desk  # noqa: PLC0415 - needs Roundup

    db = tracker.open("admin")
    for row in desk().rows(open=True):
        has = db.issue.get(row.ticket.ref, "due")
        print(f"issue{row.ticket.ref} {row.ticket.priority_class}: {row.subject}, due {has}")
    db.close()


if __name__ == "__main__":
    main()
