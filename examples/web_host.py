"""A web site and a worker on one SQLite file: the site takes commands, the worker lets time pass and delivers.

Run it: python examples/web_host.py      (needs the extra `sql`)

The site is WSGI and nothing else, so it runs under gunicorn, uWSGI or `wsgiref`; this program calls it itself.
Who somebody is, a real one knows from its session: here the form says so.
"""

import json
import tempfile
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from wsgiref.util import setup_testing_defaults

from supportflow import Agent, Desk, Message, Policy, SlaPolicy, SqlStore, Target
from supportflow.exceptions import InvalidInput, TicketNotFound, TransitionRefused
from supportflow.worker import Worker

POLICY = Policy(sla=[SlaPolicy(name="all", targets=[Target.first_response(minutes=30)])])
STATUS = {InvalidInput: "400 Bad Request", TicketNotFound: "404 Not Found", TransitionRefused: "409 Conflict"}


class Outbox:
    """The channel: a real one hands the message to a mail server."""

    def send(self, message: Any) -> None:
        """Send it."""
        print(f"to {message.requester}: {message.body}")


def field(form: dict[str, str], name: str) -> str:
    """A field of a form that has to be there."""
    if not isinstance(form.get(name), str):
        raise InvalidInput(name, "is missing")
    return form[name]


def site(url: str) -> Callable[..., Iterable[bytes]]:
    """The web application. One desk serves all its threads."""
    desk = Desk(POLICY, store=SqlStore(url))

    def act(method: str, path: list[str], form: dict[str, str]) -> Any:
        match method, path:
            case "POST", ["tickets"]:
                opened = desk.open(
                    subject=field(form, "subject"),
                    requester=field(form, "user"),
                    channel="web",
                    key=field(form, "form_id"),
                )
                return {"id": opened.ticket.id, "again": opened.duplicate}
            case "POST", ["tickets", ticket, "reply"]:
                answered = desk.reply(ticket, body=field(form, "body"), by=Agent(field(form, "user")))
                return {"status": answered.ticket.status}
            case "POST", ["tickets", ticket, "close"]:
                return {"status": desk.close_ticket(ticket, by=Agent(field(form, "user"))).ticket.status}
            case "GET", ["tickets", ticket]:
                messages: tuple[Message, ...] = desk.messages(ticket)
                return [message.body for message in messages]
            case _:
                raise TicketNotFound("/".join(path))

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            answer = act(
                environ["REQUEST_METHOD"],
                environ["PATH_INFO"].strip("/").split("/"),
                json.loads(body or b"{}"),
            )
            status = "200 OK"
        except (InvalidInput, TicketNotFound, TransitionRefused) as error:
            answer, status = str(error), next(STATUS[kind] for kind in STATUS if isinstance(error, kind))
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(answer, ensure_ascii=False).encode()]

    return application


def worker(url: str) -> Worker:
    """What `supportflow worker module:desk` runs in a process of its own."""
    return Worker(Desk(POLICY, store=SqlStore(url), channels={"web": Outbox()}))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/desk.db?journal_mode=delete"
        worker(url).run(until_idle=True)  # it has started, so the site knows what will be delivered
        application = site(url)

        def call(method: str, path: str, **form: str) -> Any:
            body = json.dumps(form).encode()
            environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_LENGTH": str(len(body))}
            setup_testing_defaults(environ)
            said: list[str] = []
            environ["wsgi.input"] = BytesIO(body)  # type: ignore[assignment]
            answer = b"".join(application(environ, lambda status, _headers: said.append(status)))
            return said[0], json.loads(answer)

        form = {"subject": "提现没到账", "user": "ana", "form_id": "f-1"}
        _, opened = call("POST", "/tickets", **form)
        print("sent twice, the same ticket:", call("POST", "/tickets", **form)[1]["id"] == opened["id"])
        print(call("POST", f"/tickets/{opened['id']}/reply", user="sam", body="我们在查。"))
        print(call("POST", f"/tickets/{opened['id']}/close", user="sam")[0])
        print(call("GET", "/tickets/nobody")[0])
        print(call("POST", "/tickets", user="ana", form_id="f-2"))
        worker(url).run(until_idle=True)
        print(call("GET", f"/tickets/{opened['id']}"))


if __name__ == "__main__":
    main()
