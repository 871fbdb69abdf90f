"""What proves that nothing was altered: chains, trees, signed notes and proofs. No file, no clock, no store.

How they fit together stands in the concepts of the documentation, under "records".
"""

from supportflow.records.chain import digest, link, links, root
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
