"""How long a worker waits: longer and longer while there is nothing to do, or while it fails."""

from supportflow._dataclass import dataclass
from supportflow.exceptions import InvalidInput

__all__ = ["Pace"]


@dataclass(frozen=True, slots=True)
class Pace:
    """Pauses in seconds.

    Attributes:
        idle_min_s: After the first round in which nothing was due; doubled with each further one.
        idle_max_s: The longest: how late a delivery of another process's command can begin.
        retry_min_s: After the first failure of the store; doubled with each further one, with half of it left to chance.
        retry_max_s: The longest.

    Raises:
        InvalidInput: If a pause is not above zero, or the longest is shorter than the first.
    """

    idle_min_s: float = 0.05
    idle_max_s: float = 2.0
    retry_min_s: float = 0.5
    retry_max_s: float = 30.0

    def __post_init__(self) -> None:
        """Refuse what would never rest."""
        for kind in ("idle", "retry"):
            least, most = getattr(self, f"{kind}_min_s"), getattr(self, f"{kind}_max_s")
            if not 0 < least <= most:
                raise InvalidInput(
                    kind, "needs a first pause above zero and a longest one that is not shorter"
                )

    def idle(self, rounds: int, until_due_s: float) -> float:
        """The pause after so many rounds without work, when the next wake-up is so far ahead; 0 if one is due already.

        A ticket that fails stays due: it alone must not keep a worker running.
        """
        pause = self._doubled(self.idle_min_s, self.idle_max_s, rounds)
        return min(pause, until_due_s) if until_due_s > 0 else pause

    def retry(self, failures: int, chance: float) -> float:
        """The pause after so many failures one after another.

        Args:
            failures: How many, from 1.
            chance: From 0 to 1: keeps workers from coming back all at once.
        """
        return self._doubled(self.retry_min_s, self.retry_max_s, failures) * (1 + chance) / 2

    @staticmethod
    def _doubled(first: float, longest: float, times: int) -> float:
        return min(first * 2.0 ** min(max(times, 1) - 1, 60), longest)
