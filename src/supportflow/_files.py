"""Files that are there as a whole or not at all, and folders in which one process at a time works."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

__all__ = ["alone", "put", "settle"]


def put(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file as a whole or not at all, and see it on the disk.

    Args:
        path: The file; what is there is replaced. Its folder is made if it is not there.
        data: What it holds.
        mode: Who may read it, as far as the process's own mask lets it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.urandom(4).hex()}.new")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    settle(path.parent)


def settle(folder: Path) -> None:
    """See on the disk which files a folder has: a new name, or one that is gone, is not a part of any file."""
    if os.name == "nt":  # pragma: no cover - folders cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def alone(lock: Path, wait_s: float) -> Iterator[None]:
    """Hold a lock that every process asks for by the same file. A process that dies gives it up.

    Args:
        lock: The file; made if it is not there, and left empty.
        wait_s: How long to wait for whoever has it.

    Raises:
        sqlite3.OperationalError: If somebody else holds it for longer.
    """
    with closing(sqlite3.connect(lock, timeout=wait_s, isolation_level=None)) as held:
        held.execute("BEGIN IMMEDIATE")
        yield
