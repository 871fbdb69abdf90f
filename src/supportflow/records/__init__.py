"""What proves that nothing was altered: chains, trees, signed notes and proofs. No file, no clock, no store.

How they fit together stands in the concepts of the documentation, under "records".
"""

from typing import TYPE_CHECKING

from supportflow._late import late
from supportflow.records.chain import digest, link, links, root

if TYPE_CHECKING:
    from supportflow.records.checkpoints import Checkpoint, Trust, cosign, cosigned_at, open_checkpoint
    from supportflow.records.entries import Batch, Entry, Head, read_entry
    from supportflow.records.merkle import (
        check_consistency,
        check_inclusion,
        consistency_proof,
        inclusion_proof,
        leaf_hash,
        node_hash,
        tree_hash,
    )
    from supportflow.records.notes import COSIGNED, SIGNED, Note, Signature, SigningKey, VerifyingKey
    from supportflow.records.proofs import Proof, Proved, Shown
    from supportflow.records.tiles import Tile, grown, read_bundle, subtree_of, tiles_of, write_bundle

__all__ = [
    "COSIGNED",
    "SIGNED",
    "Batch",
    "Checkpoint",
    "Entry",
    "Head",
    "Note",
    "Proof",
    "Proved",
    "Shown",
    "Signature",
    "SigningKey",
    "Tile",
    "Trust",
    "VerifyingKey",
    "check_consistency",
    "check_inclusion",
    "consistency_proof",
    "cosign",
    "cosigned_at",
    "digest",
    "grown",
    "inclusion_proof",
    "leaf_hash",
    "link",
    "links",
    "node_hash",
    "open_checkpoint",
    "read_bundle",
    "read_entry",
    "root",
    "subtree_of",
    "tiles_of",
    "tree_hash",
    "write_bundle",
]

# Every store keeps chains; all else is loaded by whoever signs, proves or checks.
__getattr__, __dir__ = late(
    __name__,
    {
        "Checkpoint": "checkpoints",
        "Trust": "checkpoints",
        "cosign": "checkpoints",
        "cosigned_at": "checkpoints",
        "open_checkpoint": "checkpoints",
        "Batch": "entries",
        "Entry": "entries",
        "Head": "entries",
        "read_entry": "entries",
        "check_consistency": "merkle",
        "check_inclusion": "merkle",
        "consistency_proof": "merkle",
        "inclusion_proof": "merkle",
        "leaf_hash": "merkle",
        "node_hash": "merkle",
        "tree_hash": "merkle",
        "COSIGNED": "notes",
        "SIGNED": "notes",
        "Note": "notes",
        "Signature": "notes",
        "SigningKey": "notes",
        "VerifyingKey": "notes",
        "Proof": "proofs",
        "Proved": "proofs",
        "Shown": "proofs",
        "Tile": "tiles",
        "grown": "tiles",
        "read_bundle": "tiles",
        "subtree_of": "tiles",
        "tiles_of": "tiles",
        "write_bundle": "tiles",
    },
)
