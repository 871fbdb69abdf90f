"""Webhooks: signed messages between programs, into a desk and out of it (Standard Webhooks)."""

from supportflow.channels.webhook.addresses import Addresses
from supportflow.channels.webhook.intake import IfNew, Reading, Verifier, WebhookIntake, WebhookTaken
from supportflow.channels.webhook.posting import AsyncWebhookSender, WebhookSender
from supportflow.channels.webhook.sending import (
    AsyncWebhookChannel,
    WebhookChannel,
    message_id,
    webhook_body,
)
from supportflow.channels.webhook.signing import Headers, WebhookKeys, WebhookMark

__all__ = [
    "Addresses",
    "AsyncWebhookChannel",
    "AsyncWebhookSender",
    "Headers",
    "IfNew",
    "Reading",
    "Verifier",
    "WebhookChannel",
    "WebhookIntake",
    "WebhookKeys",
    "WebhookMark",
    "WebhookSender",
    "WebhookTaken",
    "message_id",
    "webhook_body",
]
