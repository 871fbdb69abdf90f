"""One list of the organisation's own addresses: the policy's, and what its lexicons name besides."""

from supportflow.policy.schema import Policy
from supportflow.triage.lexicon import Lexicon
from supportflow.triage.official import Official

__all__ = ["official_of"]


def official_of(document: Policy) -> Official:
    """The official addresses of a policy.

    What lexicons call official is joined in: a name with a dot is a domain, another one a brand.
    """
    own = document.official
    named = tuple(
        name
        for lexicon in document.lexicons or ()
        if isinstance(lexicon, Lexicon)
        for name in lexicon.official
    )
    if not named:
        return own
    # Not validated: lexicons have always taken any text.
    return own.model_copy(
        update={
            "domains": (*own.domains, *(name for name in named if "." in name)),
            "brands": (*own.brands, *(name for name in named if "." not in name)),
        }
    )
