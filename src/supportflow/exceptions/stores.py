"""A store cannot do what was asked of it."""

from supportflow.exceptions.base import SupportflowError

__all__ = [
    "ConflictError",
    "DamagedRow",
    "DuplicateRef",
    "NewerSchemaError",
    "StoreBusy",
    "StoreError",
    "StoreUnavailable",
]


class StoreError(SupportflowError):
    """The store could not do what was asked."""


class ConflictError(StoreError):
    """Others kept changing the same stream; the command was given up after its retries.

    Attributes:
        stream: The contested stream.
        attempts: How often it was tried.
    """

    def __init__(self, stream: str, attempts: int) -> None:
        super().__init__(f"stream {stream!r} changed under the command {attempts} times")
        self.stream = stream
        self.attempts = attempts


class DamagedRow(StoreError):
    """A stored row cannot be read, and what it was made from does not give it back; it was left as it is.

    Attributes:
        stream: What it is, such as `"ticket:<id>"`, `"agent:<id>"` or `"policy:<fingerprint>"`.
        problem: What is wrong with it.
    """

    def __init__(self, stream: str, problem: str) -> None:
        super().__init__(f"the stored {stream} cannot be read: {problem}")
        self.stream = stream
        self.problem = problem


class DuplicateRef(StoreError):
    """The host's reference already names another ticket of this tenant.

    Attributes:
        ref: The reference.
    """

    def __init__(self, ref: str) -> None:
        super().__init__(f"reference {ref!r} already names a ticket")
        self.ref = ref


class NewerSchemaError(StoreError):
    """A stored row asks for a newer supportflow; it was left as it is.

    Attributes:
        kind: What kind of row.
        needs: The schema that the row's reader must know.
        knows: The schema that this version knows.
    """

    def __init__(self, kind: str, needs: int, knows: int) -> None:
        super().__init__(f"{kind!r} needs schema {needs}; this version reads up to {knows}")
        self.kind = kind
        self.needs = needs
        self.knows = knows


class StoreBusy(StoreError):
    """Somebody else holds what is needed, for longer than is waited. Nothing was changed: try again.

    Inside a transaction of the host's, that is to be rolled back and run again as a whole.

    Attributes:
        code: The database's code, such as `"SQLITE_BUSY"` or `"55P03"`.
        advice: What stands in the way, and what can be done about it.
    """

    def __init__(self, code: str, advice: str) -> None:
        super().__init__(f"the database is busy ({code}): {advice}")
        self.code = code
        self.advice = advice


class StoreUnavailable(StoreError):
    """The database cannot be reached. A command may have been carried out or not: with the same key, send it again."""

    def __init__(self) -> None:
        super().__init__("the database cannot be reached")
