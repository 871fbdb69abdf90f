"""Who is told what: rules of a policy, or a document beside it."""

from supportflow.model.notices import InternalRule, NoticeRules

__all__ = ["InternalRule", "NoticeRules"]
