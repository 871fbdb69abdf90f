"""Help in colours, in the same lines as without (extra `terminal`)."""

from typing import Any

from rich.text import Text
from rich_argparse import RichHelpFormatter

__all__ = ["Coloured"]


class Coloured(RichHelpFormatter):
    """Fills texts to the width of the terminal, paragraph by paragraph, and leaves examples as they are to be typed."""

    group_name_formatter = str  # "options", as in help without colours

    def _rich_fill_text(self, text: Text, width: int, indent: Text) -> Text:
        filled: list[Any] = []
        for line in text.split("\n", allow_blank=True):
            if line.plain.startswith("  "):
                filled.append(line)
            else:
                lines = line.wrap(self.console, width) if line.plain else [line]
                filled += [indent + one for one in lines]
        return Text("\n").join(filled) + "\n\n"
