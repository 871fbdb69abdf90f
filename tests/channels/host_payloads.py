"""What seven helpdesks send: written afresh in the shape of their documentation, and of what three of them sent."""

import copy


def changed(payload, **at):
    """A copy with other values: `a__b=1` sets `payload["a"]["b"]`."""
    made = copy.deepcopy(payload)
    for path, value in at.items():
        *way, last = path.split("__")
        place = made
        for step in way:
            place = place[step]
        place[last] = value
    return made


ZENDESK_DETAIL = {
    "id": "35",
    "subject": "提现没到账",
    "description": "Where is my money?",
    "requester_id": "501",
    "assignee_id": None,
    "group_id": "77",
    "status": "NEW",
    "priority": "URGENT",
    "created_at": "2026-03-02T02:59:00Z",
    "updated_at": "2026-03-02T02:59:00Z",
    "is_public": True,
    "tags": ["a"],
    "via": {"channel": "web"},
}


def zendesk(kind, event, **detail):
    return {
        "type": f"zen:event-type:ticket.{kind}",
        "account_id": 9,
        "id": f"evt-{kind}",
        "time": "2026-03-02T02:59:30.123456789Z",
        "zendesk_event_version": "2022-11-06",
        "subject": "zen:ticket:35",
        "detail": {**ZENDESK_DETAIL, **detail},
        "event": event,
    }


def zendesk_comment(number, body, *, author, staff, public=True):
    comment = {
        "id": number,
        "body": body,
        "is_public": public,
        "author": {"id": author, "is_staff": staff, "name": "N"},
    }
    return zendesk("comment_added", {"comment": comment}, status="OPEN")


ZENDESK = {
    "opened": zendesk("created", {}),
    "answer": zendesk_comment(1, "Sent.", author=9, staff=True),
    "message": zendesk_comment(2, "Thanks!", author=501, staff=False),
    "party": zendesk_comment(3, "I am her bank.", author=777, staff=False),
    "note": zendesk_comment(4, "She pays late.", author=9, staff=True, public=False),
    "state": zendesk("status_changed", {"current": "SOLVED", "previous": "OPEN"}, status="SOLVED"),
    "agent": zendesk("agent_assignment_changed", {"current": "9", "previous": None}, assignee_id="9"),
}

ZAMMAD_TICKET = {
    "id": 81,
    "number": "10081",
    "title": "提现没到账",
    "state": "new",
    "state_id": 1,
    "owner_id": 1,
    "owner": {"id": 1, "login": "-"},
    "customer_id": 501,
    "customer": {"id": 501, "email": "ana@mail.example", "firstname": "Ana"},
    "group": {"id": 3, "name": "77"},
    "priority": {"id": 3, "name": "3 high"},
    "article_count": 1,
    "article_ids": [104],
    "created_at": "2026-03-02T02:59:00.000Z",
    "updated_at": "2026-03-02T02:59:00.100Z",
}


def zammad(number, body, *, sender, author, internal=False, html=False, **ticket):
    return {
        "ticket": {**ZAMMAD_TICKET, "article_count": number, "state": "open", **ticket},
        "article": {
            "id": 103 + number,
            "ticket_id": 81,
            "body": body,
            "sender": sender,
            "internal": internal,
            "origin_by_id": author,
            "created_by_id": 9,
            "content_type": "text/html" if html else "text/plain",
            "type": "web",
            "created_at": "2026-03-02T02:59:30.000Z",
        },
    }


ZAMMAD = {
    "opened": zammad(
        1, "<p>Where is <b>my</b> money?</p>", sender="Customer", author=501, html=True, state="new"
    ),
    "answer": zammad(2, "Sent.", sender="Agent", author=9),
    "message": zammad(3, "Thanks!", sender="Customer", author=501),
    "party": zammad(4, "I am her bank.", sender="Customer", author=777),
    "note": zammad(5, "She pays late.", sender="Agent", author=9, internal=True),
    "state": zammad(5, "She pays late.", sender="Agent", author=9, internal=True, state="closed"),
    "agent": zammad(5, "She pays late.", sender="Agent", author=9, internal=True, owner_id=9),
}

CHATWOOT_SENDER = {"id": 501, "email": "ana@mail.example", "name": "Ana", "type": "contact"}


def chatwoot(event, **fields):
    conversation = {
        "id": 10,
        "status": "pending",
        "channel": "Channel::WebWidget",
        "inbox_id": 1,
        "created_at": 1772420340,
        "timestamp": 1772420370,
        "contact_inbox": {"contact_id": 501},
        "meta": {"sender": CHATWOOT_SENDER, "assignee": None},
        "messages": [],
    }
    return {**conversation, "event": event, **fields}


def chatwoot_message(number, content, *, kind, sender, private=False):
    conversation = chatwoot("")
    del conversation["event"]
    return {
        "event": "message_created",
        "id": number,
        "content": content,
        "message_type": kind,
        "private": private,
        "created_at": "2026-03-02T02:59:30.000Z",
        "content_type": "text",
        "sender": sender,
        "account": {"id": 1},
        "conversation": conversation,
    }


AGENT = {"id": 9, "name": "Sam", "type": "user"}
CHATWOOT = {
    "opened": chatwoot("conversation_created"),
    "first": chatwoot_message(99, "Where is my money?", kind="incoming", sender=CHATWOOT_SENDER),
    "answer": chatwoot_message(101, "Sent.", kind="outgoing", sender=AGENT),
    "message": chatwoot_message(102, "Thanks!", kind=0, sender=CHATWOOT_SENDER),
    "party": chatwoot_message(103, "I am her bank.", kind="incoming", sender={**CHATWOOT_SENDER, "id": 777}),
    "note": chatwoot_message(104, "She pays late.", kind="outgoing", sender=AGENT, private=True),
    "state": chatwoot("conversation_status_changed", status="resolved", changed_attributes=[{"status": {}}]),
    "agent": chatwoot(
        "conversation_updated",
        meta={"sender": CHATWOOT_SENDER, "assignee": AGENT},
        changed_attributes={"assignee_id": [None, 9]},
    ),
}

FRESHDESK_TICKET = {
    "id": 35,
    "subject": "提现没到账",
    "description_text": "Where is my money?",
    "status": 2,
    "priority": 4,
    "requester_id": 501,
    "responder_id": None,
    "group_id": 77,
    "created_at": "2026-03-02T02:59:00Z",
    "updated_at": "2026-03-02T02:59:30Z",
}


def freshdesk(event, **ticket):
    requester = {"id": 501, "email": "ana@mail.example", "name": "Ana"}
    return {
        "event": event,
        "data": {"ticket": {**FRESHDESK_TICKET, **ticket}, "requester": requester, "actor": {"id": 9}},
    }


def freshdesk_said(number, body, *, author, incoming, private=False):
    said = {
        "id": number,
        "ticket_id": 35,
        "body": f"<div>{body}</div>",
        "body_text": body,
        "incoming": incoming,
        "private": private,
        "user_id": author,
        "created_at": "2026-03-02T02:59:30Z",
    }
    return {
        "event": "onConversationCreate",
        "data": {"conversation": said, "requester": {"id": 501}, "actor": {"id": author}},
    }


FRESHDESK = {
    "opened": freshdesk("onTicketCreate"),
    "answer": freshdesk_said(1, "Sent.", author=9, incoming=False),
    "message": freshdesk_said(2, "Thanks!", author=501, incoming=True),
    "party": freshdesk_said(3, "I am her bank.", author=777, incoming=True),
    "note": freshdesk_said(4, "She pays late.", author=9, incoming=False, private=True),
    "state": freshdesk("onTicketUpdate", status=4),
    "agent": freshdesk("onTicketUpdate", responder_id=9),
}


def roundup(event=None, said=None, **attributes):
    def item(kind, number):
        return {"id": str(number), "link": f"https://tracker.example/rest/data/{kind}/{number}"}

    issue = {
        "title": "提现没到账",
        "status": item("status", 1),
        "priority": item("priority", 1),
        "assignedto": None,
        "creator": item("user", 501),
        "creation": "2026-03-02.02:59:00",
        "activity": "2026-03-02.02:59:30",
        "messages": [item("msg", 1)],
    }
    payload = {"data": {"id": "35", "type": "issue", "attributes": {**issue, **attributes}, "@etag": '"x"'}}
    if event:
        payload["event"] = event
    if said:
        number, content, author = said
        payload["message"] = {
            "id": str(number),
            "type": "msg",
            "attributes": {"content": content, "author": item("user", author), "date": "2026-03-02.02:59:30"},
        }
    return payload


ROUNDUP = {
    "opened": roundup("create", (1, "Where is my money?", 501)),
    "answer": roundup(None, (2, "Sent.", 9), status={"id": "3"}),
    "message": roundup(None, (3, "Thanks!", 501), status={"id": "3"}),
    "state": roundup(status={"id": "8"}),
    "agent": roundup(status={"id": "3"}, assignedto={"id": "9"}),
}


def rt(*items, **ticket):
    document = {
        "id": 35,
        "Subject": "提现没到账",
        "Status": "new",
        "Requestor": [{"id": "ana@mail.example", "type": "user"}],
        "Owner": {"id": "Nobody", "type": "user"},
        "Queue": {"id": "77", "type": "queue"},
        "Priority": "0",
        "Created": "2026-03-02T02:59:00Z",
        "LastUpdated": "2026-03-02T02:59:30Z",
        **ticket,
    }
    return {"ticket": document, "items": list(items)} if items else {"ticket": document}


def rt_item(number, kind, creator, content="", **fields):
    return {
        "id": str(number),
        "Type": kind,
        "Creator": {"id": creator, "type": "user"},
        "Created": "2026-03-02T02:59:30Z",
        "OldValue": "",
        "NewValue": "",
        "Field": "",
        "type": "transaction",
        "Content": content,
        **fields,
    }


REQUEST_TRACKER = {
    "opened": rt(rt_item(60, "Create", "ana@mail.example"), rt_item(61, "EmailRecord", "RT_System")),
    "first": rt(rt_item(62, "Correspond", "ana@mail.example", "Where is my money?")),
    "answer": rt(
        rt_item(64, "Correspond", "9", "Sent."),
        rt_item(65, "Status", "RT_System", OldValue="new", NewValue="open"),
    ),
    "message": rt(rt_item(66, "Correspond", "ana@mail.example", "Thanks!")),
    "note": rt(rt_item(67, "Comment", "9", "She pays late.")),
    "state": rt(
        rt_item(68, "Status", "9", OldValue="open", NewValue="resolved"), rt_item(69, "Set", "9", Field="Due")
    ),
    "agent": rt(Owner={"id": "9", "type": "user"}, Status="open"),
}


def django(followup=None, *said, **ticket):
    first = {
        "id": 27,
        "ticket": 35,
        "user": 3,
        "title": "Ticket Opened",
        "comment": "Where is my money?",
        "public": True,
        "new_status": None,
        "date": "2026-03-02T02:59:00.883696Z",
    }
    document = {
        "id": 35,
        "queue": 3,
        "title": "提现没到账",
        "description": "Where is my money?",
        "submitter_email": "ana@mail.example",
        "assigned_to": None,
        "status": 1,
        "on_hold": False,
        "priority": 1,
        "followup_set": [first, *said],
        **ticket,
    }
    return {"ticket": document, "queue_slug": "77", **({"followup_id": followup} if followup else {})}


def followup(number, comment, *, user, public=True):
    return {
        "id": number,
        "ticket": 35,
        "user": user,
        "comment": comment,
        "public": public,
        "date": "2026-03-02T02:59:30Z",
    }


DJANGO_HELPDESK = {
    "opened": django(),
    "answer": django(28, followup(28, "Sent.", user=9)),
    "message": django(29, followup(28, "Sent.", user=9), followup(29, "Thanks!", user=None)),
    "note": django(30, followup(30, "She pays late.", user=9, public=False)),
    "state": django(31, followup(31, "", user=9), status=3),
    "agent": django(32, followup(32, "", user=9), assigned_to=9),
}

HOSTS = {
    "zendesk": ZENDESK,
    "zammad": ZAMMAD,
    "chatwoot": CHATWOOT,
    "freshdesk": FRESHDESK,
    "roundup": ROUNDUP,
    "rt": REQUEST_TRACKER,
    "django-helpdesk": DJANGO_HELPDESK,
}
