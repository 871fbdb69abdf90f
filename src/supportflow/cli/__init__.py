"""The command line. `main` is what `supportflow` runs."""

import sys
from collections.abc import Sequence

from supportflow._version import VERSION

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; see `supportflow.cli.app.main`.

    Args:
        argv: The arguments after the program's name; those of the process if not given.

    Returns:
        The exit status.
    """
    if (sys.argv[1:] if argv is None else list(argv)) == ["--version"] and _said_version():
        return 0
    try:
        from supportflow.cli.interrupts import Interrupts  # noqa: PLC0415 - `--version` does not wait for it

        with Interrupts():
            from supportflow.cli.app import main as run  # noqa: PLC0415 - Ctrl-C while it is loaded is one, too
    except KeyboardInterrupt:
        from supportflow.cli import terminal  # noqa: PLC0415 - as above

        terminal.line("supportflow: interrupted", to=sys.stderr)
        return terminal.INTERRUPTED
    return run(argv)


def _said_version() -> bool:
    """Say the version without a parser, which takes longer than Python to start; False if nobody could read it."""
    try:
        print(f"supportflow {VERSION}", flush=True)
    except OSError:
        return False
    return sys.stdout is not None
