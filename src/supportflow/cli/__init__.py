"""The command line. `main` is what `supportflow` runs."""

import sys
from collections.abc import Sequence

from supportflow.cli import contents

__all__ = ["main"]

_ALONE = (["--version"], ["--help"], ["-h"])


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; see `supportflow.cli.app.main`.

    Args:
        argv: The arguments after the program's name; those of the process if not given.

    Returns:
        The exit status.
    """
    try:
        given = sys.argv[1:] if argv is None else list(argv)
        if given in _ALONE and contents.said(given[0]):
            return 0
        from supportflow.cli.interrupts import Interrupts  # noqa: PLC0415 - help and version do not wait for it

        with Interrupts():
            from supportflow.cli.app import main as run  # noqa: PLC0415 - Ctrl-C while it is loaded is one, too
    except KeyboardInterrupt:
        from supportflow.cli import terminal  # noqa: PLC0415 - as above

        terminal.line("supportflow: interrupted", to=sys.stderr)
        return terminal.INTERRUPTED
    return run(argv)
