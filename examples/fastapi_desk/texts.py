"""Every word that the pages show, in English and Chinese: `texts.toml`."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

TEXTS: Mapping[str, Mapping[str, str]] = tomllib.loads(
    (Path(__file__).resolve().parent / "texts.toml").read_text("utf-8")
)
