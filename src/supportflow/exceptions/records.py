"""Records do not prove what they are said to prove."""

from supportflow.exceptions.base import SupportflowError

__all__ = ["RecordsError"]


class RecordsError(SupportflowError):
    """A chain, a proof, a signature or a log does not hold, or cannot be read as one.

    Attributes:
        what: What was looked at, such as `"note"`, `"inclusion proof"` or `"ticket:<id>"`.
        problem: What is wrong with it.
    """

    def __init__(self, what: str, problem: str) -> None:
        super().__init__(f"{what}: {problem}")
        self.what = what
        self.problem = problem
