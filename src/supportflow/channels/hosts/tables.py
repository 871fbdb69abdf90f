"""The tables of seven helpdesks.

Sources, read in November 2026: Zendesk's "Webhook event types: ticket events"; Zammad's admin documentation, "Webhook
payload"; Chatwoot's "Webhook events" and its pull request 13573; Freshworks' "Configure onTicketCreate, onTicketUpdate" and
"onConversationCreate", and "Using webhooks in automation rules"; what Roundup 2.6.0, Request Tracker 5.0.3 and
django-helpdesk 2.6.1 sent when they were run.
"""

from collections.abc import Mapping

from supportflow.channels.hosts.table import ABSENT, PRESENT, Files, HostTable, Kind, Person, Words

__all__ = [
    "CHATWOOT",
    "DJANGO_HELPDESK",
    "FRESHDESK",
    "REQUEST_TRACKER",
    "ROUNDUP",
    "TABLES",
    "ZAMMAD",
    "ZENDESK",
]

_STATE = ("status", "agent", "group", "level")


def _kind(when: Mapping[str, str | tuple[str, ...]], *tells: str) -> Kind:
    wanted = {
        path: frozenset([values] if isinstance(values, str) else values) for path, values in when.items()
    }
    return Kind(wanted, frozenset(tells))


def _event(name: str) -> dict[str, str | tuple[str, ...]]:
    return {"type": f"zen:event-type:ticket.{name}"}


ZENDESK = HostTable(
    name="zendesk",
    kinds=(
        _kind(_event("created"), "opened", *_STATE),
        _kind(_event("comment_added"), "words"),
        _kind(_event("attachment_linked_to_comment"), "files"),
        _kind(_event("status_changed"), "status"),
        _kind(_event("agent_assignment_changed"), "agent"),
        _kind(_event("group_assignment_changed"), "group"),
        _kind(_event("priority_changed"), "level"),
    ),
    ref=("detail.id",),
    requester=Person(id=("detail.requester_id",)),
    subject=("detail.subject",),
    body=("detail.description",),
    opened_at=("detail.created_at",),
    at=("time",),
    status=("detail.status",),
    statuses={
        "new": "new",
        "open": "open",
        "pending": "pending",
        "hold": "on_hold",
        "solved": "resolved",
        "closed": "closed",
        "deleted": "cancelled",
    },
    agent=("detail.assignee_id",),
    group=("detail.group_id",),
    priority=("detail.priority",),
    levels={"urgent": 1, "high": 2, "normal": 3, "low": 4},
    words=Words(
        body=("event.comment.body",),
        id=("event.comment.id",),
        at=("time",),
        author=Person(id=("event.comment.author.id",)),
        side=("event.comment.author.is_staff",),
        sides={"true": "agent", PRESENT: "outside"},
        public=("event.comment.is_public", "true"),
        # Told by itself, before or after the comment, and not whose it is.
        files=Files(
            at=("event.comment.attachment",),
            name=("filename",),
            media_type=("content_type",),
            url=("content_url",),
        ),
    ),
)

_ZAMMAD_WORDS = Words(
    body=("article.body",),
    id=("article.id",),
    at=("article.created_at",),
    author=Person(id=("article.origin_by_id", "article.created_by_id")),
    side=("article.sender",),
    sides={"customer": "outside", "agent": "agent"},
    public=("article.internal", "false"),
    html=("article.content_type", "text/html"),
    files=Files(
        at=("article.attachments",),
        name=("filename",),
        media_type=("preferences.Content-Type", "preferences.Mime-Type"),
        size=("size",),
        url=("url",),
    ),
)
ZAMMAD = HostTable(
    name="zammad",
    kinds=(
        _kind({"ticket.article_count": "1", "article.id": PRESENT}, "opened", "words", *_STATE),
        _kind({"ticket.id": PRESENT, "article.id": PRESENT}, "words", *_STATE),
        _kind({"ticket.id": PRESENT}, *_STATE),
    ),
    ref=("ticket.id",),
    requester=Person(
        id=("ticket.customer_id",), email=("ticket.customer.email",), name=("ticket.customer.firstname",)
    ),
    subject=("ticket.title",),
    opened_at=("ticket.created_at",),
    at=("ticket.updated_at",),
    status=("ticket.state.name", "ticket.state"),
    statuses={
        "new": "new",
        "open": "open",
        "pending reminder": "on_hold",
        "pending close": "pending",
        "closed": "resolved",
        "merged": "closed",
        "removed": "cancelled",
    },
    agent=("ticket.owner_id",),
    nobody=frozenset({"", "1"}),  # Zammad's first user is "-", nobody
    group=("ticket.group.name",),
    priority=("ticket.priority.name",),
    levels={"3 high": 1, "2 normal": 3, "1 low": 4},
    words=_ZAMMAD_WORDS,
)

CHATWOOT = HostTable(
    name="chatwoot",
    kinds=(
        _kind({"event": "conversation_created"}, "opened", "status", "agent"),
        _kind({"event": "message_created", "message_type": ("incoming", "outgoing", "0", "1")}, "words"),
        # A change of the assignee can change the status, too, and tells of itself alone: both are taken from what is now.
        _kind({"event": ("conversation_status_changed", "conversation_updated")}, "status", "agent"),
    ),
    ref=("conversation.display_id", "conversation.id", "id"),
    requester=Person(
        id=("conversation.meta.sender.id", "meta.sender.id"),
        email=("conversation.meta.sender.email", "meta.sender.email"),
        name=("conversation.meta.sender.name", "meta.sender.name"),
    ),
    opened_at=("conversation.created_at", "created_at", "timestamp"),
    at=("updated_at", "timestamp"),
    status=("conversation.status", "status"),
    # Pending: a bot has it, and nobody has looked at it. Snoozed: it waits until a day, or until they write.
    statuses={"open": "open", "pending": "new", "snoozed": "pending", "resolved": "resolved"},
    agent=(
        "conversation.meta.assignee.id",
        "meta.assignee.id",
        "conversation.meta.assignee",
        "meta.assignee",
    ),
    words=Words(
        body=("content",),
        id=("id",),
        at=("created_at",),
        author=Person(id=("sender.id",)),
        side=("message_type",),
        sides={"incoming": "outside", "0": "outside", "outgoing": "agent", "1": "agent"},
        public=("private", "false"),
        # Its kind is a word ("image"), no media type, and its name the end of its address.
        files=Files(at=("attachments",), size=("file_size",), url=("data_url",)),
    ),
)

_FRESHDESK_FILES = Files(
    at=("data.conversation.attachments", "data.ticket.attachments"),
    name=("name",),
    media_type=("content_type",),
    size=("size",),
    url=("attachment_url",),
)
FRESHDESK = HostTable(
    name="freshdesk",
    kinds=(
        _kind({"event": "onTicketCreate"}, "opened", *_STATE),
        _kind({"event": "onTicketUpdate"}, *_STATE),
        _kind({"event": "onConversationCreate"}, "words"),
        _kind({"freshdesk_webhook.triggered_event": "{ticket_action:created}"}, "opened", "status"),
        _kind({"freshdesk_webhook.ticket_id": PRESENT}, "status"),
    ),
    ref=("data.ticket.id", "data.conversation.ticket_id", "freshdesk_webhook.ticket_id"),
    requester=Person(
        id=("data.requester.id", "data.ticket.requester_id"),
        email=(
            "data.requester.email",
            "freshdesk_webhook.ticket_contact_email",
            "freshdesk_webhook.ticket_requester_email",
        ),
        name=(
            "data.requester.name",
            "freshdesk_webhook.ticket_contact_name",
            "freshdesk_webhook.ticket_requester_name",
        ),
    ),
    subject=("data.ticket.subject", "freshdesk_webhook.ticket_subject"),
    body=("data.ticket.description_text", "freshdesk_webhook.ticket_description"),
    html_body=True,
    files=_FRESHDESK_FILES,
    opened_at=("data.ticket.created_at",),
    at=("data.ticket.updated_at", "timestamp"),
    status=("data.ticket.status", "freshdesk_webhook.ticket_status"),
    statuses={
        "2": "open",
        "open": "open",
        "3": "pending",
        "pending": "pending",
        "4": "resolved",
        "resolved": "resolved",
        "5": "closed",
        "closed": "closed",
        "6": "pending",
        "waiting on customer": "pending",
        "7": "on_hold",
        "waiting on third party": "on_hold",
    },
    agent=("data.ticket.responder_id",),
    group=("data.ticket.group_id",),
    priority=("data.ticket.priority",),
    levels={"4": 1, "3": 2, "2": 3, "1": 4},
    words=Words(
        body=("data.conversation.body_text", "data.conversation.body"),
        id=("data.conversation.id",),
        at=("data.conversation.created_at",),
        author=Person(id=("data.conversation.user_id", "data.actor.id")),
        side=("data.conversation.incoming",),
        sides={"true": "outside", "false": "agent"},
        public=("data.conversation.private", "false"),
        files=_FRESHDESK_FILES,
    ),
)

ROUNDUP = HostTable(
    name="roundup",
    kinds=(
        _kind({"event": "create", "data.type": "issue"}, "opened", "words", *_STATE),
        _kind({"data.type": "issue", "message.type": "msg"}, "words", *_STATE),
        _kind({"data.type": "issue"}, *_STATE),
    ),
    ref=("data.id",),
    requester=Person(id=("data.attributes.creator.id",)),
    subject=("data.attributes.title",),
    opened_at=("data.attributes.creation",),
    at=("message.attributes.date", "data.attributes.activity"),
    status=("data.attributes.status.id",),
    # The classic template: unread, deferred, chatting, need-eg, in-progress, testing, done-cbb, resolved.
    statuses={
        "1": "new",
        "2": "on_hold",
        "3": "open",
        "4": "pending",
        "5": "open",
        "6": "open",
        "7": "resolved",
        "8": "resolved",
    },
    agent=("data.attributes.assignedto.id", "data.attributes.assignedto"),
    priority=("data.attributes.priority.id",),
    levels={"1": 1, "2": 2, "3": 3, "4": 4, "5": 4},
    words=Words(
        body=("message.attributes.content",),
        id=("message.id",),
        at=("message.attributes.date",),
        author=Person(id=("message.attributes.author.id",)),
        files=Files(
            at=("message.attributes.files",),
            name=("attributes.name", "name"),
            media_type=("attributes.type", "type"),
            url=("link",),
        ),
    ),
)

REQUEST_TRACKER = HostTable(
    name="rt",
    each="items",
    kinds=(
        _kind({"Type": "Create"}, "opened"),
        _kind({"Type": "Correspond", "Creator.id": PRESENT}, "words"),
        _kind({"Type": "Comment"}, "words"),
        _kind({"Type": "Status"}, "status"),
        _kind({"/items": ABSENT, "/ticket.id": PRESENT}, "status", "agent", "group", "level"),
    ),
    ref=("/ticket.id",),
    requester=Person(id=("/ticket.Requestor.0.id",), email=("/ticket.Requestor.0.id",)),
    subject=("/ticket.Subject",),
    opened_at=("/ticket.Created",),
    at=("Created", "/ticket.LastUpdated"),
    status=("NewValue", "/ticket.Status"),
    statuses={
        "new": "new",
        "open": "open",
        "stalled": "pending",
        "resolved": "resolved",
        "rejected": "cancelled",
        "deleted": "cancelled",
    },
    agent=("/ticket.Owner.id",),
    nobody=frozenset({"", "nobody"}),
    group=("/ticket.Queue.Name", "/ticket.Queue.id"),
    priority=("/ticket.Priority",),
    words=Words(
        body=("Content",),
        id=("id",),
        at=("Created",),
        author=Person(id=("Creator.id",)),
        public=("Type", "correspond"),
        files=Files(
            at=("Attachments",),
            name=("Filename",),
            media_type=("ContentType",),
            size=("ContentLength",),
            url=("_url",),
        ),
    ),
)

_DJANGO_FILES = Files(
    at=("followupattachment_set",),
    name=("filename",),
    media_type=("mime_type",),
    size=("size",),
    url=("file",),
)
_DJANGO_WORDS = Words(
    body=("comment",),
    id=("id",),
    at=("date",),
    author=Person(id=("user",)),
    side=("user",),
    sides={"null": "outside", PRESENT: "agent"},
    public=("public", "true"),
    files=_DJANGO_FILES,
)
DJANGO_HELPDESK = HostTable(
    name="django-helpdesk",
    each="ticket.followup_set",
    item="followup_id",
    kinds=(
        _kind({"/followup_id": ABSENT, "/ticket.id": PRESENT}, "opened", *_STATE),
        _kind({"/followup_id": PRESENT}, "words", *_STATE),
    ),
    ref=("/ticket.id",),
    requester=Person(email=("/ticket.submitter_email",)),
    subject=("/ticket.title",),
    body=("/ticket.description",),
    files=_DJANGO_FILES._replace(at=("/ticket.followup_set.0.followupattachment_set",)),
    opened_at=("/ticket.followup_set.0.date",),
    at=("date",),
    status=("/ticket.status",),
    # Reopened is open again; a duplicate is answered elsewhere.
    statuses={"1": "open", "2": "open", "3": "resolved", "4": "closed", "5": "cancelled"},
    held=("/ticket.on_hold", "on_hold"),
    agent=("/ticket.assigned_to",),
    group=("/queue_slug", "/ticket.queue"),
    priority=("/ticket.priority",),
    levels={"1": 1, "2": 2, "3": 3, "4": 4, "5": 4},
    words=_DJANGO_WORDS,
)

TABLES: Mapping[str, HostTable] = {
    one.name: one for one in (ZENDESK, ZAMMAD, CHATWOOT, FRESHDESK, ROUNDUP, REQUEST_TRACKER, DJANGO_HELPDESK)
}
"""Name → table."""
