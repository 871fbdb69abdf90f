import pytest

from learn.texts import CLASSES, examples
from supportflow.learn import TextModel, train


@pytest.fixture(scope="session")
def trained() -> tuple[TextModel, bytes]:
    """A model of the small texts, and its file."""
    return train(examples(), CLASSES, bits=14)
