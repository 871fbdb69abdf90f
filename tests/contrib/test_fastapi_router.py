"""The router says what the desk says: answers, problems, versions, keys and pages."""

import inspect
import json
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="needs the extra `fastapi`")
pytest.importorskip("httpx", reason="needs the extra `test`")

from contrib.served import new_desk, shared_app, talk
from desk.test_verbs import KINDS, OWN, verb_of
from supportflow import Actor, Agent, Desk, MemoryStore, Policy, Requester, exceptions
from supportflow.contrib.fastapi import problem_of, problem_response
from supportflow.contrib.fastapi.bodies import BODIES, UPDATE, OpenBody
from supportflow.contrib.fastapi.conditions import command_key
from supportflow.exceptions import SupportflowError

NOT_SERVED = {
    "adopt": "a fact of a host that is itself the authority, never refused",
    "observe": "the same",
    "enrol": "who works here is configured, not asked for",
    "override_shift": "the same",
    "rate": "what a requester says by the link on a page of the host's, never an agent",
    "start_call": "what a telephone system tells is the host's to connect",
    "answer_call": "the same",
    "end_call": "the same",
    "record_delivery": "what a messenger calls back with is the host's to check",
}


def test_every_verb_is_served_with_all_its_keywords_or_named_with_the_reason():
    bodies = {verb: body for _, verb, body in BODIES} | dict([UPDATE]) | {"open": OpenBody}
    verbs = {verb_of(kind) for kind in KINDS.keys() - OWN}

    assert bodies.keys() | NOT_SERVED.keys() | {"set_presence"} == verbs
    assert not bodies.keys() & NOT_SERVED.keys()
    for verb, body in bodies.items():
        wanted = set(inspect.signature(getattr(Desk, verb)).parameters) - {"self", "ticket", "by", "key"}
        if verb != "open":
            wanted.discard("ref")
        assert set(body.model_fields) - {"writer"} == wanted, verb


def test_a_ticket_is_opened_read_and_answered_as_the_desk_has_it():
    desk = new_desk()

    async def script(call):
        answer = await call(
            "POST",
            "/tickets",
            {
                "subject": "发票在哪里？",
                "requester": {"id": "ana", "name": "安娜", "email": "ana@mail.example"},
                "ref": "7",
                "attributes": {"plan": "pro"},
                "body": "急",
            },
        )
        assert answer.status_code == 201
        path = answer.headers["location"].removeprefix("/api")
        ticket = await desk.get(ref="7")
        assert path == f"/tickets/{ticket.id}"
        assert answer.json()["ticket"]["version"] == ticket.version
        assert [one["kind"] for one in answer.json()["events"]] == ["ticket_opened", "clocks_moved"]
        assert answer.json()["events"][0]["by"] == {"kind": "agent", "id": "sam"}

        row = (await call("GET", path)).json()
        assert (row["subject"], row["person"]["name"]) == ("发票在哪里？", "安娜")
        assert row["due_at"] == "2026-03-02T09:30:00.000000Z"
        assert [one["target"] for one in row["clocks"]] == ["first_response", "resolution"]

        assert (await call("POST", f"{path}/replies", {"body": "Here it is."})).status_code == 200
        assert (await call("POST", f"{path}/notes", {"body": "Paid twice?"})).status_code == 200
        said = (await call("GET", f"{path}/messages")).json()
        assert [(one["origin"], one["body"]) for one in said] == [
            ("agent", "急"),
            ("public_reply", "Here it is."),
            ("internal_note", "Paid twice?"),
        ]
        clocks = (await call("GET", f"{path}/clocks")).json()
        assert [one["met"] for one in clocks] == [True, None]
        assert clocks[1]["elapsed_us"] + clocks[1]["remaining_us"] == clocks[1]["duration_us"]
        why = (await call("GET", f"{path}/why")).json()
        assert why["text"] == str(await desk.explain(ref="7"))
        assert "resolve" in why["permitted"]
        history = (await call("GET", f"{path}/history")).json()
        assert history == [event.model_dump(mode="json") for event in await desk.history(ref="7")]

    talk(desk, script)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("assign", {"agent": "wei", "group": "cards"}, None),
        ("priority", {"level": 1, "reason": "the board asks"}, None),
        ("wait", None, "pending"),
        ("hold", {"reason": "the bank"}, "on_hold"),
        ("resolve", {}, "resolved"),
        ("cancel", None, "cancelled"),
        ("received", {"body": "Hello?", "writer": {"id": "ana"}}, None),
        ("received", {"body": "I paid.", "writer": {"kind": "party", "id": "m-1"}}, None),
        ("parties", {"party": {"role": "merchant", "id": "m-1"}}, None),
        ("split", {"subject": "And another thing"}, None),
        ("steps", {"step": "none"}, 422),
        ("verify", {"level": "none", "valid_for": "PT1H", "method": "call"}, 422),
        ("escalate", {}, 409),
        ("accept", None, 409),
        ("close", {"reason": "done"}, 409),
        ("announcements", {"texts": {"en": "All is well."}}, 409),
        ("problem/leave", None, 409),
        ("solve", None, 409),
        ("exclude", {"clock": "none", "reason": "a test"}, 422),
    ],
)
def test_verbs_do_what_the_desk_does(path: str, body: Any, status: Any):
    desk = new_desk()

    async def script(call):
        ticket = await call.opened()
        before = await desk.history(ticket["id"])
        answer = await call("POST", f"/tickets/{ticket['id']}/{path}", body)
        after = await desk.history(ticket["id"])
        if isinstance(status, int):
            assert (answer.status_code, after) == (status, before)
            assert answer.headers["content-type"] == "application/problem+json"
        else:
            assert answer.status_code == 200, answer.text
            assert len(after) > len(before)
            assert answer.headers["etag"] == f'"{len(after)}"'
            assert answer.json()["ticket"]["status"] == (status or answer.json()["ticket"]["status"])
            assert after[len(before)].by != Agent("wei").actor

    talk(desk, script)


SEALING = Policy.model_validate(
    {
        "access": {
            "roles": {"counsel": {"agents": ["lea"]}},
            "rules": [{"name": "letters", "kinds": ["message"], "roles": ["counsel"], "purposes": ["court"]}],
        }
    }
)


def test_what_is_sealed_is_opened_with_consent_role_and_purpose_alone():
    desk = new_desk(SEALING)

    async def script(call):
        await desk.enrol(Agent("lea"), by="admin")
        ticket = await call.opened(body="账号 Zebra-7731")
        path = f"/tickets/{ticket['id']}"
        [said] = (await call("GET", f"{path}/messages")).json()
        assert said["sealed"]
        assert "Zebra" not in str(said)
        asked = {"purpose": "court"}
        consent = {"purposes": ["court"], "valid_for": "P90D", "method": "call"}
        refused = [await call("POST", f"{path}/views", asked, Authorization="lea")]
        assert (await call("POST", f"{path}/consents", consent)).status_code == 200
        refused += [
            await call("POST", f"{path}/views", asked),  # without the role
            await call("POST", f"{path}/views", {"purpose": "curiosity"}, Authorization="lea"),
        ]
        assert [one.status_code for one in refused] == [409] * 3
        assert not any("Zebra" in one.text for one in refused)
        assert "content_viewed" not in [event.kind for event in await desk.history(ticket["id"])]

        seen = await call("POST", f"{path}/views", asked, Authorization="lea")
        assert (seen.status_code, seen.headers["cache-control"]) == (200, "no-store")
        assert [one["text"] for one in seen.json()["texts"]] == ["账号 Zebra-7731"]
        last = (await desk.history(ticket["id"]))[-1]
        assert (last.kind, last.by, seen.json()["version"]) == (
            "content_viewed",
            Agent("lea").actor,
            len(await desk.history(ticket["id"])),
        )
        withdrawn = await call("POST", f"{path}/consents/withdraw", {"purposes": ["court"]})
        assert withdrawn.status_code == 200
        assert (await call("POST", f"{path}/views", asked, Authorization="lea")).status_code == 409

    talk(desk, script)


class Shouts:
    async def translate(self, text: str, /, *, source: str | None, target: str) -> str | None:
        return None if target == "xx" else f"<b>{text}</b> ({source} → {target})"


def test_messages_and_a_draft_are_read_in_another_language_with_the_originals_beside():
    async def script(call):
        ticket = await call.opened(body="我的提币还没有到账，请帮我查一下")
        path = f"/tickets/{ticket['id']}/translations"
        answer = await call("GET", f"{path}?language=EN&limit=5")
        assert answer.headers["cache-control"] == "no-store"
        [one] = answer.json()["messages"]
        assert one["message"]["body"] == one["translation"]["original"] == "我的提币还没有到账，请帮我查一下"
        assert one["translation"]["text"] == "<b>我的提币还没有到账，请帮我查一下</b> (zh → en)"
        assert one["translation"]["notice"] == "Translated by a machine."
        assert answer.json()["earlier"] == 0

        draft = (await call("POST", path, {"body": "It arrives today, thank you for waiting."})).json()
        assert (draft["source"], draft["target"], draft["notice"]) == ("en", "zh", "由机器翻译。")
        lost = (await call("POST", path, {"body": "It arrives today.", "language": "xx"})).json()
        assert (lost["text"], lost["fallback"]) == (None, "empty")
        refused = [
            await call("GET", path),
            await call("GET", f"{path}?language=no%20language"),
            await call("POST", path, {"body": "It arrives today.", "language": "no language"}),
            await call("POST", path, {}),
        ]
        assert [one.status_code for one in refused] == [422] * 4
        assert (await call("GET", "/tickets/none/translations?language=en")).status_code == 404

    talk(new_desk(translator=Shouts()), script)


def test_a_patch_sets_what_it_names_and_clears_what_it_names_as_null():
    async def script(call):
        ticket = await call.opened(attributes={"plan": "pro"})
        path = f"/tickets/{ticket['id']}"
        assert (await call("PATCH", path, {"category": "cards"})).json()["ticket"]["attributes"] == {
            "plan": "pro"
        }
        cleared = (await call("PATCH", path, {"attributes": {"plan": None}})).json()["ticket"]
        assert (cleared["category"], cleared["attributes"]) == ("cards", {})

    talk(new_desk(), script)


# --- problems ------------------------------------------------------------------------------------


def every_error() -> list[type[SupportflowError]]:
    return [getattr(exceptions, name) for name in exceptions.__all__]


def test_every_error_of_the_tree_has_a_status_and_a_type_of_its_own():
    made = {}
    for kind in every_error():
        error = kind.__new__(kind)
        problem = problem_of(error)
        made[kind.__name__] = problem
        assert problem.title == inspect.getdoc(kind).partition("\n")[0]

    assert len({one.type for one in made.values()}) == len(made)
    inputs = {kind.__name__ for kind in every_error() if issubclass(kind, exceptions.InvalidInput)}
    assert {name for name, one in made.items() if one.status == 422} == inputs
    assert {name for name, one in made.items() if one.status == 404} == {
        "NotFound", "TicketNotFound", "PolicyNotFound", "DeliveryNotFound",
    }  # fmt: skip
    assert {name for name, one in made.items() if one.status in {409, 412}} == {
        "Refused", "NotVerified", "StepsMissing", "TransitionRefused", "VersionMismatch", "DuplicateRef",
    }  # fmt: skip
    assert {name for name, one in made.items() if one.status == 503} == {
        "ConflictError", "StoreBusy", "StoreUnavailable", "DeskClosed",
    }  # fmt: skip


def test_an_error_of_a_host_that_is_one_of_ours_is_answered_as_ours():
    class NoSuchShop(exceptions.TicketNotFound):
        """Of a host's own."""

    problem = problem_of(NoSuchShop("x"))

    assert (problem.status, problem.type) == (404, "urn:supportflow:problem:ticket-not-found")


def test_a_problem_has_the_facts_of_its_error_and_one_of_ours_has_none():
    refused = problem_of(exceptions.TransitionRefused("t", "open", "close", ["g"], ["resolve"]))
    damaged = problem_of(exceptions.DamagedRow("ticket:t", "not JSON: secret"))
    busy = problem_response(problem_of(exceptions.StoreBusy("SQLITE_BUSY", "wait")))

    assert refused.facts == {
        "ticket_id": "t", "command": "close", "reason": refused.facts["reason"], "status": "open", "trigger": "close",
        "unmet_guards": ["g"], "permitted": ["resolve"],
    }  # fmt: skip
    assert (damaged.status, damaged.detail, damaged.facts) == (500, None, None)
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")


HOSTILE = [
    b"\xff",
    b"{",
    b"",
    b"null",
    b"[]",
    b'"a"',
    b"[" * 50_000,
    b'{"body": "\\ud800"}',
    b'{"\\ud800": 1, "body": "x"}',
    b'{"body": "a\\u0000b"}',
    b'{"body": 1}',
    b'{"body": {"id": "c-1", "commitment": "' + b"0" * 64 + b'"}}',
    b'{"body": "x", "by": "wei"}',
    b'{"body": "x", "ref": "8"}',
    b'{"body": "' + b"x" * 200_001 + b'"}',
    b'{"body": 1e999}',
]


@pytest.mark.parametrize("body", HOSTILE, ids=lambda one: str(one[:24]))
@pytest.mark.parametrize("verb", ["notes", "trigger"])
def test_a_body_that_cannot_be_used_is_one_problem_and_changes_nothing(body: bytes, verb: str):
    desk = new_desk()
    body = body if verb == "notes" else body.replace(b'"body"', b'"trigger"')

    async def script(call):
        ticket = await call.opened()
        answer = await call.http.post(
            f"/api/tickets/{ticket['id']}/{verb}", content=body, headers={"content-type": "application/json"}
        )
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == 422
        assert "x" * 100 not in answer.text
        assert len(await desk.history(ticket["id"])) == ticket["version"]

    talk(desk, script)


def test_what_was_typed_is_not_repeated_by_a_problem():
    async def script(call):
        secret = "hunter2-hunter2"
        ticket = await call.opened()
        for method, path, body in (
            ("POST", f"/tickets/{ticket['id']}/priority", {"level": secret}),
            ("POST", f"/tickets/{ticket['id']}/assign", {"agent": secret + "\u200b"}),
            ("PATCH", f"/tickets/{ticket['id']}", {"attributes": {"plan": secret}}),
            ("GET", f"/tickets?level={secret}", None),
            ("GET", f"/feed?after={secret}", None),
        ):
            answer = await call(method, path, body)
            assert (answer.status_code, secret in answer.text) == (422, False), answer.text

    talk(new_desk(), script)


def test_a_form_of_another_site_is_not_read_as_json():
    """What a browser sends across origins without asking first: text/plain, a form, no type at all."""
    desk = new_desk()

    async def script(call):
        ticket = await call.opened()
        for kind in ("text/plain", "application/x-www-form-urlencoded", None):
            headers = {} if kind is None else {"content-type": kind}
            for path, body in (("notes", b'{"body": "x"}'), ("cancel", b'{"reason": "x"}')):
                answer = await call.http.post(
                    f"/api/tickets/{ticket['id']}/{path}", content=body, headers=headers
                )
                assert answer.status_code == 422
        assert len(await desk.history(ticket["id"])) == ticket["version"]

    talk(desk, script)


# --- who asks ------------------------------------------------------------------------------------


def test_the_host_says_who_asks_and_its_own_refusal_is_its_own():
    async def script(call):
        answer = await call("GET", "/tickets")
        assert (answer.status_code, answer.json()) == (401, {"detail": "sign in"})

    talk(new_desk(), script, agent=None)


@pytest.mark.parametrize(
    "outside", [Requester("ana"), Actor(kind="requester", id="ana"), Actor(kind="party", id="m-1")], ids=str
)
def test_whoever_is_outside_of_cases_is_shown_and_does_nothing(outside: Any):
    desk = new_desk()

    async def script(call):
        ticket = (await desk.open(subject="No invoice", requester="ana", ref="7")).ticket
        for route in shared_app().openapi()["paths"].items():
            for method in route[1]:
                path = route[0].removeprefix("/api").replace("{ticket}", ticket.id).replace("{agent}", "sam")
                answer = await call(method.upper(), path, {"body": "x"} if method == "post" else None)
                assert answer.status_code in {403, 422}, (method, path)
                assert answer.status_code == 403 or method in {"post", "put", "patch"}
        assert await desk.history(ticket) == (await desk.history(ref="7"))
        assert len(await desk.history(ticket)) == ticket.version

    talk(desk, script, caller=lambda: outside)


@pytest.mark.parametrize("who", [None, 7, {"kind": "agent"}])
def test_a_caller_that_is_nobody_is_the_hosts_mistake(who: Any):
    async def script(call):
        with pytest.raises(TypeError, match="caller"):
            await call("GET", "/tickets")

    talk(new_desk(), script, caller=lambda: who)


@pytest.mark.parametrize(
    "who", [Agent("sam"), "sam", Actor(kind="bot", id="b"), Actor(kind="host", id="host")]
)
def test_whoever_works_on_tickets_may_ask(who: Any):
    async def script(call):
        assert (await call("GET", "/tickets")).status_code == 200

    talk(new_desk(), script, caller=lambda: who)


def test_each_tenant_sees_its_own_desk():
    store = MemoryStore()
    desks = {name: new_desk(store=store, tenant=name) for name in ("north", "south")}

    async def script(call):
        made = await call("POST", "/tickets", {"subject": "a", "requester": {"id": "ana"}}, tenant="north")
        path = f"/tickets/{made.json()['ticket']['id']}"
        assert (await call("GET", path, tenant="north")).status_code == 200
        assert (await call("GET", path, tenant="south")).status_code == 404
        feed = (await call("GET", "/feed", tenant="north")).json()
        assert (await call("GET", f"/feed?after={feed['cursor']}", tenant="south")).status_code == 422

    talk(desks, script)


# --- keys and versions -----------------------------------------------------------------------


def test_a_request_sent_again_with_its_key_is_carried_out_once():
    desk = new_desk()

    async def script(call):
        body = {"subject": "No invoice", "requester": {"id": "ana"}}
        first = await call("POST", "/tickets", body, idempotency_key="k-1")
        again = await call(
            "POST", "/tickets", body, idempotency_key='"k-1"'
        )  # as the draft of the standard writes it
        assert [first.status_code, again.status_code] == [201, 201]
        assert [first.json()["duplicate"], again.json()["duplicate"]] == [False, True]
        assert first.headers["location"] == again.headers["location"]
        path = first.headers["location"].removeprefix("/api")
        for key, status, notes in (("n", 200, 1), ("n", 200, 1), ("m", 200, 2)):
            answer = await call("POST", f"{path}/notes", {"body": "x"}, idempotency_key=key)
            assert (answer.status_code, answer.json()["ticket"]["notes"]) == (status, notes)
        other = await call("POST", f"{path}/resolve", None, idempotency_key="n")
        assert (other.status_code, other.json()["type"][-20:]) == (422, "idempotency-mismatch")
        assert (await call("POST", f"{path}/resolve", None, idempotency_key='""')).status_code == 422
        assert (await call("POST", f"{path}/resolve", None, idempotency_key="k" * 256)).status_code == 422
        assert len((await desk.find()).tickets) == 1

    talk(desk, script)


def test_nobody_takes_the_key_of_a_mail_or_of_another_client():
    desk = new_desk()

    async def script(call):
        mail = await desk.open(subject="by mail", requester="ana", key="<1@mail.example>")
        body = {"subject": "by hand", "requester": {"id": "ana"}}
        ids = {mail.ticket.id}
        for agent in ("sam", "wei"):
            answer = await call(
                "POST", "/tickets", body, idempotency_key="<1@mail.example>", authorization=agent
            )
            assert (answer.status_code, answer.json()["duplicate"]) == (201, False)
            ids.add(answer.json()["ticket"]["id"])
        assert len(ids) == 3

    talk(desk, script)
    keys = [
        command_key(key, Actor(kind=kind, id=name))
        for key, kind, name in (
            ("b", "agent", "a"), ("b", "bot", "a"), ("a", "agent", "b"), ('b","a', "agent", "a"), ("", "agent", "a b"),
        )
        if key
    ]  # fmt: skip
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("tag", "status"),
    [
        ('"{now}"', 200),
        ('"{now}.0123456789abcdef"', 200),
        ("{get}", 200),
        ('"1", "{now}"', 200),
        ("*", 200),
        ('"1"', 412),
        ('"{next}"', 412),
        ('W/"{now}"', 412),
        ('"{now}x"', 412),
        ("{now}", 412),
        ("garbage", 412),
        ('"99999999999999999999999"', 412),
        ('"1", "2"', 412),
    ],
)
def test_a_command_is_carried_out_on_the_version_that_was_seen(tag: str, status: int):
    desk = new_desk()

    async def script(call):
        ticket = await call.opened()
        path = f"/tickets/{ticket['id']}"
        seen = (await call("POST", f"{path}/notes", {"body": "x"})).json()["ticket"]["version"]
        get = (await call("GET", path)).headers["etag"]
        if_match = tag.format(now=seen, next=seen + 1, get=get)
        answer = await call("POST", f"{path}/resolve", None, if_match=if_match)
        assert answer.status_code == status, answer.text
        assert (await desk.get(ref="7")).status == ("resolved" if status == 200 else "new")

    talk(desk, script)


def test_a_retry_with_key_and_version_is_answered_as_the_first_time():
    async def script(call):
        ticket = await call.opened()
        named = {"if_match": f'"{ticket["version"]}"', "idempotency_key": "k"}
        path = f"/tickets/{ticket['id']}/resolve"
        first, again = [await call("POST", path, None, **named) for _ in range(2)]
        assert [first.status_code, again.status_code] == [200, 200]
        assert first.json()["events"] == again.json()["events"]

    talk(new_desk(), script)


def test_what_is_erased_is_sent_anew_though_its_version_is_the_same():
    desk = new_desk()

    async def script(call):
        ticket = await call.opened(requester={"id": "ana", "name": "Ana Ruiz"})
        path = f"/tickets/{ticket['id']}"
        seen = (await call("GET", path)).headers["etag"]
        same = await call("GET", path, if_none_match=f'"x", {seen}')
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", seen)
        await desk.erase("ana")
        anew = await call("GET", path, if_none_match=seen)
        assert (anew.status_code, anew.json()["person"]["name"]) == (200, None)
        assert anew.json()["version"] == ticket["version"]
        assert "Ana" not in anew.text
        answer = await call(
            "POST", f"{path}/resolve", None, if_match=seen
        )  # nothing has happened to the ticket
        assert answer.status_code == 200

    talk(desk, script)


# --- pages -----------------------------------------------------------------------------------


def test_pages_follow_each_other_until_there_is_none():
    async def script(call):
        for number in range(7):
            await call.opened(ref=str(number), level=1 + number % 4)
        path, seen = "/tickets?order=priority&limit=3&open=true", []
        while path:
            answer = await call("GET", path)
            seen += [row["ref"] for row in answer.json()["items"]]
            link = answer.headers.get("link")
            assert (link is None) == (answer.json()["cursor"] is None)
            path = None if link is None else link.partition(">")[0].removeprefix("</api")
        assert seen == ["0", "4", "1", "5", "2", "6", "3"]
        named = (await call("GET", "/tickets?ref=3&ref=nobody&ref=1")).json()["items"]
        assert [row["ref"] for row in named] == ["3", "1"]
        assert (await call("GET", "/tickets?ref=3&level=1")).status_code == 422
        assert (await call("GET", "/tickets?cursor=x")).status_code == 422

    talk(new_desk(Policy()), script)


@pytest.mark.parametrize(
    ("query", "refs"),
    [
        ("assignee=", ["2"]),
        ("assignee=wei", ["1"]),
        ("group=cards", ["1"]),
        ("requester=ben", ["2"]),
        ("status_category=new", ["2"]),
        ("open=false", []),
        ("level=3&priority_class=general", ["1", "2"]),
    ],
)
def test_filters_are_those_of_the_desk(query: str, refs: list[str]):
    async def script(call):
        await call.opened("1", assignee="wei", group="cards")
        await call.opened("2", requester={"id": "ben"})
        found = (await call("GET", f"/tickets?order=opened&{query}")).json()["items"]
        assert [row["ref"] for row in found] == refs

    talk(new_desk(Policy()), script)


def test_agents_are_listed_and_say_whether_they_are_there():
    desk = new_desk()

    async def script(call):
        await desk.enrol(Agent("sam", groups=["cards"], languages=["zh"]))
        answer = await call("PUT", "/agents/sam/presence", {"presence": "available"}, idempotency_key="k")
        assert (answer.status_code, answer.json()["presence"]) == (200, "available")
        [agent] = (await call("GET", "/agents")).json()
        assert (agent["id"], agent["presence"], agent["languages"]) == ("sam", "available", ["zh"])
        assert (await call("PUT", "/agents/nobody/presence", {"presence": "away"})).status_code == 422
        assert (await call("PUT", "/agents/sam/presence", {"presence": "asleep"})).status_code == 422

    talk(desk, script)


def test_the_openapi_document_names_verbs_problems_and_headers():
    document = shared_app().openapi()
    reply = document["paths"]["/api/tickets/{ticket}/replies"]["post"]

    assert {"200", "403", "404", "409", "412", "422", "503"} == set(reply["responses"])
    assert {one["name"] for one in reply["parameters"]} >= {"ticket", "Idempotency-Key", "if-match"}
    assert "Answer the requester" in reply["description"]
    assert json.dumps(document).count("HTTPValidationError") == 0
    identities = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert len(set(identities)) == len(identities)


def test_a_closed_desk_is_told_as_such():
    async def script(call):
        ticket = await call.opened()
        await desk.close()
        answer = await call("GET", f"/tickets/{ticket['id']}")
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:supportflow:problem:desk-closed")

    desk = new_desk()
    talk(desk, script)
