"""The command line. `main` is what `supportflow` runs."""

from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; see `supportflow.cli.app.main`.

    Args:
        argv: The arguments after the program's name; those of the process if not given.

    Returns:
        The exit status.
    """
    try:
        from supportflow.cli.app import main as run  # noqa: PLC0415 - Ctrl-C while it is loaded is an interrupt, too
    except KeyboardInterrupt:
        import sys  # noqa: PLC0415 - as above

        from supportflow.cli import terminal  # noqa: PLC0415 - as above

        terminal.line("supportflow: interrupted", to=sys.stderr)
        return terminal.INTERRUPTED
    return run(argv)
