"""What a witness does: it sees that a log has only grown since it last looked, and says so with its signature."""

from supportflow.exceptions import RecordsError
from supportflow.notary.folder import LogFolder
from supportflow.records.checkpoints import Checkpoint, Trust, cosign, open_checkpoint
from supportflow.records.merkle import check_consistency, consistency_proof
from supportflow.records.notes import Note, SigningKey
from supportflow.records.tiles import subtree_of

__all__ = ["witness"]


def witness(log: LogFolder, key: SigningKey, trust: Trust, before: str | None, at: int) -> Note:
    """The latest checkpoint of a log, cosigned.

    Args:
        log: The log.
        key: The witness's.
        trust: The log's keys.
        before: The checkpoint that the witness cosigned last; None for the first.
        at: When, in seconds since 1970.

    Raises:
        RecordsError: If the checkpoint is not the log's, or does not continue the one before.
    """
    note = Note.read(log.checkpoint() or "")
    current = open_checkpoint(note.written, trust)
    if before is not None:
        earlier = Checkpoint.read(Note.read(before).text)
        if earlier.origin != current.origin:
            raise RecordsError("checkpoint", "is of another log than the one before")
        if earlier.size > current.size:
            raise RecordsError("log", f"has {current.size} entries, and had {earlier.size}")
        proof = consistency_proof(earlier.size, current.size, subtree_of(current.size, log.read))
        check_consistency(earlier.size, current.size, proof, earlier.top, current.top)
    return note.with_signatures([cosign(note, key, at)])
