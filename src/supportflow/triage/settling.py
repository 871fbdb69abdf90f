"""What somebody says in the end: "yes, I tried, but it does not work" is no yes, and "no, wait, now it works" is no no.

An answer is read clause by clause. What is stated in one ("it works", "收不到") counts more than a bare yes or no, and of
clauses that count the same the last one: people tell what they did before they tell what came of it. A bare answer that
takes back what was said before ("but yes") is stated.
"""

# ruff: noqa: RUF001 - Chinese text has full-width punctuation

import re
from collections import deque
from collections.abc import Callable, Collection, Iterator

__all__ = ["settled"]

_TURN = (
    r"\b(?:but|however|now|actually|oh|wait|finally|eventually|instead)\b"
    r"|但是|但|可是|(?<![通过過说說])不[过過]|然而|其[实實]|现在|現在|[结結]果|[后後]来|後來|[终終][于於]|最[后後]|哦|噢|[却卻]|又"
)
"""What turns to something else."""
_BREAK = re.compile(rf"[.,;:!?…。、，；：！？\n]+|\s[-\u2013\u2014]+\s|\b(?:and|then)\b|({_TURN})")
"""Where a clause ends: a sign, or a word after which more is said."""
_ABOUT = r"(?:it|i|we|that|this|they|my|not|still|everything|all|yes|sorry|thanks)\b"
_LEAD = re.compile(
    rf"\s*(?:yes|yeah|yep|yup|no(?=\s+{_ABOUT})|nope(?=\s+{_ABOUT})|是的|是啊|对的|對的|不是的|嗯)(?![0-9a-z'])"
)
"""A bare yes or no before what is stated in the same breath."""
_BARE = frozenset(
    (
        "yes", "yeah", "yep", "yup", "y", "no", "nope", "nah", "n",
        "是", "对", "對", "能", "有", "在", "否", "不", "不是", "不是的", "没", "没有",
    )
)  # fmt: skip
_MANNERS = re.compile(
    r"\b(?:sorry|please|thanks|thank you|sir|madam)\b|[的了啊哦呢吧]|谢谢|謝謝|抱歉|[\s.,!?。，！？]"
)
"""What a bare answer is said with."""
_MOST = 50
"""So many clauses are read, the last ones: nobody answers in more, and a text made of signs must not cost more."""


def settled(text: str, find: Callable[[str], str | None], weak: Collection[str] = ()) -> str | None:
    """The value that a text comes to.

    Args:
        text: What was written, folded.
        find: Which value a clause names; None if none.
        weak: Values that count only where nothing else is said.
    """
    best: tuple[int, str] | None = None
    for clause, turned in deque(_clauses(text), _MOST):
        value = find(clause)
        if value is None:
            continue
        rank = 0 if value in weak else 2 if turned or not _is_bare(clause, value) else 1
        if best is None or rank >= best[0]:
            best = rank, value
    return find(text) if best is None else best[1]


def _clauses(text: str) -> Iterator[tuple[str, bool]]:
    """Each clause, and whether it turns to something else than what was said before."""
    turned, at = False, 0
    for end in (*_BREAK.finditer(text), None):
        until = len(text) if end is None else end.start()
        while (lead := _LEAD.match(text, at, until)) is not None:
            yield lead.group(), turned
            at = lead.end()
        clause = text[at:until]
        yield clause, turned
        turned = (turned and not clause.strip()) or (end is not None and end.group(1) is not None)
        at = len(text) if end is None else end.end()


def _is_bare(clause: str, value: str) -> bool:
    return value in _BARE and _MANNERS.sub("", clause) == _MANNERS.sub("", value)
