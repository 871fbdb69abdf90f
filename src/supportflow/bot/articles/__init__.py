"""Articles that come with supportflow: a start for a knowledge source, to use as they are or to replace one by one."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from supportflow.model.turns import Article

__all__ = ["SHIPPED_ARTICLES", "shipped_articles"]

SHIPPED_ARTICLES: tuple[Literal["exchange"], ...] = ("exchange",)
"""The sets that there are. `exchange`: fourteen topics of a crypto exchange, in English and Chinese."""
_LANGUAGES = ("en", "zh")


@cache
def shipped_articles(name: Literal["exchange"] = "exchange") -> tuple[Article, ...]:
    """The articles of a set, in the order of its files, all languages.

    Args:
        name: One of `SHIPPED_ARTICLES`.

    Raises:
        KeyError: If there is none of that name.
    """
    if name not in SHIPPED_ARTICLES:
        raise KeyError(name)
    folder = files("supportflow.bot.articles")
    texts = (folder.joinpath(f"{name}.{tag}.toml").read_text(encoding="utf-8") for tag in _LANGUAGES)
    return tuple(Article.model_validate(one) for text in texts for one in tomllib.loads(text)["articles"])
