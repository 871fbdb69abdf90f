"""Telling people what happens: colleagues and requesters, each by a type of their own, and by rules."""

from supportflow.channels.notify.by_apprise import (
    AppriseColleagues,
    AppriseRequesters,
    AsyncAppriseColleagues,
    AsyncAppriseRequesters,
)
from supportflow.channels.notify.notices import InternalNotice, RequesterNotice
from supportflow.channels.notify.notifier import AsyncNotifier, InternalWay, Notifier, RequesterWay
from supportflow.channels.notify.rules import InternalRule, NoticeRules

__all__ = [
    "AppriseColleagues",
    "AppriseRequesters",
    "AsyncAppriseColleagues",
    "AsyncAppriseRequesters",
    "AsyncNotifier",
    "InternalNotice",
    "InternalRule",
    "InternalWay",
    "NoticeRules",
    "Notifier",
    "RequesterNotice",
    "RequesterWay",
]
