"""Which language a short text is in, and which other ones it may be in.

Letters decide before words, and words only with a clear lead: a message of three words from which nobody could tell is
undecided, which a host's own detector, the requester's profile or a person settles better than a guess.
"""

from supportflow.triage.language.detection import Detected, detect

__all__ = ["Detected", "detect"]
