"""What can be wrong with texts by language that the desk sends to people in the policy's words."""

from collections.abc import Iterator, Mapping

from supportflow.model.tags import is_tag, twins

__all__ = ["text_problems"]


def text_problems(path: str, texts: Mapping[str, str]) -> Iterator[str]:
    """Every problem of texts by language, each one sentence that starts with their path."""
    yield from (f"{path}: {tag!r} stands here in two spellings" for tag in twins(texts))
    yield from (f"{path}: {tag!r} is no language tag" for tag in texts if not is_tag(tag))
    from supportflow.triage.asking import asked_secret  # noqa: PLC0415 - what reads is loaded where a policy has texts

    for language, text in texts.items():
        if (kind := asked_secret(text)) is not None:
            yield f"{path}.{language}: asks for a secret ({kind})"
