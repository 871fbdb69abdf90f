"""A text whose characters know whether they are what must go: it keeps count through any wrapping."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

__all__ = ["Cells"]


@dataclass(frozen=True)
class Cells:
    """Pieces of text, each with its mark: true for what a test watches, false for what stands around it."""

    pieces: tuple[tuple[str, bool], ...]

    @classmethod
    def of(cls, text: str, watched: bool = False) -> "Cells":
        return cls(tuple((character, watched) for character in text))

    def __add__(self, other: "Cells") -> "Cells":
        return Cells(self.pieces + other.pieces)

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces)

    def watched(self) -> list[int]:
        """The places of the letters and digits that are watched."""
        places, at = [], 0
        for piece, marked in self.pieces:
            if marked:
                places += [at + index for index, one in enumerate(piece) if one.isalnum()]
            at += len(piece)
        return places

    def each(self, change: Callable[[str, bool], str]) -> "Cells":
        """Every piece rewritten, with the mark that it had."""
        return Cells(tuple((change(piece, marked), marked) for piece, marked in self.pieces))

    def between(self, joints: Iterable[tuple[int, str]]) -> "Cells":
        """Texts put in before the pieces at some places; what is put in is watched by nobody."""
        put = dict(joints)
        pieces: list[tuple[str, bool]] = []
        for index, piece in enumerate(self.pieces):
            if index in put:
                pieces.append((put[index], False))
            pieces.append(piece)
        return Cells(tuple(pieces))

    def split_at_blanks(self) -> list["Cells"]:
        """The words of the text, blanks and line ends left out."""
        words: list[Cells] = []
        word: list[tuple[str, bool]] = []
        for piece in self.pieces:
            if piece[0].isspace():
                if word:
                    words.append(Cells(tuple(word)))
                word = []
            else:
                word.append(piece)
        return [*words, Cells(tuple(word))] if word else words

    @staticmethod
    def joined(parts: Iterable["Cells"], joint: str) -> "Cells":
        pieces: list[tuple[str, bool]] = []
        for index, part in enumerate(parts):
            if index:
                pieces += [(one, False) for one in joint]
            pieces += part.pieces
        return Cells(tuple(pieces))
