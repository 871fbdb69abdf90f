"""What a host hands over of SQLAlchemy's, told by its class: nobody loads SQLAlchemy to find out that it is not used."""

from typing import Any

__all__ = ["is_sqlalchemy_s"]

_HOMES = {
    "Connection": "sqlalchemy.engine.base",
    "Engine": "sqlalchemy.engine.base",
    "URL": "sqlalchemy.engine.url",
}


def is_sqlalchemy_s(thing: Any, name: str) -> bool:
    """Whether something is a `Connection`, `Engine` or `URL` of SQLAlchemy's, or of a class that is made from it."""
    return any(cls.__name__ == name and cls.__module__ == _HOMES[name] for cls in type(thing).__mro__)
