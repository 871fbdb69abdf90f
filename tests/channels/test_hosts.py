"""Seven helpdesks' webhooks through a desk: who said what, what is public, what is told twice, what is hostile."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from channels.host_payloads import (
    HOSTS,
    ZENDESK,
    changed,
    chatwoot,
    django,
    followup,
    zammad,
    zendesk,
    zendesk_comment,
)
from supportflow import Desk
from supportflow.channels.email import person_of
from supportflow.channels.hosts import (
    CHATWOOT_SIGNS,
    TABLES,
    ZAMMAD_SIGNS,
    ZENDESK_SIGNS,
    FileKeeping,
    HostKeys,
    HostReading,
    SharedToken,
)
from supportflow.channels.webhook import WebhookIntake
from supportflow.exceptions import InvalidInput, SignatureRefused
from supportflow.testing import CountingIds, ManualClock

START = "2026-03-02T03:00:00Z"
TOKEN = "a token of sixteen letters or more"
NAMES = sorted(HOSTS)
ANA = person_of("ana@mail.example")
REFS = {"zammad": "81", "chatwoot": "10"}


class Host:
    """A desk beside a helpdesk that sends its messages."""

    def __init__(self, name, **reading):
        self.clock = ManualClock(START)
        self.desk = Desk(clock=self.clock, ids=CountingIds(), secret=b"sixteen bytes or more")
        reading = HostReading(TABLES[name], now=self.clock.now, **reading)
        self.intake = WebhookIntake(self.desk, SharedToken("X-Token", TOKEN), reading, now=self.clock.now)
        self.ref = REFS.get(name, "35")

    def send(self, payload):
        return self.intake.take({"x-token": TOKEN}, json.dumps(payload).encode())

    @property
    def ticket(self):
        return self.desk.get(ref=self.ref)

    @property
    def said(self):
        return [(one.origin, one.by.id, one.body) for one in self.desk.messages(ref=self.ref)]


def sent(name, *kinds):
    host = Host(name)
    for kind in kinds:
        host.send(HOSTS[name][kind])
    return host


@pytest.mark.parametrize("name", NAMES)
def test_a_new_ticket_is_opened_with_its_requester_and_words(name):
    host = sent(name, "opened", *(["first"] if "first" in HOSTS[name] else []))
    requester = ANA if name in {"rt", "django-helpdesk"} else "501"

    assert host.ticket.requester == requester
    assert host.said == [("requester", requester, "Where is my money?")]
    assert host.ticket.status == ("open" if name in {"freshdesk", "django-helpdesk"} else "new")
    assert host.ticket.assignee is None
    row = host.desk.row(ref=host.ref)
    assert (row.subject or "") == ("" if name == "chatwoot" else "提现没到账")
    assert str(host.ticket.opened_at).startswith("2026-03-02 02:59:00")
    if name not in {"zendesk", "roundup"}:
        assert row.requester.email == "ana@mail.example"


@pytest.mark.parametrize("name", NAMES)
def test_who_said_what_and_to_whom(name):
    host = sent(
        name, *(kind for kind in ("opened", "answer", "message", "party", "note") if kind in HOSTS[name])
    )
    requester = host.ticket.requester
    told = host.said[0 if name in {"chatwoot", "rt"} else 1 :]
    expected = [("public_reply", "9", "Sent."), ("requester", requester, "Thanks!")]
    if "party" in HOSTS[name]:
        expected.append(("party", "777", "I am her bank."))
    if "note" in HOSTS[name]:
        expected.append(("internal_note", "9", "She pays late."))

    assert told == expected


@pytest.mark.parametrize("name", NAMES)
def test_state_is_observed(name):
    host = sent(name, "opened", "state")
    assert host.ticket.status == "resolved"
    host = sent(name, "opened", "agent")
    assert host.ticket.assignee == "9"
    if name not in {"chatwoot", "roundup"}:
        assert host.ticket.group in {"77", None}


@pytest.mark.parametrize("name", NAMES)
def test_whatever_comes_again_is_taken_once(name):
    kinds = [kind for kind in HOSTS[name] if kind != "agent"]
    host = sent(name, *kinds)
    said, status = host.said, host.ticket.status
    for kind in kinds:
        host.send(HOSTS[name][kind])

    assert host.said == said
    assert host.ticket.status == status
    assert len(host.desk.find()) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_ticket_that_the_desk_never_heard_of_is_adopted(name):
    host = sent(name, "message")

    assert host.said[-1][0] == "requester"
    assert host.said[-1][2] == "Thanks!"
    assert host.ticket.known_at is not None
    host.send(HOSTS[name]["opened"])
    host.send(HOSTS[name]["state"])
    assert len(host.desk.find()) == 1
    assert host.ticket.status == "resolved"


def test_an_article_that_every_message_brings_is_one_and_an_edit_of_it_changes_nothing():
    host = sent("zammad", "opened", "answer")
    for state in ("open", "pending reminder", "closed"):
        host.send(zammad(2, "Sent.", sender="Agent", author=9, state=state))
    host.send(zammad(2, "Sent. (edited)", sender="Agent", author=9, state="closed"))

    assert [one[2] for one in host.said] == ["Where is my money?", "Sent."]
    assert host.ticket.status == "resolved"


def test_what_is_not_certainly_public_is_a_note():
    for public in (False, None, "yes", 0, [], {}):
        host = sent("zendesk", "opened")
        host.send(zendesk_comment(9, "She pays late.", author=9, staff=True, public=public))
        assert host.said[-1][0] == "internal_note", public
    host = sent("chatwoot", "opened")
    host.send(changed(HOSTS["chatwoot"]["note"], private=1))
    assert host.said[-1][0] == "internal_note"
    host.send(changed(HOSTS["chatwoot"]["answer"], id=200, message_type="template", content="Rate us"))
    host.send(changed(HOSTS["chatwoot"]["answer"], id=201, message_type="activity", content="Sam joined"))
    host.send(changed(HOSTS["chatwoot"]["answer"], id=202, event="message_updated"))
    assert len(host.said) == 1


def test_freshdesks_automation_rules_tell_opening_and_status():
    def rule(event, status, description="<div>Where is <b>my</b> money?</div>"):
        told = {
            "ticket_id": 35,
            "ticket_subject": "提现没到账",
            "ticket_description": description,
            "ticket_contact_email": "ana@mail.example",
            "ticket_contact_name": "Ana",
            "ticket_status": status,
            "triggered_event": event,
        }
        return {"freshdesk_webhook": told}

    host = Host("freshdesk")
    host.send(rule("{ticket_action:created}", "Open"))
    assert host.said == [("requester", ANA, "Where is my money?")]
    assert host.ticket.status == "open"
    for event, status, ours in (
        ("{status:{from:2,to:7}}", "Waiting on Third Party", "on_hold"),
        ("{ticket_action:updated}", "Resolved", "resolved"),
    ):
        host.send(rule(event, status))
        assert host.ticket.status == ours
    assert len(host.said) == 1


def test_who_wrote_is_in_the_message_and_not_who_sent_the_webhook():
    host = sent("freshdesk", "opened")
    host.send(changed(HOSTS["freshdesk"]["party"], data__actor__id=9))
    assert host.said[-1][:2] == ("party", "777")
    host.send(changed(HOSTS["freshdesk"]["answer"], data__conversation__incoming=None))  # neither side
    assert len(host.said) == 2


def test_nobody_is_nobody_in_each_ones_words():
    host = sent("zammad", "opened", "agent")
    host.send(zammad(5, "", sender="Agent", author=9, internal=True, owner_id=1))
    assert host.ticket.assignee is None
    host = sent("chatwoot", "opened", "agent")
    host.send(chatwoot("conversation_updated"))
    assert host.ticket.assignee is None
    host = sent("django-helpdesk", "opened", "agent")
    host.send(django(33, followup(33, "", user=9), assigned_to=None, on_hold=True))
    assert (host.ticket.assignee, host.ticket.status) == (None, "on_hold")


def test_levels_are_told_if_they_are_asked_for():
    host = Host("zendesk", levels=True)
    host.send(ZENDESK["opened"])
    assert host.ticket.level == 1
    host.send(zendesk("priority_changed", {}, priority="LOW"))
    assert host.ticket.level == 4
    other = Host("zendesk")
    other.send(ZENDESK["opened"])
    assert other.ticket.level != 1


def test_a_status_of_their_own_changes_nothing_is_told_and_can_be_mapped():
    heard = []
    host = Host("freshdesk", unknown=lambda *told: heard.append(told))
    host.send(HOSTS["freshdesk"]["opened"])
    own = changed(HOSTS["freshdesk"]["state"], data__ticket__status=12)
    host.send(own)
    assert (host.ticket.status, heard) == ("open", [("status", "12")])
    reading = HostReading(TABLES["freshdesk"].with_statuses({"12": "on_hold"}), now=host.clock.now)
    assert [one.status for one in reading(own) if hasattr(one, "status")] == ["on_hold"]


def test_a_clock_that_is_ahead_is_not_the_future():
    host = Host("zendesk")
    host.send(changed(ZENDESK["opened"], detail__created_at="2026-03-02T03:05:00Z"))
    assert str(host.ticket.opened_at) == "2026-03-02 03:00:00+00:00"
    with pytest.raises(InvalidInput, match="future"):
        Host("zendesk").send(changed(ZENDESK["opened"], detail__created_at="2026-03-03T03:05:00Z"))


@pytest.mark.parametrize("written", ["2020-03-03 13:05:57 UTC", "2020-03-03T21:05:57+08:00", "2020-03-03.13:05:57",
                                     1583240757, "1583240757 ", "2020-03-03T13:05:57.123456789Z"])  # fmt: skip
def test_times_as_they_are_written(written):
    host = Host("chatwoot")
    host.send(changed(HOSTS["chatwoot"]["opened"], created_at=written))
    assert str(host.ticket.opened_at).startswith("2020-03-03 13:05:57")


def test_secrets_and_odd_letters_in_what_comes():
    host = sent("zendesk", "opened")
    host.send(zendesk_comment(5, "my password is Tr0ub4dor&3 \0 \ud83d", author=501, staff=False))
    assert "Tr0ub4dor" not in host.said[-1][2]
    assert "\0" not in host.said[-1][2]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def places(document, way=()):
    """Every place in a document."""
    yield way
    pairs = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for step, inner in pairs:
        yield from places(inner, (*way, step))


@settings(max_examples=40)
@given(st.data())
def test_whatever_stands_anywhere_is_read_or_refused(data):
    name = data.draw(st.sampled_from(NAMES))
    payload = changed(data.draw(st.sampled_from([*HOSTS[name].values(), with_files(name, FILES[name])])))
    for _ in range(2):
        way = data.draw(st.sampled_from([*places(payload)]))
        if not way:
            payload = data.draw(JSON)
            continue
        place = payload
        for step in way[:-1]:
            place = place[step]
        place[way[-1]] = data.draw(JSON)
    reading = HostReading(TABLES[name], levels=True, now=ManualClock(START).now)
    try:
        commands = reading(payload)
    except (InvalidInput, ValidationError):
        return
    assert all(hasattr(getattr(one, "command", one), "kind") for one in commands)


# --- files ---------------------------------------------------------------------------------------------

URL = "https://host.example/files/7/%E8%BD%AC%E8%B4%A6.png?token=t"


def with_files(name, *files):
    """The message of the requester, with files as that helpdesk names them."""
    payload = changed(HOSTS[name]["message"])
    if name == "zammad":
        payload["article"]["attachments"] = list(files)
    elif name == "chatwoot":
        payload["attachments"] = list(files)
    elif name == "freshdesk":
        payload["data"]["conversation"]["attachments"] = list(files)
    elif name == "roundup":
        payload["message"]["attributes"]["files"] = list(files)
    elif name == "rt":
        payload["items"][0]["Attachments"] = list(files)
    elif name == "django-helpdesk":
        [said] = [one for one in payload["ticket"]["followup_set"] if one["id"] == payload["followup_id"]]
        said["followupattachment_set"] = list(files)
    else:
        attachment = {**files[0], "is_public": False}
        payload = zendesk("attachment_linked_to_comment", {"comment": {"id": "2", "attachment": attachment}})
    return payload


FILES = {
    "zendesk": {"id": "5", "filename": "转账.png", "content_type": "image/png", "content_url": URL},
    "zammad": {
        "id": 5, "filename": "转账.png", "size": "80123", "preferences": {"Content-Type": "image/png"}, "url": URL,
    },
    "chatwoot": {"id": 5, "message_id": 102, "file_type": "image", "data_url": URL, "file_size": 80123},
    "freshdesk": {
        "id": 5, "name": "转账.png", "content_type": "image/png", "size": 80123, "attachment_url": URL,
    },
    "roundup": {"id": "5", "link": "https://tracker.example/rest/data/file/5"},
    "rt": {
        "id": "5", "Filename": "转账.png", "ContentType": "image/png", "ContentLength": "80123", "_url": URL,
    },
    "django-helpdesk": {
        "id": 5, "followup": 2, "file": "/media/helpdesk/a.png", "filename": "转账.png", "mime_type": "image/png",
        "size": 80123,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_files_are_references_to_where_they_are(name):
    host = sent(name, "opened")
    for _ in range(2):
        host.send(with_files(name, FILES[name]))
    said = [one for one in host.desk.messages(ref=host.ref) if one.attachments]
    assert [(one.origin, len(one.attachments)) for one in said] == [
        ("internal_note" if name == "zendesk" else "requester", 1)
    ]
    [file] = said[0].attachments
    size = 0 if name in {"zendesk", "roundup"} else 80_123
    kind = "application/octet-stream" if name in {"chatwoot", "roundup"} else "image/png"
    assert (file.media_type, file.size) == (kind, size)


def read_files(name, *files, **options):
    reading = HostReading(TABLES[name], now=ManualClock(START).now, **options)
    commands = [getattr(one, "command", one) for one in reading(with_files(name, *files))]
    return [file for one in commands for file in getattr(one, "attachments", ())]


@pytest.mark.parametrize("name", NAMES)
def test_a_host_keeps_files_where_it_likes(name):
    seen = []

    def keep(file):
        seen.append(file)
        return f"s3://kept/{file.ticket}/{file.id}"

    [file] = read_files(name, FILES[name], files=FileKeeping(keep))
    assert (file.uri, seen[0].id) == (f"s3://kept/{REFS.get(name, '35')}/5", "5")
    assert file.name == {"roundup": "5"}.get(name, "转账.png")
    assert seen[0].url == {
        "roundup": FILES[name].get("link"),
        "django-helpdesk": "/media/helpdesk/a.png",
    }.get(name, URL)
    [reference] = read_files(name, FILES[name])
    assert reference.uri == seen[0].url


def test_files_have_caps():
    told = []
    many = [{**FILES["zammad"], "id": number} for number in range(40)]
    kept = []
    caps = FileKeeping(lambda one: kept.append(one.id), most=3, largest=80_123)
    assert len(read_files("zammad", *many, files=caps, unknown=lambda *one: told.append(one))) == 3
    assert (kept, told) == (["0", "1", "2"], [("files", "37 more than 3")])
    # One that is too large stays where it is; so does one that nobody wanted to keep.
    [large] = read_files("zammad", {**FILES["zammad"], "size": 80_124}, files=caps)
    assert (large.uri, large.size, len(kept)) == (URL, 80_124, 3)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("//host.example/x", "//host.example/x"),
        ("/media/x.png", "/media/x.png"),
        ("media/x.png", None),
        ("https://h.example/" + "x" * 2_000, None),
        ("https://h.example/a\u202eb", None),
        ("https://[::1", None),
        (7, None),
        (None, None),
        ({}, None),
    ],
)
def test_an_address_that_is_none_is_left_out(url, kept):
    [file] = read_files("zammad", {**FILES["zammad"], "url": url})
    assert file.uri == kept


@pytest.mark.parametrize(
    ("field", "value", "name", "kind", "size"),
    [
        ("filename", "../../etc/passwd", "_.._etc_passwd", "image/png", 80_123),
        ("filename", "a\u202egnp.exe", "a_gnp.exe", "image/png", 80_123),
        ("filename", "x\ud800\0", "x\ufffd", "image/png", 80_123),
        ("filename", None, "转账.png", "image/png", 80_123),
        ("size", "many", "转账.png", "image/png", 0),
        ("size", -1, "转账.png", "image/png", 0),
        ("size", 2**80, "转账.png", "image/png", 0),
        ("size", True, "转账.png", "image/png", 0),
        ("preferences", {"Content-Type": "image/🙂"}, "转账.png", "application/octet-stream", 80_123),
        ("preferences", [], "转账.png", "application/octet-stream", 80_123),
    ],
)
def test_whatever_is_said_of_a_file_it_is_one(field, value, name, kind, size):
    [file] = read_files("zammad", {**FILES["zammad"], field: value})
    assert (file.media_type, file.size) == (kind, size)
    assert file.name == name


LONG = "https://support.example/attachments/token/" + "a" * 200


def test_what_has_a_long_name_is_not_taken_for_another_with_the_same_beginning():
    files = sent("zendesk", "opened")
    for name in ("one.png", "two.png", "one.png"):
        files.send(with_files("zendesk", {"filename": name, "content_url": f"{LONG}/?name={name}"}))
    assert [len(one.attachments) for one in files.desk.messages(ref="35")] == [0, 1, 1]

    words = sent("zendesk", "opened")
    for number, body in (("1", "First."), ("2", "Second."), ("1", "First.")):
        words.send(zendesk_comment("c" * 300 + number, body, author=501, staff=False))
    assert [body for _, _, body in words.said[1:]] == ["First.", "Second."]

    tickets = Host("zendesk")
    for number in (1, 2, 1):
        tickets.send(changed(HOSTS["zendesk"]["opened"], detail__id="t" * 199 + str(number)))
        tickets.ref = "t" * 199 + str(number)
        assert tickets.said[0] == ("requester", "501", "Where is my money?")
        tickets.send(changed(zendesk_comment(9, "Hello?", author=501, staff=False), detail__id=tickets.ref))
        assert [body for _, _, body in tickets.said] == ["Where is my money?", "Hello?"]
    assert len(tickets.desk.find().tickets) == 2


def test_what_keeps_files_answers_with_what_can_be_kept():
    for wrong in ("x" * 3_000, "a\0b", 7):
        with pytest.raises(InvalidInput, match="keep"):
            read_files("zammad", FILES["zammad"], files=FileKeeping(lambda _, wrong=wrong: wrong))


def test_files_that_come_with_an_opening_and_files_without_words():
    for name, place in (("freshdesk", "ticket"), ("django-helpdesk", None)):
        payload = changed(HOSTS[name]["opened"])
        if place:
            payload["data"]["ticket"]["attachments"] = [FILES[name]]
        else:
            payload["ticket"]["followup_set"][0]["followupattachment_set"] = [FILES[name]]
        host = Host(name)
        host.send(payload)
        assert len(host.desk.messages(ref=host.ref)[0].attachments) == 1
    host = sent("zammad", "opened")
    for kind in ("message", "note", "party"):
        payload = changed(HOSTS["zammad"][kind], article__body="")
        payload["article"]["attachments"] = [FILES["zammad"]]
        host.send(payload)
    assert [(one.origin, len(one.attachments)) for one in host.desk.messages(ref="81")[1:]] == [
        ("requester", 1), ("internal_note", 1), ("party", 1),
    ]  # fmt: skip


# --- who sent it ---------------------------------------------------------------------------------------

BODY = b'{"a":"\xe7\xbb\x88"}'


def proofs():
    def digest(secret, signed, name="sha256"):
        return hmac.new(secret.encode(), signed, getattr(hashlib, name))

    stamp = "2026-03-02T02:59:30Z"
    unix = "1772420370"
    yield (
        ZENDESK_SIGNS,
        {
            "X-Zendesk-Webhook-Signature": base64.b64encode(
                digest("s", stamp.encode() + BODY).digest()
            ).decode(),
            "X-Zendesk-Webhook-Signature-Timestamp": stamp,
        },
    )
    yield ZAMMAD_SIGNS, {"X-Hub-Signature": "sha1=" + digest("s", BODY, "sha1").hexdigest()}
    yield (
        CHATWOOT_SIGNS,
        {
            "X-Chatwoot-Signature": "sha256=" + digest("s", unix.encode() + b"." + BODY).hexdigest(),
            "X-Chatwoot-Timestamp": unix,
        },
    )


@pytest.mark.parametrize(("signs", "headers"), [*proofs()], ids=["zendesk", "zammad", "chatwoot"])
def test_each_ones_own_signature(signs, headers):
    now = ManualClock(START).now()
    keys = HostKeys(signs, "new", "s")

    mark = keys.verify(headers, BODY, now)
    assert mark == keys.verify([(k.lower(), v) for k, v in headers.items()], BODY, now)
    assert (
        keys.verify({**headers, "X-Zammad-Delivery": "another", "X-Chatwoot-Delivery": "x"}, BODY, now).id
        == mark.id
    )
    for wrong, body in ((HostKeys(signs, "other"), BODY), (keys, BODY + b" ")):
        with pytest.raises(SignatureRefused):
            wrong.verify(headers, body, now)
    for name in headers:
        for value in ("", "!!", "sha1=zz", "sha256=zz", "x" * 2_000, "2020-01-01"):
            with pytest.raises(SignatureRefused):
                keys.verify({**headers, name: value}, BODY, now)
        with pytest.raises(SignatureRefused):
            keys.verify({k: v for k, v in headers.items() if k != name}, BODY, now)
    if signs.time:
        with pytest.raises(SignatureRefused) as caught:
            keys.verify(headers, BODY, now + timedelta(minutes=6))
        assert caught.value.why == "too_old"
    assert "new" not in repr(keys)
    with pytest.raises(InvalidInput):
        HostKeys(signs)


def test_a_token_in_a_head():
    token = SharedToken("X-Token", "another token of letters", TOKEN)
    now = ManualClock(START).now()

    assert token.verify({"x-token": TOKEN}, BODY, now).id != token.verify({"X-TOKEN": TOKEN}, BODY, now).id
    for wrong in ({}, {"x-token": TOKEN[:-1]}, {"x-token": ""}, [("x-token", TOKEN), ("X-Token", TOKEN)]):
        with pytest.raises(SignatureRefused):
            token.verify(wrong, BODY, now)
    assert TOKEN not in repr(token)
    for tokens in ((), ("short",), (TOKEN, "short")):
        with pytest.raises(InvalidInput):
            SharedToken("X-Token", *tokens)


def test_what_comes_after_the_end_is_kept():
    host = sent("zendesk", "opened", "state")
    host.send(zendesk("status_changed", {}, status="CLOSED"))
    for kind in ("note", "answer", "message"):
        host.send(ZENDESK[kind])

    assert host.ticket.status == "closed"
    assert [one[0] for one in host.said] == ["requester", "internal_note", "public_reply", "requester"]
