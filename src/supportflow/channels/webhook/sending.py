"""Answers of a desk as webhooks: a channel whose far side is a program."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from supportflow.channels.webhook.posting import AsyncWebhookSender, WebhookSender
from supportflow.ports import Outgoing

__all__ = ["AsyncWebhookChannel", "WebhookChannel", "message_id", "webhook_body"]


def message_id(key: str) -> str:
    """The id of a webhook, of a key that is the same for every attempt.

    Args:
        key: Of a delivery or a place in a feed.
    """
    return "msg_" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def webhook_body(kind: str, at: str | None, data: Mapping[str, Any]) -> bytes:
    """What is sent, in the form that Standard Webhooks recommends: `type`, `timestamp`, `data`.

    Args:
        kind: What it tells of.
        at: When that was, in ISO 8601, if it is known.
        data: Plain data.
    """
    told = {"type": kind, "timestamp": at, "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _reply(message: Outgoing) -> Mapping[str, Any]:
    return {
        "key": message.key,
        "ticket_id": message.ticket_id,
        "ref": message.ref,
        "requester": message.requester,
        "by": message.by,
        "subject": message.subject,
        "body": message.body,
        "attachments": [one.model_dump(mode="json") for one in message.attachments],
        "in_reply_to": message.in_reply_to,
    }


class WebhookChannel:
    """Hands a desk's answers to a program at a URL. The outbox tries again, and signs each attempt anew under one id.

    Args:
        sender: Where to.
        data: Answer → what is told of it, as plain data; all of it, if not given.
    """

    def __init__(
        self, sender: WebhookSender, data: Callable[[Outgoing], Mapping[str, Any]] | None = None
    ) -> None:
        self._sender = sender
        self._data = data or _reply

    def send(self, message: Outgoing, /) -> None:
        """Send an answer.

        Raises:
            DeliveryError: If it may not be sent there, or was not taken.
            OSError: If it cannot be reached.
        """
        self._sender.post(message_id(message.key), _body(message, self._data))


class AsyncWebhookChannel:
    """The same for an `AsyncDesk`.

    Args:
        sender: Where to.
        data: As for `WebhookChannel`.
    """

    def __init__(
        self, sender: AsyncWebhookSender, data: Callable[[Outgoing], Mapping[str, Any]] | None = None
    ) -> None:
        self._sender = sender
        self._data = data or _reply

    async def send(self, message: Outgoing, /) -> None:
        """Send an answer; as `WebhookChannel.send`."""
        await self._sender.post(message_id(message.key), _body(message, self._data))


def _body(message: Outgoing, data: Callable[[Outgoing], Mapping[str, Any]]) -> bytes:
    return webhook_body("reply.sent", message.recorded_at.isoformat(), data(message))
