"""What vouches for a desk's records: logs in folders, checkpoints, proofs, audits."""

from supportflow.notary.anchors import FileAnchor, GitAnchor, WebAnchor, anchor_named
from supportflow.notary.auditing import Audit, Finding, FindingKind, Logged, audit_log
from supportflow.notary.comparing import audit_store
from supportflow.notary.exporting import Exported, Quarter, check_archive, export
from supportflow.notary.folder import LogFolder
from supportflow.notary.notary import Made, Notary
from supportflow.notary.witnessing import witness

__all__ = [
    "Audit",
    "Exported",
    "FileAnchor",
    "Finding",
    "FindingKind",
    "GitAnchor",
    "LogFolder",
    "Logged",
    "Made",
    "Notary",
    "Quarter",
    "WebAnchor",
    "anchor_named",
    "audit_log",
    "audit_store",
    "check_archive",
    "export",
    "witness",
]
