"""Request Tracker 5 by REST2: its tickets are observed, and due times written back.

Nothing has to be installed in Request Tracker. What is written down here beside the code was seen with 5.0.3.
"""

import base64
import json
import logging
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from telling import Line, due_times, end, tell

from supportflow import Agent, Desk, Requester
from supportflow.channels.email.intake import person_of
from supportflow.channels.hosts import REQUEST_TRACKER
from supportflow.exceptions import SupportflowError

__all__ = ["Bridge", "Tracker"]

LOG = logging.getLogger("request_tracker.sla")
UNSET = "1970-01-01T00:00:00Z"
FIELDS = "Type,Field,OldValue,NewValue,Creator,Created,ObjectId"
STATUSES = REQUEST_TRACKER.statuses


class Tracker:
    """Speaks REST2 with one Request Tracker, as a user of its own who may see and change tickets."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = url.rstrip("/")
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._head = {"Authorization": f"Basic {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: object = None, **query: str) -> Any:
        """Make a request; the answer, read."""
        url = f"{self._url}/REST/2.0/{path}" + (f"?{urllib.parse.urlencode(query)}" if query else "")
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, self._head, method=method)  # noqa: S310 - the one that is given
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
            return json.loads(answer.read())

    def pages(self, path: str, **query: str) -> Iterator[Any]:
        """All items of a list, page by page."""
        page = 1
        while True:
            found = self.ask("GET", path, per_page="100", page=str(page), **query)
            yield from found["items"]
            if page >= int(found["pages"]):
                return
            page += 1


class Bridge:
    """Tells a desk what happens in a Request Tracker, round by round."""

    def __init__(self, tracker: Tracker, desk: Desk) -> None:
        self.tracker = tracker
        self.desk = desk
        self._seen: dict[str, str] = {}
        self._staff: dict[str, bool] = {}
        self._again: dict[str, str] = {}
        self._since = datetime(1970, 1, 2, tzinfo=UTC)

    def round(self) -> None:
        """Tell what is new, let happen what is due, write due times back."""
        began = datetime.now(UTC)
        # A search means the user's own zone, whatever zone is written: a day more is asked for, and passed over here.
        since = f"LastUpdated > '{self._since - timedelta(days=1):%Y-%m-%d %H:%M:%S}'"
        found = self.tracker.pages("tickets", query=since, fields="LastUpdated", orderby="id")
        again, self._again = self._again, {}
        for number, updated in (
            dict.fromkeys(again, "") | {one["id"]: one["LastUpdated"] for one in found}
        ).items():
            if number not in again and self._seen.get(number) == updated:
                continue
            self._seen[number] = updated
            if not self._is_told(number):
                self._again[number] = ""
            elif again.get(number) != updated:  # it is in whole seconds, and this one may not be over
                self._again[number] = updated
        self._since = began
        there = {one["id"]: one["Due"] for one in self._active()}
        self._look_for_those_no_search_finds(there)
        self.desk.tick()
        for number, wanted in due_times(self.desk).items():
            if number in there:
                self._write_back(number, there[number], wanted)

    def _is_told(self, number: str) -> bool:
        """Tell of a ticket; False if that has to be tried again. One that cannot be told is in no other's way."""
        try:
            return self.tell(number)
        except (SupportflowError, urllib.error.HTTPError) as error:
            LOG.warning("ticket %s was not told: %s", number, error)
            return False

    def tell(self, number: str) -> bool:
        """Tell the desk of one ticket; whether it knows all of it now."""
        ticket = self.tracker.ask("GET", f"ticket/{number}")
        requesters = [one["id"] for one in ticket["Requestor"]]
        requester = _person(requesters[0]) if requesters else "nobody"
        body, lines = "", list[Line]()
        for one in self.tracker.pages(f"ticket/{number}/history", fields=FIELDS):
            if str(one["ObjectId"]) != number:
                continue  # of a ticket that was merged into this one: it was told there
            if one["Type"] == "Create":
                body = self._words(one["id"])
            fact = self._fact(one, requesters)
            if fact:
                lines.append(Line(int(one["id"]), _instant(one["Created"]), fact))
        email = requesters[0] if requesters and "@" in requesters[0] else ""
        return tell(
            self.desk,
            number,
            _instant(ticket["Created"]),
            body,
            lines,
            requester=requester,
            subject=ticket["Subject"] or "",
            channel="email" if email else "web",
        )

    def _fact(self, one: Any, requesters: list[str]) -> dict[str, Any]:
        kind, who = one["Type"], one["Creator"]["id"]
        if kind == "Correspond":
            body = self._words(one["id"])
            if who in requesters:
                return {"requester_wrote": True, "body": body}
            if self._is_staff(who):
                return {"replied": True, "body": body, "by": Agent(who)}
            return (
                {"body": body, "by": Requester(_person(who))} if body.strip() else {}
            )  # a stranger's, never an answer
        if kind == "Status" and one["NewValue"] in STATUSES:
            return {"status": STATUSES[one["NewValue"]]}
        if one["Field"] == "Owner":
            owner = self.tracker.ask("GET", f"user/{one['NewValue']}")["Name"]
            return {"agent": "" if owner == "Nobody" else owner}
        return {}

    def _words(self, transaction: str) -> str:
        found = self.tracker.ask(
            "GET", f"transaction/{transaction}/attachments", fields="Content,ContentType"
        )
        texts = [one["Content"] for one in found["items"] if one["ContentType"].startswith("text/plain")]
        return "\n".join(texts)

    def _is_staff(self, name: str) -> bool:
        """Whether a user is privileged; only the user itself says so, a list of fields has it empty."""
        if name not in self._staff:
            user = self.tracker.ask("GET", f"user/{urllib.parse.quote(name)}")
            self._staff[name] = bool(int(user.get("Privileged") or 0))
        return self._staff[name]

    def _active(self) -> Iterator[Any]:
        return self.tracker.pages("tickets", query="Status = '__Active__'", fields="Due", orderby="id")

    def _look_for_those_no_search_finds(self, there: Collection[str]) -> None:
        """Deleted tickets are in no search, and one that was merged answers as the one that it was merged into."""
        for ref in due_times(self.desk).keys() - there:
            try:
                found = self.tracker.ask("GET", f"ticket/{ref}")
            except urllib.error.HTTPError as error:
                LOG.warning("ticket %s was not found: %s", ref, error)
                continue
            if str(found["id"]) != ref or found["Status"] == "deleted":
                end(self.desk, ref)

    def _write_back(self, number: str, has: str, wanted: datetime | None) -> None:
        """Write a ticket's earliest due time, if it has another."""
        if wanted == (None if has == UNSET else _instant(has)):
            return
        # Without T and Z: what REST2 itself answers with is taken, confirmed, and leaves the ticket without a due time.
        due = "" if wanted is None else f"{wanted:%Y-%m-%d %H:%M:%S}"
        try:
            self.tracker.ask("PUT", f"ticket/{number}", {"Due": due})
        except urllib.error.HTTPError as error:
            LOG.warning("ticket %s is not due there: %s", number, error)


def _person(name: str) -> str:
    """An id that can stay in events for ever: of an address, one that says nothing."""
    return person_of(name) if "@" in name else name


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written)
