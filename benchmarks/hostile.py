"""What redacting texts costs that are nothing but one shred of a secret, beside plain English of the same length.

Usage: python benchmarks/hostile.py [CHARACTERS]
"""

import sys
from pathlib import Path
from time import process_time

from supportflow.triage.redaction import STRICT_RULES, redact

sys.path[0] = str(
    Path(__file__).resolve().parents[1] / "tests"
)  # in place of this folder, which has a `triage`, too

from triage.test_redaction_properties import HOSTILE  # noqa: E402 - found on the path that is set above

PLAIN = (
    "Hello, I tried to withdraw 0.5 BTC yesterday at 14:30 and the transaction is still pending. I have contacted your "
    "support twice and nobody answers me. Please check what is going on, I need the funds for my rent. "
)


def seconds(shred: str, length: int) -> float:
    """CPU time of redacting a text of one shred: the better of two."""
    text = (shred * (length // len(shred) + 1))[:length]
    taken = []
    for _ in range(2):
        before = process_time()
        redact(text, STRICT_RULES)
        taken.append(process_time() - before)
    return min(taken)


def main(length: int) -> None:
    """Print the slowest, with their ratio to plain text."""
    redact(PLAIN, STRICT_RULES)
    plain = seconds(PLAIN, length)
    print(f"{'plain English':<28} {plain:6.3f} s")
    slowest = sorted(((seconds(shred, length), name) for name, shred in HOSTILE.items()), reverse=True)
    for taken, name in slowest[:12]:
        print(f"{name:<28} {taken:6.3f} s   {taken / plain:4.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
