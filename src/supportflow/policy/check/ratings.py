"""What can be wrong with what a policy says of ratings."""

from collections import Counter
from collections.abc import Iterator

from supportflow.conditions.fields import nearest
from supportflow.policy.document.policy import Policy

__all__ = ["rating_problems"]


def rating_problems(document: Policy) -> Iterator[str]:
    """Every problem of a policy's `ratings`, each one sentence that starts with its path."""
    ratings = document.ratings
    if ratings is None:
        return
    if not ratings.by_reply and ratings.link is None:
        yield "ratings.by_reply: is false and there is no link: nobody could answer"
    if ratings.link is not None and ratings.link.count("{token}") != 1:
        yield "ratings.link: has not got {token} once, the place of what tells one ticket from another"
    if ratings.link is not None and not ratings.link.startswith(("https://", "http://")):
        yield "ratings.link: is no address of a page: it begins with neither https:// nor http://"
    for name, count in Counter(ratings.questions).items():
        if count > 1:
            yield f"ratings.questions: {name!r} is listed twice"
    low = ratings.low
    groups = [group.name for group in document.groups]
    if low is not None and low.group is not None and groups and low.group not in groups:
        yield f"ratings.low.group: unknown group {low.group!r}{nearest(low.group, groups)}"
