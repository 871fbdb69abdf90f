"""The warning about names that are taken for one another: given when a policy is loaded, and when a desk takes it.

Such a policy works, and a version that is stored must stay usable: so this is no error. `verify` calls it one.
"""

from itertools import chain
from warnings import warn

from supportflow._callers import callers_level
from supportflow.policy.ambiguous import ambiguous_names
from supportflow.policy.compiled import CompiledPolicy
from supportflow.policy.names import twin_names

__all__ = ["AmbiguousNameWarning", "warn_of_names"]

_SHOWN = 5


class AmbiguousNameWarning(UserWarning):
    """Two names of a policy are the same or look the same, or a name can be read in two ways.

    It is what `verify` finds as `twin_name` and `ambiguous_name`.
    """


def warn_of_names(policy: CompiledPolicy) -> None:
    """Warn once, of all such names of a policy."""
    found = [str(finding) for finding in chain(twin_names(policy), ambiguous_names(policy))]
    if not found:
        return
    more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    warn("; ".join(found[:_SHOWN]) + more, AmbiguousNameWarning, stacklevel=callers_level())
