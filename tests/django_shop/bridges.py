from supportflow.contrib.django import Messages, TicketBridge


class CaseBridge(TicketBridge):
    model = "shop.Case"
    prefix = "case-"
    subject = "title"
    body = "text"
    requester = "customer"
    requester_email = "customer_email"
    opened_at = "created"
    changed_at = "changed"
    status = "state"
    statuses = {
        "fresh": "open",
        "working": "open",
        "waiting": "pending",
        "done": "resolved",
        "shut": "closed",
    }
    untouched = {"open": "new"}
    assignee = "owner_id"
    group = "team.slug"
    level = "urgency"
    levels = {1: 1, 2: 2, 3: 3, 4: 4, 5: 4}
    messages = Messages(
        "shop.Comment",
        ticket="case",
        body="text",
        at="created",
        author="author_id",
        public="public",
        staff="author.is_staff",
    )
