"""The shapes of a text: a byte for each character, a blank for whatever is of no interest."""

__all__ = ["stretches"]


def stretches(shape: bytes, shortest: bytes) -> list[tuple[int, int]]:
    """Where the shape has at least so many marks in a row, each row whole."""
    found: list[tuple[int, int]] = []
    start = shape.find(shortest)
    while start >= 0:
        end = shape.find(b" ", start)
        end = len(shape) if end < 0 else end
        found.append((start, end))
        start = shape.find(shortest, end)
    return found
