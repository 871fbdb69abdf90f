"""Helpdesks that stay the authority: their webhooks, read by a table each, as commands and observations."""

from supportflow.channels.hosts.fetching import FetchFiles
from supportflow.channels.hosts.files import FileKeeping, HostFile
from supportflow.channels.hosts.reading import HostReading
from supportflow.channels.hosts.signatures import (
    CHATWOOT_SIGNS,
    ZAMMAD_SIGNS,
    ZENDESK_SIGNS,
    HostKeys,
    SharedToken,
    Signs,
)
from supportflow.channels.hosts.table import ABSENT, PRESENT, Files, HostTable, Kind, Person, Words
from supportflow.channels.hosts.tables import (
    CHATWOOT,
    DJANGO_HELPDESK,
    FRESHDESK,
    REQUEST_TRACKER,
    ROUNDUP,
    TABLES,
    ZAMMAD,
    ZENDESK,
)

__all__ = [
    "ABSENT",
    "CHATWOOT",
    "CHATWOOT_SIGNS",
    "DJANGO_HELPDESK",
    "FRESHDESK",
    "PRESENT",
    "REQUEST_TRACKER",
    "ROUNDUP",
    "TABLES",
    "ZAMMAD",
    "ZAMMAD_SIGNS",
    "ZENDESK",
    "ZENDESK_SIGNS",
    "FetchFiles",
    "FileKeeping",
    "Files",
    "HostFile",
    "HostKeys",
    "HostReading",
    "HostTable",
    "Kind",
    "Person",
    "SharedToken",
    "Signs",
    "Words",
]
