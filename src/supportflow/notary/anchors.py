"""Where checkpoints can be published: a file that only grows, an address on the web, a git repository."""

import os
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from supportflow.exceptions import InvalidInput, RecordsError
from supportflow.ports.records import Anchor

__all__ = ["FileAnchor", "GitAnchor", "WebAnchor", "anchor_named", "published"]

_TIMEOUT_S = 20.0


class FileAnchor:
    """Adds each checkpoint to the end of a file, once: on another disk, on a share of others, on a printer.

    Args:
        path: The file; made if it is not there.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(path)

    def publish(self, checkpoint: str, /) -> None:
        """Add a checkpoint, if it is not the last one already."""
        data = f"{checkpoint}\n".encode()
        with self._path.open("a+b") as file:
            file.seek(0)
            if not file.read().endswith(data):
                file.write(data)
                file.flush()
                os.fsync(file.fileno())


def published(text: str) -> list[str]:
    """The checkpoints in a file that a `FileAnchor` has written, or the one in any other."""
    parts = text.rstrip("\n").split("\n\n")  # a checkpoint has one empty line, before its signatures
    return ["\n\n".join(parts[at : at + 2]) + "\n" for at in range(0, len(parts), 2)]


class WebAnchor:
    """Posts each checkpoint as `text/plain` to an address.

    Args:
        url: With `https`; `http` only to the same machine.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise InvalidInput("anchor", "is no address with https")
        self._url = url

    def publish(self, checkpoint: str, /) -> None:
        """Post a checkpoint.

        Raises:
            RecordsError: If the answer is not one of success.
            OSError: If there is none.
        """
        request = urllib.request.Request(  # noqa: S310 - the scheme was looked at
            self._url,
            checkpoint.encode(),
            {"Content-Type": "text/plain; charset=utf-8"},
            method="POST",
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310 - the same
                if not 200 <= answer.status < 300:  # noqa: PLR2004 - success, as HTTP has it
                    raise RecordsError("anchor", f"answered {answer.status}")
        except urllib.error.HTTPError as error:
            error.close()  # an answer, too, with a connection that is open
            raise


class GitAnchor:
    """Commits each checkpoint to a git repository, and pushes it if there is a remote.

    Args:
        folder: The repository's working tree.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)

    def publish(self, checkpoint: str, /) -> None:
        """Commit a checkpoint, if it is not there already, and push.

        Raises:
            RecordsError: If git refuses.
        """
        path = self._folder / "checkpoint"
        if not path.exists() or path.read_text("utf-8") != checkpoint:
            path.write_text(checkpoint, "utf-8")
        self._git("add", "--", "checkpoint")
        if self._git("status", "--porcelain", "--", "checkpoint"):
            size = checkpoint.split("\n")[1]
            self._git("commit", "--quiet", "--message", f"Checkpoint of {size} entries", "--", "checkpoint")
        if self._git("remote"):
            self._git("push", "--quiet")

    def _git(self, *arguments: str) -> str:
        try:
            done = subprocess.run(  # noqa: S603 - arguments of our own
                ["git", "-C", str(self._folder), *arguments],  # noqa: S607 - whichever git the host has
                capture_output=True,
                text=True,
                check=False,
                timeout=_TIMEOUT_S,
            )
        except subprocess.TimeoutExpired:
            raise RecordsError("anchor", f"git {arguments[0]} took too long") from None
        if done.returncode:
            raise RecordsError("anchor", f"git {arguments[0]} says {done.stderr.strip()[:200]}")
        return done.stdout


def anchor_named(name: str) -> Anchor:
    """The anchor that a word names: `file:PATH`, `git:FOLDER`, or an address on the web.

    Raises:
        InvalidInput: If it names none.
    """
    kind, _, place = name.partition(":")
    if kind == "file" and place:
        return FileAnchor(place)
    if kind == "git" and place:
        return GitAnchor(place)
    if kind in {"http", "https"}:
        return WebAnchor(name)
    raise InvalidInput("anchor", "must be file:PATH, git:FOLDER or an address with https")
